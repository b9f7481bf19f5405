"""Token ids back to text: what each kind of tokenizer takes away from a text, and nothing else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer
from tricky_texts import anything, tricky

from seqclf.errors import InputError
from seqclf.text.chunks import ChunkTokenizer
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.fields import FIELD_SEPARATOR, is_blank, join_fields
from seqclf.text.kinds.byte import FIRST_BYTE_ID, ByteTokenizer
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.kinds.subword_text_encoder import UNDERSCORE, SubwordTextEncoder
from seqclf.text.normal_form import speller
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.words import valid_text
from seqclf.token_ids import PAD_ID

_SIZE = {"vocab_size": 8192, "min_frequency": 1}
KINDS: dict[str, dict[str, Any]] = {
    "subword": {**_SIZE},
    "subword_lines": {**_SIZE, "line_breaks": True, "lowercase": False, "normalize": "nfkc"},
    "subword_earlier": {**_SIZE, "normalize": "none", "words": 1},
    "word": {"type": "word", **_SIZE, "normalize": "nfkc"},
    "word_lines": {"type": "word", **_SIZE, "line_breaks": True, "lowercase": False},
    "word_earlier": {"type": "word", **_SIZE, "normalize": "none", "words": 1, "line_breaks": True},
    "char": {"type": "char", **_SIZE},
    "char_layout": {"type": "char", **_SIZE, "white_space": "keep", "lowercase": False},
    "trigram": {"type": "char", "ngram": 3, **_SIZE, "normalize": "nfkc"},
    "codon": {"type": "char", "ngram": 3, "stride": 3, **_SIZE, "white_space": "keep"},
    "overlapping": {"type": "char", "ngram": 4, "stride": 3, **_SIZE, "normalize": "none"},
    "byte": {"type": "byte"},
    "byte_nfkc": {"type": "byte", "normalize": "nfkc"},
}
SUBWORDS = ["the_", ", ", ". ", "film", "fil", "m_", " ", "_", "é_", "a b", "a_b", "\\&undsc", "x\\&undscy", "\x85 "]
ENCODERS = [
    SubwordTextEncoder(SUBWORDS),
    SubwordTextEncoder(["the_"], lowercase=True, normalize="nfc"),
]

# Words whose joins matter: marks, letters of scripts without spaces, apostrophes, long words.
joints = st.sampled_from(
    [*"'\"-/_.,:;()[]$%’“”=!", "\u0338", "\u0301", "\u0e01", "\u0e49", "\u1161", "\u11ab", "\u1112", "日", "テ"]
    + ["s", "t", "q", "10", "000", "5", "don't", "don", "dogs", "I", "\u0307", "\u0345", "\ufffd", "\u200b", "\u0f0b"]
    + [" ", " ", "\n", "\u240a", "a" * 99, "\u0e01" * 100, "\u0301" * 100, "\u0e49" * 100, "a'" * 50, "'" * 3]
)
texts = st.text(anything) | st.lists(joints | tricky | st.text(anything, max_size=3), max_size=14).map("".join)
words_of_lines = st.lists(joints, max_size=14).map("".join)


@pytest.fixture(scope="module", autouse=True)
def small_tries() -> Iterator[None]:
    """Without the tables of tries, of which each takes longer to make than all else about a small tokenizer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seqclf.text.trie._DENSE", 0)
        yield


@cache
def _learnt(kind: str, text: str) -> Tokenizer:
    """A tokenizer that knows everything in the text."""
    return learn_tokenizer([text], **KINDS[kind])


def _without_unknown(tokenizer: Tokenizer, text: str) -> list[int]:
    ids = tokenizer.encode(text)
    assume(tokenizer.unknown_id not in ids)
    return ids


