"""Tokenizers of texts with several columns, and the truncation of their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer

from seqclf.errors import InputError
from seqclf.sources.sample.grammar import reviews
from seqclf.text.field_tokenizer import FIELDS_FILE, FieldTokenizer, fields_of
from seqclf.text.fields import FIELD_SEPARATOR, join_fields
from seqclf.text.kinds import load_tokenizer
from seqclf.text.truncation import Truncate, field_limits, truncate_ids
from seqclf.token_ids import CONTINUES, GOES_ON

COLUMNS = ("title", "body", "summary")
TEXTS = [text for text, _ in reviews(120)]
KINDS: dict[str, dict[str, object]] = {
    "subword": {"vocab_size": 300},
    "word": {"type": "word", "vocab_size": 200},
    "char": {"type": "char", "ngram": 3, "stride": 2, "vocab_size": 300},
    "byte": {"type": "byte"},
    "lines": {"type": "word", "vocab_size": 200, "line_breaks": True},
    "layout": {"type": "char", "vocab_size": 300, "white_space": "keep"},
}
TRUNCATE: tuple[Truncate, ...] = ("head", "tail", "middle")

field = st.text(st.characters(exclude_categories=()), max_size=8) | st.lists(
    st.sampled_from(
        ["good", "film", "unseen", " ", "\t", "\n", "\r\n", "\x1f", "\x1c", "\u3000", "\u200b", "é", ".", "\xa0"]
    ),
    max_size=6,
).map("".join)
rows = st.lists(st.tuples(field, field, field), min_size=1, max_size=4)


def _learn(kind: str) -> FieldTokenizer:
    return FieldTokenizer(learn_tokenizer(TEXTS, **KINDS[kind]), COLUMNS)


@pytest.fixture(scope="module", params=KINDS)
def tokenizer(request: pytest.FixtureRequest) -> FieldTokenizer:
    return _learn(request.param)


def test_a_field_is_encoded_as_a_text_of_its_own(tokenizer: FieldTokenizer) -> None:
    inner, separator = tokenizer.inner, tokenizer.inner.vocabulary_size
    assert tokenizer.encode(join_fields(["A good film", "", "the end"])) == [
        *inner.encode("A good film"),
        separator,
        separator,
        *inner.encode("the end"),
    ]
    assert tokenizer.separator_id == separator
    assert tokenizer.vocabulary_size == separator + 1 == len(tokenizer.pieces)


def test_a_text_may_have_fewer_or_more_separators_than_columns(tokenizer: FieldTokenizer) -> None:
    assert tokenizer.encode("a film") == tokenizer.encode(join_fields(["a film", "", ""]))
    assert tokenizer.encode("") == [tokenizer.separator_id] * 2
    more = tokenizer.encode(FIELD_SEPARATOR.join(["a", "b", "the", "end"]))
    assert more.count(tokenizer.inner.vocabulary_size) == 2


@given(rows=rows)
def test_many_texts_have_the_ids_of_single_ones(tokenizer: FieldTokenizer, rows: list[tuple[str, ...]]) -> None:
    texts = list(map(join_fields, rows))
    assert [ids.tolist() for ids in tokenizer.encode_all(iter(texts))] == [tokenizer.encode(text) for text in texts]


def test_saved_and_loaded(tokenizer: FieldTokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert isinstance(loaded, FieldTokenizer)
    assert loaded.columns == COLUMNS
    assert loaded.fingerprint == tokenizer.fingerprint != tokenizer.inner.fingerprint
    text = join_fields(TEXTS[:3])
    assert loaded.encode(text) == tokenizer.encode(text)
    (tmp_path / FIELDS_FILE).unlink()
    assert load_tokenizer(tmp_path).fingerprint == tokenizer.inner.fingerprint


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"columns": ["a"]}', '{"columns": ["a", "a"]}', '{"columns": 2}'])
def test_a_malformed_file_of_columns_is_named(content: str, tmp_path: Path) -> None:
    _learn("byte").save(tmp_path)
    (tmp_path / FIELDS_FILE).write_text(content)
    with pytest.raises(InputError, match=FIELDS_FILE):
        load_tokenizer(tmp_path)


def test_the_number_of_columns_is_part_of_the_fingerprint() -> None:
    inner = learn_tokenizer(TEXTS, type="byte")
    two, three = FieldTokenizer(inner, COLUMNS[:2]), FieldTokenizer(inner, COLUMNS)
    assert two.fingerprint != three.fingerprint


def test_a_separator_belongs_to_no_word() -> None:
    joins = _learn("subword").word_joins()
    assert joins is not None
    assert len(joins) == _learn("subword").vocabulary_size
    assert not joins[-1] & (CONTINUES | GOES_ON)


def test_a_vocabulary_is_learnt_from_fields() -> None:
    texts = [join_fields(["ab", "cd"])] * 3
    pieces = learn_tokenizer(fields_of(texts), type="char", ngram=2).pieces
    assert set(pieces[2:]) == {"ab", "cd"}


lengths = st.lists(st.integers(0, 30), min_size=1, max_size=5)


@given(lengths, st.integers(0, 60))
@example([5, 5, 5], 10)
@example([1, 30, 30], 8)
def test_fields_share_the_tokens_fairly(lengths: list[int], budget: int) -> None:
    limits = field_limits(lengths, budget)
    assert sum(limits) == min(budget, sum(lengths))
    cut = [limit for limit, length in zip(limits, lengths, strict=True) if limit < length]
    assert all(limit <= length for limit, length in zip(limits, lengths, strict=True))
    if cut:
        assert max(cut) - min(cut) <= 1
        assert cut == sorted(cut, reverse=True)
        assert max(limits) <= min(cut) + 1  # no field has more than one that was cut


@given(st.lists(st.lists(st.integers(1, 9), max_size=12), min_size=2, max_size=4), st.integers(0, 30))
def test_each_field_is_truncated_like_a_text(fields: list[list[int]], more: int) -> None:
    most = len(fields) - 1 + more
    joined = _joined(fields)
    for truncate in TRUNCATE:
        kept = truncate_ids(np.array(joined, np.uint16), most, truncate, 99)
        assert kept.dtype == np.uint16
        assert len(kept) == min(most, len(joined))
        limits = field_limits([len(tokens) for tokens in fields], more)
        parts = [
            truncate_ids(np.array(tokens, int), limit, truncate) for tokens, limit in zip(fields, limits, strict=True)
        ]
        assert kept.tolist() == _joined([part.tolist() for part in parts])


def _joined(fields: Sequence[Sequence[int]], separator: int = 99) -> list[int]:
    return [token for field in fields for token in (separator, *field)][1:]


Encode = Callable[[Sequence[Sequence[str]]], np.ndarray]


def _graph(tokenizer: FieldTokenizer, max_tokens: int, truncate: Truncate) -> Encode:
    import tensorflow as tf

    from seqclf.text.graph import GraphFieldTokenizer

    module = GraphFieldTokenizer(tokenizer, max_tokens=max_tokens, truncate=truncate)
    call = tf.function(module, input_signature=[tf.TensorSpec([None], tf.string)] * len(COLUMNS), autograph=False)

    def encode(rows: Sequence[Sequence[str]]) -> np.ndarray:
        columns = zip(*rows, strict=True)
        content = [[value.encode("utf-8", "surrogatepass") for value in column] for column in columns]
        return np.asarray(call(*(tf.constant(column, tf.string) for column in content)))

    encode.module = module  # type: ignore[attr-defined]  # its tables live as long as it does
    return encode


LIMITS: dict[str, tuple[int, Truncate]] = {
    "subword": (7, "middle"),
    "word": (8, "middle"),
    "char": (8, "head"),
    "byte": (9, "tail"),
}


@pytest.fixture(scope="module")
def encode(tokenizer: FieldTokenizer) -> Encode:
    return _graph(tokenizer, *LIMITS[tokenizer.inner.kind])


@settings(max_examples=50)
@given(rows=rows)
@example(rows=[("", "", "")])
@example(rows=[("a\x1fb", " \t", "\x1f")])
@example(rows=[("good film " * 9, "the", "a film " * 9), ("", "good " * 9, "")])
def test_the_graph_gives_the_same_ids(tokenizer: FieldTokenizer, encode: Encode, rows: list[tuple[str, ...]]) -> None:
    limit = LIMITS[tokenizer.inner.kind]
    encoded = tokenizer.encode_all(map(join_fields, rows))
    kept = [truncate_ids(ids, *limit, tokenizer.separator_id) for ids in encoded]
    found = encode(rows)
    assert found.shape == (len(rows), max(map(len, kept)))
    for ids, row in zip(kept, found, strict=True):
        assert row[: len(ids)].tolist() == ids.tolist()
        assert not row[len(ids) :].any()


def test_the_graph_accepts_no_texts(encode: Encode) -> None:
    import tensorflow as tf

    module = encode.module  # type: ignore[attr-defined]
    none = tf.constant([], tf.string)
    assert module(none, none, none).shape == (0, 1)
