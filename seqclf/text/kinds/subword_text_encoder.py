"""The retired ``SubwordTextEncoder`` of tensorflow-datasets: subwords, with UTF-8 bytes as a fallback.

A text is split into *tokens*: first the subwords that mix word characters with others (the longest match; there
tensorflow-datasets uses the order of a hash table), then runs of word characters and runs of other characters. A token
followed by a single space absorbs it as a ``_`` at its end; its own underscores become ``\\&undsc``. Each token is then
split greedily into the longest subwords; a character that starts no subword becomes its bytes.

Ids are those of ``tfds.deprecated.text.SubwordTextEncoder``: 0 for padding, then the subwords and the 256 bytes. The
last byte, 0xFF, never occurs in UTF-8: it is the unknown token, which an empty text needs.

Decoding gives the text in its normal form and case; white space and everything else is as it was. The only exception is
a text that contains the escape sequence ``\\&undsc`` itself: the format cannot tell it from an underscore in all cases.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.text.bulk import BulkEncoder
from seqclf.text.decoder import Decoder
from seqclf.text.kinds.byte import BYTE_JOINS, BYTE_PIECES
from seqclf.text.normal_form import NormalForm, checked_form, speller
from seqclf.text.spelling import Spelling
from seqclf.text.tokenizer import PAD, UNKNOWN, Tokenizer, checked_flag, checked_texts
from seqclf.text.utf8 import Utf8Characters
from seqclf.text.word_spans import WordSpan, words_of_characters
from seqclf.text.words import valid_text
from seqclf.token_ids import CONTINUES, GOES_ON

UNDERSCORE = r"\&undsc"
"""Escape sequence for underscores in a text, because ``_`` stands for a space."""
UNDERSCORE_SPLIT = 2
"""If a text contains ``UNDERSCORE`` itself, this many of its characters are one token and the rest are the next."""

_PREPARED = "_\0"  # no chunk starts like this: word characters and others do not mix
_split_at_words = re.compile(r"(\W+)").split
_find_chunks = re.compile(r"\w+(?: (?!\W))?|\W+").findall


class SubwordTextEncoder(Tokenizer):
    """Tokenizer of a ``.subwords`` file.

    Attributes:
        subwords: subwords in the order of the file; the first has id 1.
        lowercase: whether texts are lowercased first (accents are kept); tensorflow-datasets did not, and did not
            normalise them.
    """

    kind = "subword_text_encoder"

    def __init__(self, subwords: Sequence[str], *, lowercase: bool = False, normalize: NormalForm = "none") -> None:
        self.subwords = tuple(subwords)
        self.lowercase, self.normalize = lowercase, normalize
        self._spelt = speller(normalize, lowercase=lowercase)
        self.pieces = (PAD, *self.subwords, *BYTE_PIECES[:-1], UNKNOWN)
        self.first_byte_id = 1 + len(self.subwords)
        self.unknown_id = self.first_byte_id + 0xFF
        self.reserved = sorted(
            {UNDERSCORE, *(one for one in self.subwords if _is_mixed(one))}, key=lambda one: (-len(one), one)
        )
        self._ids = {subword: number for number, subword in enumerate(self.subwords, 1)} | {
            UNDERSCORE: self.first_byte_id + ord("_")
        }
        self._longest = max(map(len, self._ids))
        self._find_reserved = re.compile(f"({'|'.join(map(re.escape, self.reserved))})")

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        return BulkEncoder(self._chunks, self._ids_of, self.unknown_id)(texts)

    def grown(self, texts: Iterable[str], *, vocab_size: int, min_frequency: int = 2) -> Self:
        raise InputError(
            "a tokenizer of a .subwords file cannot grow: the ids of its bytes come right after those of its subwords"
        )

    def decoder(self) -> Decoder:
        return _EncoderDecoder(self)

    def word_spans(self, text: str) -> list[WordSpan]:
        """As ``Tokenizer.word_spans``; all of a text with ``UNDERSCORE`` itself is one word."""
        spelling = Spelling.of(text).spelt(self._spelt)
        if not spelling.text:
            return []
        ids, decoder, decoded = self.encode(text), self.decoder(), ""
        begins = [0] * len(spelling.text)
        for token_id in ids:
            begins[min(len(decoded), len(begins) - 1)] += 1
            decoded += decoder.add(token_id)
        if decoded != spelling.text:
            return [WordSpan(0, len(text), 0, len(ids))]
        return words_of_characters(spelling, begins)

    def known(self) -> Mapping[str, int]:
        """From each string that is matched as a unit to its id."""
        return self._ids

    def content(self) -> dict[str, Any]:
        form = {} if self.normalize == "none" else {"normalize": self.normalize}
        return {"lowercase": self.lowercase, **form, "subwords": list(self.subwords)}

    def word_joins(self) -> NDArray[np.uint8]:
        words = _word_characters() - {"_"}  # it stands for a space at the end of a subword
        flags = np.zeros(self.vocabulary_size, np.uint8)
        for number, one in enumerate(self.subwords, 1):
            flags[number] = CONTINUES * (one[0] in words) | GOES_ON * (one[-1] in words)
        flags[self.first_byte_id :] = BYTE_JOINS
        return flags

    def rules(self) -> str:
        return f"{unicodedata.unidata_version} {super().rules()}".strip()  # what a word character is

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        return cls(
            checked_texts(content["subwords"]),
            lowercase=checked_flag(content["lowercase"]),
            normalize=checked_form(content.get("normalize", "none")),
        )

    def _chunks(self, text: str) -> list[str]:
        """Tokens, each with the space that it absorbs."""
        text = self._spelt(valid_text(text))
        if self._find_reserved.search(text) is None:
            found: list[str] = _find_chunks(text)
            return found
        return [_PREPARED + token for token in self._prepared(text)]

    def _prepared(self, text: str) -> Iterator[str]:
        """Tokens of any text, in their lookup form."""
        tokens: list[str] = []
        for place, part in enumerate(self._find_reserved.split(text)):
            tokens += [part] if place % 2 else filter(None, _split_at_words(part))
        taken_in = False
        for token, following in itertools.zip_longest(tokens, tokens[1:]):
            if taken_in:
                taken_in = False
                continue
            end = "_" if following == " " else ""
            if token == UNDERSCORE:
                yield token[:UNDERSCORE_SPLIT]
                yield token[UNDERSCORE_SPLIT:] + end  # the space also remains a token: a quirk of the original
                continue
            taken_in = bool(end)
            yield token.replace("_", UNDERSCORE) + end

    def _ids_of(self, chunks: Sequence[str]) -> list[list[int]]:
        return [self._token_ids(_prepared(chunk)) for chunk in chunks]

    def _token_ids(self, token: str) -> list[int]:
        known, longest, ids, start = self._ids, self._longest, list[int](), 0
        while start < len(token):
            for stop in range(min(len(token), start + longest), start, -1):
                if (number := known.get(token[start:stop])) is not None:
                    ids.append(number)
                    start = stop
                    break
            else:
                character = " " if token[start] == "_" else token[start]
                ids += (self.first_byte_id + byte for byte in character.encode("utf-8"))
                start += 1
        return ids


class _EncoderDecoder(Decoder):
    """Subwords and bytes to text."""

    def __init__(self, tokenizer: SubwordTextEncoder) -> None:
        super().__init__(tokenizer.vocabulary_size, unknown_id=tokenizer.unknown_id)
        self._subwords, self._first_byte_id = tokenizer.subwords, tokenizer.first_byte_id
        self._characters = Utf8Characters()

    @property
    def complete(self) -> bool:
        return self._characters.complete

    def allowed(self) -> NDArray[np.bool_]:
        allowed = self.usable.copy()
        allowed[self._first_byte_id :] = self._characters.following()
        allowed[1 : self._first_byte_id] = self._characters.complete
        return allowed

    def _added(self, token_id: int) -> str:
        if token_id >= self._first_byte_id:
            return self._characters.add(token_id - self._first_byte_id)
        self._characters.drop()
        subword = self._subwords[token_id - 1]
        if subword.endswith("_"):
            subword = f"{subword[:-1]} "
        return subword.replace(UNDERSCORE, "_")


def _prepared(chunk: str) -> str:
    if chunk.startswith(_PREPARED):
        return chunk[len(_PREPARED) :]
    token = chunk.replace("_", UNDERSCORE)
    return f"{token[:-1]}_" if chunk[-1] == " " and chunk[0] in _word_characters() else token


def _is_mixed(subword: str) -> bool:
    """Whether the subword contains both word characters and others."""
    return len(list(filter(None, _split_at_words(subword)))) > 1


@cache
def _word_characters() -> frozenset[str]:
    return frozenset(re.findall(r"\w", "".join(map(chr, range(0x110000)))))


def word_ranges() -> NDArray[np.int32]:
    """Boundaries of ranges of word characters: ascending code points at which the class changes."""
    is_word = np.zeros(0x110000, np.int8)
    is_word[[ord(character) for character in _word_characters()]] = 1
    return (np.flatnonzero(np.diff(is_word)) + 1).astype(np.int32)