def _canonical(tokenizer: Tokenizer, text: str) -> str:
    """What is left of the text; of a text of words, its lines without white space."""
    text = valid_text(text)
    if isinstance(tokenizer, ChunkTokenizer):
        wording = tokenizer.wording
        words_of = replace(wording, most=None).reader()
        lines = re.split("\r\n|\r|\n|\u240a", text) if wording.line_breaks else [text]
        return "\n".join("".join(itertools.chain.from_iterable(map(words_of, line.split()))) for line in lines)
    text = speller(tokenizer.normalize, lowercase=getattr(tokenizer, "lowercase", False))(text)
    if not isinstance(tokenizer, CharTokenizer):
        return text
    kept = text.replace("\r\n", "\n").replace("\r", "\n") if tokenizer.white_space == "keep" else " ".join(text.split())
    return kept[: len(kept) - max(len(kept) - tokenizer.ngram, 0) % tokenizer.stride]


def _comparable(tokenizer: Tokenizer, text: str) -> str:
    return re.sub(r"[^\S\n]+", "", text) if isinstance(tokenizer, ChunkTokenizer) else text


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(text=texts | words_of_lines)
@example(text="Don't 'do' \"it\" - (3.5 - 10,000)\r\n\r\n the_dogs' [x] 8/10... ")
@example(text="\u0e01" * 99 + "\u0301" * 250 + "b")
@example(text="\u0e01\u0e49" * 120 + " '" + "a'b" * 90)
@example(text="\u0e01" + "\u0301" * 199 + "\u0e49\u0e01")
def test_decoding_takes_away_what_reading_does(kind: str, text: str) -> None:
    tokenizer = _learnt(kind, text)
    ids = _without_unknown(tokenizer, text)
    decoded = tokenizer.decode(ids)
    assert _comparable(tokenizer, decoded) == _canonical(tokenizer, text)
    if isinstance(tokenizer, CharTokenizer) and tokenizer.white_space == "join" and decoded.endswith(" "):
        assert tokenizer.stride > 1  # the rest of the text, which was not read
        return
    assert tokenizer.encode(decoded) == ids
    assert tokenizer.decode(tokenizer.encode(decoded)) == decoded


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("subword")])
@settings(max_examples=50)
@given(text=words_of_lines, data=st.data())
def test_text_goes_on_where_it_was(kind: str, text: str, data: st.DataObject) -> None:
    tokenizer = _learnt(kind, text)
    ids = tokenizer.encode(text)
    first = data.draw(st.integers(0, len(ids)))
    assert tokenizer.decode(ids).startswith(tokenizer.decode(ids[:first]))


@pytest.mark.parametrize("tokenizer", ENCODERS, ids=["mixed", "lowercase"])
@given(text=texts)
@example(text="the_ film_, a_b x_y a b é 日本 _ _")
def test_the_retired_encoder_decodes_all_but_its_escape_sequence(tokenizer: Tokenizer, text: str) -> None:
    assume(UNDERSCORE not in text.casefold())
    ids = _without_unknown(tokenizer, text)
    assert tokenizer.decode(ids) == _canonical(tokenizer, text)
    assert tokenizer.encode(tokenizer.decode(ids)) == ids


@pytest.mark.parametrize("kind", ["subword_lines", "word", "char_layout", "trigram", "byte_nfkc"])
@settings(max_examples=50)
@given(fields=st.lists(texts, min_size=2, max_size=3))
@example(fields=["a film", ""])
@example(fields=["", "", "don't"])
def test_fields_are_decoded_one_by_one(kind: str, fields: list[str]) -> None:
    text = join_fields(fields)
    tokenizer = FieldTokenizer(_learnt(kind, "\n".join(fields)), ["one", "two", "three"][: len(fields)])
    known = tokenizer.inner
    ids = _without_unknown(tokenizer, text)
    decoded = tokenizer.decode(ids)
    read = text.split(FIELD_SEPARATOR)
    assert decoded.split(FIELD_SEPARATOR) == ["" if is_blank(one) else known.decode(known.encode(one)) for one in read]
    again = decoded.split(FIELD_SEPARATOR)
    assume(list(map(is_blank, again)) == list(map(is_blank, read)))  # else all that a field has is read as nothing
    assume(all(known.encode(one) == known.encode(other) for one, other in zip(again, read, strict=True)))
    assert tokenizer.encode(decoded) == ids


