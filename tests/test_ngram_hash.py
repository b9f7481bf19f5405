"""N-grams as buckets: NumPy, TensorFlow and ONNX find the same ones."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from conftest import small_config
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.config import Config, checked_config
from seqclf.labels import Labels
from seqclf.text.ngram_hash import NgramHash, blocks, joined
from seqclf.token_ids import CONTINUES, GOES_ON, LONGEST, PRIME, coefficients, word_coefficients

TEXTS = st.lists(st.lists(st.integers(1, 2**20), min_size=1, max_size=12), min_size=1, max_size=6)
ORDERS = st.lists(st.integers(1, LONGEST), min_size=1, max_size=4, unique=True)


# Flags of 50 tokens: some begin words, some continue them, some are words (Tokenizer.word_joins).
JOINS = np.array([0, *(int(flags) for flags in np.random.default_rng(5).choice([0, 1, 2, 3, 3], 49))], np.uint8)


def words_by_hand(text: list[int]) -> list[list[int]]:
    words = [text[:1]]
    for before, token in itertools.pairwise(text):
        if JOINS[before] & GOES_ON and JOINS[token] & CONTINUES:
            words[-1].append(token)
        else:
            words.append([token])
    return words


def by_hand(text: list[int], orders: list[int], buckets: int, *, words: bool = False) -> list[int]:
    """In Python integers, which cannot overflow."""
    found = set()
    for word in words_by_hand(text) if words else []:
        first, *others = word_coefficients()
        total = first + sum(factor * token for factor, token in zip(others, reversed(word), strict=False))
        found.add(total % PRIME % buckets)
    for order in orders:
        first, *others = coefficients(order)
        for start in range(len(text) - order + 1):
            ngram = text[start : start + order]
            total = first + sum(factor * token for factor, token in zip(others, ngram, strict=True))
            found.add(total % PRIME % buckets)
    return sorted(found)


@given(TEXTS, ORDERS, st.integers(2, 2**24))
def test_numpy_finds_what_python_finds(texts: list[list[int]], orders: list[int], buckets: int) -> None:
    columns, ends = NgramHash(tuple(orders), buckets).rows([np.array(text, np.int32) for text in texts])
    found = [columns[start:stop].tolist() for start, stop in itertools.pairwise(ends)]
    assert found == [by_hand(text, orders, buckets) for text in texts]


FEW_TOKENS = st.lists(st.lists(st.integers(1, 49), min_size=1, max_size=30), min_size=1, max_size=6)


@given(FEW_TOKENS, st.integers(2, 2**24))
def test_words_are_put_together_from_tokens(texts: list[list[int]], buckets: int) -> None:
    columns, ends = NgramHash((2,), buckets, JOINS).rows([np.array(text, np.uint16) for text in texts])
    found = [columns[start:stop].tolist() for start, stop in itertools.pairwise(ends)]
    assert found == [by_hand(text, [2], buckets, words=True) for text in texts]


@given(TEXTS, st.integers(1, 30))
def test_blocks_are_all_texts_in_order(texts: list[list[int]], most: int) -> None:
    hashed = NgramHash((1, 2), 1_000)
    arrays = [np.array(text, np.uint16 if max(text) < 2**16 else np.int32) for text in texts]
    parts = list(blocks([len(text) for text in texts], most))
    assert [place for part in parts for place in part] == list(range(len(texts)))
    columns, ends = joined(hashed.rows([arrays[place] for place in part]) for part in parts)
    expected_columns, expected_ends = hashed.rows(arrays)
    assert columns.tolist() == expected_columns.tolist()
    assert ends.tolist() == expected_ends.tolist()


def test_no_joins_give_an_empty_matrix() -> None:
    columns, ends = joined(iter(()))
    assert (len(columns), ends.tolist()) == (0, [0])
    assert NgramHash((1,), 10).rows([])[1].tolist() == [0]


def test_coefficients_never_change() -> None:
    """They are part of every exported model."""
    assert coefficients(1) == (1280785508, 620845651)
    assert all(1 <= factor < PRIME for order in range(1, LONGEST + 1) for factor in coefficients(order))
    assert word_coefficients()[:2] == (376263216, 154654322)
    assert all(1 <= factor < PRIME for factor in word_coefficients())


def test_buckets_are_used_evenly() -> None:
    tokens = np.arange(1, 20_001, dtype=np.int32)
    columns, _ = NgramHash((2,), 1 << 20).rows([tokens])
    # Of 19,999 bigrams thrown into 2 ** 20 buckets about 190 are expected to share one.
    assert 19_999 - len(columns) < 400


def _model(config: Config, labels: Labels) -> Any:
    from seqclf.model.build import build_model

    model = build_model(config, 50, labels)
    draw = np.random.default_rng(0)
    model.set_weights([np.asarray(draw.normal(0, 0.3, weight.shape)) for weight in model.get_weights()])
    branch = model.get_layer("ngrams")
    table, bias, *joins = branch.get_weights()
    branch.set_weights([table, bias, *(JOINS for _ in joins)])
    return model


def _config(join: str, layers: list[dict[str, Any]], orders: list[int], **options: Any) -> Config:
    head = [] if not layers and join == "logits" else [{"type": "dense", "units": 4}]
    ngrams = {"orders": orders, "buckets": 97, "join": join, **options}
    return checked_config(small_config(data__train="x.csv", layers=layers, head=head, ngrams=ngrams))


@pytest.mark.parametrize("labels", [Labels(("a", "b")), Labels(("a", "b", "c")), Labels(("a", "b", "c"), multi=True)])
@pytest.mark.parametrize("layers", [[], [{"type": "pool"}]], ids=["alone", "beside"])
@pytest.mark.parametrize("join", ["logits", "head"])
@pytest.mark.parametrize("options", [{}, {"normalize": True}, {"words": True, "normalize": True}], ids=str)
def test_onnx_gives_the_same_result_as_keras(
    options: dict[str, bool], join: str, layers: list[dict[str, Any]], labels: Labels
) -> None:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model

    config = _config(join, layers, [3, 1, 2], **options)
    model = _model(config, labels)
    written = onnx_model(model, config, labels, [0.5] * 3 if labels.multi else None)
    session = onnxruntime.InferenceSession(written.SerializeToString())
    tokens = np.random.default_rng(1).integers(1, 50, (7, 9)).astype(np.int32)
    for row, length in enumerate((9, 1, 2, 3, 5, 8, 9)):
        tokens[row, length:] = 0
    tokens[4, :5] = 7  # one n-gram of each order, several times
    for width in (9, 2, 1):
        expected = model(tokens[:, :width]).numpy()
        if expected.shape[1] == 1:
            expected = np.concatenate([1 - expected, expected], axis=1)
        (found,) = session.run(["probabilities"], {"token_ids": tokens[:, :width]})
        np.testing.assert_allclose(found, expected, atol=1e-5)


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.integers(1, 49), min_size=1, max_size=20), min_size=1, max_size=5),
    st.integers(0, 5),
    st.booleans(),
    st.booleans(),
)
def test_keras_adds_the_rows_of_the_table(texts: list[list[int]], padding: int, normalize: bool, words: bool) -> None:
    layer, table, bias = _layer(normalize, words)
    expected = []
    for text in texts:
        rows = table[by_hand(text, [1, 2, 3], 97, words=words)]
        expected.append(rows.sum(axis=0) / (np.sqrt(len(rows)) if normalize else 1) + bias)
    width = max(map(len, texts)) + padding
    tokens = np.array([text + [0] * (width - len(text)) for text in texts], np.int32)
    np.testing.assert_allclose(layer(tokens), expected, atol=1e-5)


_built: dict[tuple[bool, bool], Any] = {}


def _layer(normalize: bool, words: bool) -> Any:
    """Built once for all examples."""
    if (normalize, words) not in _built:
        from seqclf.layers.ngrams import NgramLogits

        layer = NgramLogits((1, 2, 3), 97, 2, normalize=normalize, words=50 if words else 0)
        layer.build((None, None))
        draw = np.random.default_rng(0)
        layer.set_weights([draw.normal(size=(97, 2)), draw.normal(size=2), *([JOINS] if words else [])])
        _built[normalize, words] = (layer, *layer.get_weights()[:2])
    return _built[normalize, words]


def test_a_saved_model_is_read_by_keras(tmp_path: Any) -> None:
    import keras

    model = _model(_config("logits", [{"type": "pool"}], [1, 2], normalize=True, words=True), Labels(("a", "b")))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    tokens = np.array([[3, 4, 5], [6, 0, 0]], np.int32)
    np.testing.assert_array_equal(again(tokens), model(tokens))


def test_silent_rows_are_complete_rows() -> None:
    from seqclf.layers.ngrams import SilentRows

    layer = SilentRows(0.4, seed=1)
    rows = np.ones((2_000, 3), np.float32)
    np.testing.assert_array_equal(layer(rows, training=False), rows)
    drawn = np.asarray(layer(rows, training=True))
    assert set(drawn.sum(axis=1)) == {0.0, 3.0}, "nothing is scaled"
    assert 0.35 < (drawn[:, 0] == 0).mean() < 0.45
