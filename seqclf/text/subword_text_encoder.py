"""The retired ``SubwordTextEncoder`` of tensorflow-datasets: subwords, and the UTF-8 bytes of what they do not spell.

A text is cut into *tokens*: first the subwords that mix word characters with others (the longest, where several fit;
there tensorflow-datasets goes by the order of a hash table), then runs of word characters and runs of all others. A
token that a single space follows takes it in as a ``_`` at its end; its own underscores become ``\\&undsc``. Then the
longest subword is taken, again and again; a character that begins none is its bytes.

Ids are those of ``tfds.deprecated.text.SubwordTextEncoder``: 0 pads, then come the subwords and the 256 bytes. The last
one, byte 0xFF, stands in no UTF-8 text: it is the unknown token, which an empty text needs.
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

from seqclf.text.bulk import BulkEncoder
from seqclf.text.byte import BYTE_JOINS, BYTE_PIECES
from seqclf.text.tokenizer import PAD, UNKNOWN, Tokenizer, checked_flag, checked_texts
from seqclf.text.words import lower, valid_text
from seqclf.token_ids import CONTINUES, GOES_ON

UNDERSCORE = r"\&undsc"
"""How a text's own underscores are written, so that ``_`` is left to mean a space."""
UNDERSCORE_SPLIT = 2
"""A text that holds ``UNDERSCORE`` itself: so many of its characters are a token, the others the next one."""

_PREPARED = "_\0"  # no chunk begins like this: word characters and others do not mix
_split_at_words = re.compile(r"(\W+)").split
_find_chunks = re.compile(r"\w+(?: (?!\W))?|\W+").findall


class SubwordTextEncoder(Tokenizer):
    """Tokenizer of a ``.subwords`` file.

    Attributes:
        subwords: in the order of the file; the first has id 1.
        lowercase: whether texts are lower-cased first (accents are kept); tensorflow-datasets did not.
    """

    kind = "subword_text_encoder"

    def __init__(self, subwords: Sequence[str], *, lowercase: bool = False) -> None:
        self.subwords = tuple(subwords)
        self.lowercase = lowercase
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

    def known(self) -> Mapping[str, int]:
        """From what is matched as a whole to its id."""
        return self._ids

    def content(self) -> dict[str, Any]:
        return {"lowercase": self.lowercase, "subwords": list(self.subwords)}

    def word_joins(self) -> NDArray[np.uint8]:
        words = _word_characters() - {"_"}  # which means a space at the end of a subword
        flags = np.zeros(self.vocabulary_size, np.uint8)
        for number, one in enumerate(self.subwords, 1):
            flags[number] = CONTINUES * (one[0] in words) | GOES_ON * (one[-1] in words)
        flags[self.first_byte_id :] = BYTE_JOINS
        return flags

    def rules(self) -> str:
        return unicodedata.unidata_version  # what a word character is goes by it

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        return cls(checked_texts(content["subwords"]), lowercase=checked_flag(content["lowercase"]))

    def _chunks(self, text: str) -> list[str]:
        """Tokens, each with the space that it takes in."""
        text = valid_text(text)
        text = lower(text) if self.lowercase else text
        if self._find_reserved.search(text) is None:
            found: list[str] = _find_chunks(text)
            return found
        return [_PREPARED + token for token in self._prepared(text)]

    def _prepared(self, text: str) -> Iterator[str]:
        """Tokens as they are looked up, of any text."""
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
                yield token[UNDERSCORE_SPLIT:] + end  # and the space remains: an oddity of the original
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


def _prepared(chunk: str) -> str:
    if chunk.startswith(_PREPARED):
        return chunk[len(_PREPARED) :]
    token = chunk.replace("_", UNDERSCORE)
    return f"{token[:-1]}_" if chunk[-1] == " " and chunk[0] in _word_characters() else token


def _is_mixed(subword: str) -> bool:
    """Whether it holds word characters and others."""
    return len(list(filter(None, _split_at_words(subword)))) > 1


@cache
def _word_characters() -> frozenset[str]:
    return frozenset(re.findall(r"\w", "".join(map(chr, range(0x110000)))))


def word_ranges() -> NDArray[np.int32]:
    """Where word characters begin and end: code points at which being one changes, ascending."""
    is_word = np.zeros(0x110000, np.int8)
    is_word[[ord(character) for character in _word_characters()]] = 1
    return (np.flatnonzero(np.diff(is_word)) + 1).astype(np.int32)
