"""One tokenizer: the exported graph gives the ids that bulk encoding gives, for every text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqclf.data.sample.grammar import reviews
from seqclf.text.subword import SubwordTokenizer
from seqclf.text.truncation import Truncate, truncate_ids

Encode = Callable[[list[str | bytes]], np.ndarray]

TEXTS = [text for text, _ in reviews(300)]
# Texts with accents, capitals, other scripts and broken encodings are in the training texts too, so that their pieces
# are known and every path of the graph gives something else than [UNK].
FOREIGN = [
    "Ünïcödé ÉCOLE",
    "ΣΊΣΥΦΟΣ",
    "\u0130STANBUL",
    "Привет МИР",
    "日本語 テスト",
    "naïve",
    "don't won't it's",
    "ǅ ǆ",
    "K Å Ω",
]

# Characters that have surprised tokenizers before, beside ordinary ones.
tricky = st.sampled_from(
    [
        "'",
        "’",
        " ",
        "\t",
        "\n",
        "\x00",
        "\x1c",
        "\x85",
        "\xa0",
        "\u200b",
        "\u200d",
        "\u2028",
        "\u3000",
        "\ufeff",
        "\ufffd",
    ]
    + [
        "\u0130",
        "ı",
        "ſ",
        "ß",
        "ẞ",
        "Σ",
        "ς",
        "σ",
        "ǅ",
        "Å",
        "K",
        "Ω",
        "é",
        "e\u0301",
        "É",
        "日",
        "👍🏽",
        "\U000e0041",
        "\uffff",
    ]
    + ["don't", "The", "FILM", "film", "not", "##", "[UNK]", "[PAD]", "a" * 99, "a" * 100, "a" * 101, "é" * 100]
)
texts = st.lists(st.text() | st.lists(tricky | st.text(max_size=3), max_size=12).map("".join), min_size=1, max_size=6)


def _graph(tokenizer: SubwordTokenizer, max_tokens: int = 10_000, truncate: Truncate = "middle") -> Encode:
    import tensorflow as tf

    from seqclf.text.graph import GraphTokenizer

    module = GraphTokenizer(tokenizer, max_tokens=max_tokens, truncate=truncate)
    call = tf.function(module, input_signature=[tf.TensorSpec([None], tf.string)])
    encode = lambda batch: call(tf.constant(batch, tf.string)).numpy()  # noqa: E731
    encode.module = module  # type: ignore[attr-defined]  # its tables live as long as it does
    return encode


def _learn(**options: object) -> SubwordTokenizer:
    return SubwordTokenizer.learn([*TEXTS, *FOREIGN * 3], vocab_size=500, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=[True, False], ids=["lowercase", "cased"])
def pair(request: pytest.FixtureRequest) -> tuple[SubwordTokenizer, Encode]:
    tokenizer = _learn(lowercase=request.param)
    return tokenizer, _graph(tokenizer)


def _assert_equal(tokenizer: SubwordTokenizer, encode: Encode, batch: list[str]) -> None:
    padded = encode(list(batch))
    expected = [tokenizer.encode(text) for text in batch]
    assert padded.shape == (len(batch), max(map(len, expected)))
    for text, row, ids in zip(batch, padded, expected, strict=True):
        assert row[: len(ids)].tolist() == ids, repr(text)
        assert not row[len(ids) :].any()


@settings(max_examples=200)
@given(texts)
@example([""])
@example(["", "a", " "])
@example(["\x96", "A \x96 b"])
def test_graph_and_bulk_ids_are_equal(pair: tuple[SubwordTokenizer, Encode], batch: list[str]) -> None:
    _assert_equal(*pair, batch)


def test_characters_alone_and_inside_a_word(pair: tuple[SubwordTokenizer, Encode]) -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    step = 1_024
    for start in (*range(0, 0x3000, step), *range(0x3000, len(characters), 40 * step)):
        some = characters[start : start + step]
        _assert_equal(*pair, [*some, *(f"fi{character}lm" for character in some)])


def test_training_texts_are_equal(pair: tuple[SubwordTokenizer, Encode]) -> None:
    _assert_equal(*pair, [*TEXTS, *FOREIGN])


def test_known_chunks_change_no_id() -> None:
    tokenizer = _learn()
    without = SubwordTokenizer(tokenizer.pieces, lowercase=True)
    assert tokenizer.known_chunks
    batch = [*TEXTS[:50], *FOREIGN]
    assert np.array_equal(_graph(tokenizer)(list(batch)), _graph(without)(list(batch)))


@pytest.mark.parametrize("truncate", ["head", "tail", "middle"])
@pytest.mark.parametrize("max_tokens", [1, 2, 7])
def test_truncation_is_equal(truncate: Truncate, max_tokens: int) -> None:
    tokenizer = _learn()
    encode = _graph(tokenizer, max_tokens, truncate)
    for row, text in zip(encode([*TEXTS[:40], ""]), [*TEXTS[:40], ""], strict=True):
        ids = truncate_ids(np.array(tokenizer.encode(text)), max_tokens, truncate)
        assert row[: len(ids)].tolist() == ids.tolist()
        assert not row[len(ids) :].any()


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=4))
@example([b"\xff", b"good\xe4", b"\xf0\x9f\x91", b"\xed\xa0\x80", b"\xc0\xaf", b"\xfe\xff film"])
def test_bytes_that_are_not_utf8_are_replaced(pair: tuple[SubwordTokenizer, Encode], batch: list[bytes]) -> None:
    tokenizer, encode = pair
    for row, content in zip(encode(list(batch)), batch, strict=True):
        ids = tokenizer.encode(content.decode("utf-8", errors="replace"))
        assert row[: len(ids)].tolist() == ids, content


@pytest.mark.parametrize(
    "text",
    [
        "good film . " * 8_334,
        "a" * 100_000,
        "日" * 100_000,
        "!" * 100_000,
        "é," * 50_000,
        "\ufffd" * 100_000,
        " " * 100_000,
    ],
    ids=lambda text: text[:3],
)
def test_long_texts(pair: tuple[SubwordTokenizer, Encode], text: str) -> None:
    tokenizer, encode = pair
    ids = tokenizer.encode(text)
    row = encode([text])[0]
    kept = truncate_ids(np.array(ids), 10_000, "middle")
    assert row.tolist() == kept.tolist()