_TEXT = "The film's plot: naïve 日本 👍\n\tgood, not bad. GATTACA!"
EVERY = {kind: _learnt(kind, _TEXT) for kind in KINDS} | {"encoder": ENCODERS[0]}
EVERY |= {f"{kind} in fields": FieldTokenizer(one, ["one", "two"]) for kind, one in list(EVERY.items())}


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=40)
@given(data=st.data())
def test_any_ids_that_are_allowed_give_valid_text(name: str, data: st.DataObject) -> None:
    tokenizer = EVERY[name]
    decoder, parts, ids = tokenizer.decoder(), list[str](), list[int]()
    for _ in range(data.draw(st.integers(0, 25))):
        allowed = decoder.allowed()
        assert allowed.dtype == np.bool_
        assert allowed.shape == (tokenizer.vocabulary_size,)
        assert not allowed[[PAD_ID, tokenizer.unknown_id]].any()
        ids.append(data.draw(st.sampled_from(np.flatnonzero(allowed).tolist())))
        parts.append(decoder.add(ids[-1]))
    while not decoder.complete:
        ids.append(int(np.flatnonzero(decoder.allowed())[0]))
        parts.append(decoder.add(ids[-1]))
    text = "".join([*parts, decoder.finish()])
    assert text == tokenizer.decode(ids)
    assert tokenizer.decode(np.array(ids, np.int32)) == text
    assert "[UNK]" not in text
    assert "[PAD]" not in text
    if isinstance(tokenizer, ByteTokenizer):
        assert text == bytes(one - FIRST_BYTE_ID for one in ids).decode("utf-8", "strict")


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=40)
@given(data=st.data())
def test_any_ids_give_text(name: str, data: st.DataObject) -> None:
    tokenizer = EVERY[name]
    ids = data.draw(st.lists(st.integers(0, tokenizer.vocabulary_size - 1), max_size=25))
    text = tokenizer.decode(ids)
    text.encode("utf-8")
    known = [one for one in ids if one != PAD_ID]
    assert tokenizer.decode(known) == text
    assert tokenizer.decode([tokenizer.unknown_id, PAD_ID]) == ""


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("outside", [-1, 1_000_000])
def test_ids_that_the_tokenizer_does_not_have_are_refused(name: str, outside: int) -> None:
    with pytest.raises(ValueError, match=rf"token id {outside}: expected 0 to "):
        EVERY[name].decode([outside])


# --- single kinds -----------------------------------------------------------------------------------------------------


def _parts(tokenizer: Tokenizer, ids: Iterable[int]) -> list[str]:
    decoder = tokenizer.decoder()
    return [*map(decoder.add, ids), decoder.finish()]


def test_a_character_of_several_bytes_appears_with_its_last() -> None:
    tokenizer = learn_tokenizer([], type="byte")
    assert _parts(tokenizer, tokenizer.encode("aé👍")) == ["a", "", "é", "", "", "", "👍", ""]
    assert _parts(tokenizer, tokenizer.encode("a👍")[:-1]) == ["a", "", "", "", ""], "incomplete: dropped"
    assert tokenizer.decode([0xC3 + 2, ord("a") + 2, 0xFF + 2, 0x80 + 2]) == "a"


@given(st.characters(exclude_categories=["Cs"]))
def test_every_character_of_utf8_is_allowed(character: str) -> None:
    decoder = learn_tokenizer([], type="byte").decoder()
    content = character.encode()
    for place, byte in enumerate(content):
        assert decoder.complete == (place == 0)
        assert decoder.allowed()[byte + 2]
        decoder.add(byte + 2)
    assert decoder.complete


