"""The words of a text, their places and their tokens."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer
from tricky_texts import anything, tricky

from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.fields import join_fields
from seqclf.text.kinds.subword_text_encoder import SubwordTextEncoder
from seqclf.text.normal_form import speller
from seqclf.text.spelling import Spelling
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import kept_places, truncate_ids
from seqclf.text.white_space import joined_white_space
from seqclf.text.words import with_line_ends
from seqclf.token_ids import UNKNOWN_ID

TEXTS = ["The film was not good, don't watch it\nat all", "A ﬁne film: ½ of it é日本 is good 👍", "cafe\u0301 한국"]
KINDS: dict[str, dict[str, Any]] = {
    "word": {"type": "word", "min_frequency": 1},
    "word nfkc": {"type": "word", "min_frequency": 1, "normalize": "nfkc", "lowercase": False},
    "word version 1": {"type": "word", "min_frequency": 1, "words": 1, "normalize": "none"},
    "word line breaks": {"type": "word", "min_frequency": 1, "line_breaks": True},
    "subword": {"type": "subword", "vocab_size": 90, "min_frequency": 1},
    "subword nfkc": {"type": "subword", "vocab_size": 90, "min_frequency": 1, "normalize": "nfkc", "line_breaks": True},
    "char": {"type": "char", "min_frequency": 1},
    "char layout": {"type": "char", "min_frequency": 1, "white_space": "keep", "normalize": "nfkc"},
    "char n-grams": {"type": "char", "min_frequency": 1, "ngram": 3},
    "char apart": {"type": "char", "min_frequency": 1, "ngram": 3, "stride": 3, "normalize": "nfkc"},
    "byte": {"type": "byte"},
}


@functools.cache
def tokenizer_of(kind: str) -> Tokenizer:
    if kind == "subword_text_encoder":
        return SubwordTextEncoder(["the_", "film_", "good", ", ", "a", "e_f"], lowercase=True, normalize="nfc")
    return learn_tokenizer(TEXTS, **KINDS[kind])


EVERY_KIND = [*KINDS, "subword_text_encoder"]
texts = st.lists(st.one_of(tricky, anything), max_size=12).map("".join)


def check(tokenizer: Tokenizer, text: str) -> None:
    ids, spans = tokenizer.encode(text), tokenizer.word_spans(text)
    assert all(0 <= span.start < span.stop <= len(text) and span.first < span.last for span in spans)
    for one, following in itertools.pairwise(spans):
        assert one.stop <= following.start
        assert one.last <= following.first
    of_words = [place for span in spans for place in range(span.first, span.last)]
    between = [place for place, token_id in enumerate(ids) if token_id == tokenizer.separator_id]
    if spans or len(ids) - len(between) != 1:
        others = sorted({*range(len(ids))} - {*of_words, *between})
        assert {ids[place] for place in others} <= {tokenizer.unknown_id}  # of fields without words
        assert not others or tokenizer.separator_id is not None
        assert set(of_words) <= set(range(len(ids)))
    else:
        assert set(ids) <= {tokenizer.unknown_id, tokenizer.separator_id}  # a text without tokens


@pytest.mark.parametrize("kind", EVERY_KIND)
@given(text=texts)
def test_words_are_in_order_inside_the_text_and_have_every_token(kind: str, text: str) -> None:
    check(tokenizer_of(kind), text)


@pytest.mark.parametrize("kind", ["word", "subword", "char", "byte"])
@given(fields=st.lists(texts, min_size=1, max_size=3))
def test_words_of_several_fields(kind: str, fields: list[str]) -> None:
    check(FieldTokenizer(tokenizer_of(kind), ["title", "body"]), join_fields(fields))


@pytest.mark.parametrize("kind", ["word", "word nfkc", "subword", "subword nfkc"])
@given(text=texts)
def test_a_word_alone_has_the_tokens_that_it_has_in_the_text(kind: str, text: str) -> None:
    tokenizer = tokenizer_of(kind)
    ids = tokenizer.encode(text)
    for span in tokenizer.word_spans(text):
        assert tokenizer.encode(text[span.start : span.stop]) == ids[span.first : span.last]


def shown(kind: str, text: str) -> list[str]:
    return [text[span.start : span.stop] for span in tokenizer_of(kind).word_spans(text)]


def test_pieces_are_joined_to_words_of_the_text() -> None:
    text = "Watching cafe\u0301s, DON'T!"
    assert shown("subword", text) == ["Watching", "cafe\u0301s", ",", "DON'T", "!"]
    assert any(span.last - span.first > 1 for span in tokenizer_of("subword").word_spans(text))
    assert shown("char", text) == shown("byte", text) == shown("word", text) == shown("subword", text)


def test_what_normalisation_joins_or_splits_is_one_word() -> None:
    assert shown("word nfkc", "½ ﬁlm") == ["½", "ﬁlm"]
    assert [span.last - span.first for span in tokenizer_of("word nfkc").word_spans("½ ﬁlm")] == [3, 1]
    assert shown("word", "\u1112\u1161\u11ab\ud800") == ["\u1112\u1161\u11ab", "\ud800"]


def test_layout_and_long_runs() -> None:
    assert shown("byte", "a  b c\n") == ["a", "  ", "b", "c", "\n"]
    assert shown("char", "  a  b\n") == ["a", "b"]
    assert shown("word line breaks", "a\r\nb") == ["a", "\r\n", "b"]
    assert shown("char", "acgt" * 8) == list("acgt" * 8)
    assert shown("char apart", "acgt" * 8) == ["acg", "tac", "gta", "cgt"] * 2 + ["acg", "tac"]  # the end is not read
    assert shown("char apart", "a b c") == ["a b"]


def test_no_words() -> None:
    for kind in EVERY_KIND:
        assert tokenizer_of(kind).word_spans("") == []
    assert tokenizer_of("word").word_spans(" \u200b\n") == []


@given(text=texts)
def test_a_spelling_knows_the_source_of_its_characters(text: str) -> None:
    for form, lowercase in itertools.product(("none", "nfc", "nfkc"), (True, False)):
        spell = speller(form, lowercase=lowercase)
        found = Spelling.of(text).spelt(spell)
        assert found.text == spell(Spelling.of(text).text)
        assert len(found.text) == len(found.starts) == len(found.stops)
        assert all(0 <= start < stop <= len(text) for start, stop in zip(found.starts, found.stops, strict=True))
        assert found.starts == sorted(found.starts) and found.stops == sorted(found.stops)
        assert found.with_joined_white_space().text == joined_white_space(found.text)
        assert found.with_line_ends(" x ").text == with_line_ends(found.text, " x ")


@given(
    ids=st.lists(st.sampled_from([UNKNOWN_ID, 2, 3, 9]), min_size=1, max_size=30),
    most=st.integers(5, 20),
    truncate=st.sampled_from(["head", "tail", "middle"]),
    separator=st.booleans(),
)
def test_places_of_kept_tokens(ids: list[int], most: int, truncate: Any, separator: bool) -> None:
    given_ids, separator_id = np.array([*ids[:3], *(one for one in ids[3:] if one != 9)], np.int32), 9
    limit = (most, truncate, separator_id if separator else None)
    places = kept_places(given_ids, *limit)
    assert places.tolist() == sorted(set(places.tolist()))
    np.testing.assert_array_equal(given_ids[places], truncate_ids(given_ids, *limit))