def test_no_other_bytes_are_allowed() -> None:
    tokenizer = learn_tokenizer([], type="byte")
    for beginning in (b"", b"\xc3", b"\xe0", b"\xe1", b"\xed", b"\xf0", b"\xf1", b"\xf4", b"\xf0\x9f", b"\xf0\x9f\x91"):
        decoder = tokenizer.decoder()
        for byte in beginning:
            decoder.add(byte + 2)
        fitting = []
        for byte in range(256):
            endings = [beginning + bytes([byte]) + last * more for more in range(4) for last in (b"\x80", b"\xbf")]
            if any(ending.decode("utf-8", "ignore").encode() == ending for ending in endings):
                fitting.append(byte + 2)
        assert np.flatnonzero(decoder.allowed()).tolist() == fitting, beginning


def test_overlapping_characters_appear_once_and_fill_gaps() -> None:
    trigrams = CharTokenizer(["[PAD]", "[UNK]", "abc", "cde", "def", "bcx", "ab"], ngram=3, lowercase=False)
    assert trigrams.decode([2, 1, 3, 4]) == "abcdef", "the unknown bcd is in its neighbours"
    assert trigrams.decode([2, 1, 1, 1, 4]) == "abcdef"
    decoder = trigrams.decoder()
    assert np.flatnonzero(decoder.allowed()).tolist() == [2, 3, 4, 5], "not ab, which only a text of two characters has"
    decoder.add(2)
    assert np.flatnonzero(decoder.allowed()).tolist() == [5]
    decoder.add(5)
    assert np.flatnonzero(decoder.allowed()).tolist() == [2, 3, 4, 5], "none begins with cx"


def test_a_word_of_pieces_appears_when_it_is_complete() -> None:
    pieces = ["[PAD]", "[UNK]", "[CLS]", "film", "##s", "the", ".", "##", "\u240a"]
    tokenizer = SubwordTokenizer(pieces, lowercase=True, line_breaks=True)
    assert _parts(tokenizer, [5, 3, 4, 6, 8, 5]) == ["", "the", "", " films", ".\n", "", "the"]
    assert tokenizer.decode([4, 1, 4, 3]) == "s s film", "a piece without a beginning is a word"
    decoder = tokenizer.decoder()
    for token, allowed in ((3, [3, 5, 6, 8]), (4, [3, 4, 5, 6, 8]), (6, [3, 4, 5, 6, 8]), (8, [3, 5, 6, 8])):
        assert np.flatnonzero(decoder.allowed()).tolist() == allowed
        decoder.add(token)


def test_a_field_ends_where_its_character_does() -> None:
    tokenizer = FieldTokenizer(learn_tokenizer([], type="byte"), ["title", "body"])
    decoder, separator = tokenizer.decoder(), tokenizer.inner.vocabulary_size
    assert decoder.allowed()[separator]
    decoder.add(0xC3 + 2)
    assert not decoder.complete
    assert not decoder.allowed()[separator]
    assert decoder.add(separator) == FIELD_SEPARATOR
    assert not decoder.allowed()[separator], "there is no third field"
    assert decoder.add(separator) == ""
    assert tokenizer.decode([ord("a") + 2, 0x1F + 2]) == "a ", "no separator from inside the title"


def test_tokens_without_text_are_an_error() -> None:
    class Hashes(CharTokenizer):
        kind = "hashes"
        decoder = Tokenizer.decoder

    with pytest.raises(
        InputError, match=r"tokens of the hashes tokenizer have no text: choose another tokenizer\.type"
    ):
        Hashes(["[PAD]", "[UNK]"]).decode([2])


def test_a_vocabulary_without_words_decodes_to_nothing() -> None:
    assert learn_tokenizer([], type="word").decode([0, 1]) == ""
    assert not learn_tokenizer([], type="word").decoder().allowed().any()
