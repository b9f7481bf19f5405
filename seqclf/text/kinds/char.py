"""The ``char`` tokenizer: single characters, or every ``stride``-th n-gram of ``ngram`` characters (k-mers of DNA).

A character is a code point. Each run of white space becomes one space, and white space at the ends is removed: line
breaks and indentation tell little about most texts. ``white_space: keep`` reads all of it, for texts whose layout
matters; there only the ends of lines become one character, a line feed. A text of fewer than ``ngram`` characters is a
single token. With a ``stride`` above 1, characters after the last complete n-gram are not read.

Decoding gives the characters as they are read: in their normal form and case, with white space joined (``keep``: with
line feeds at the ends of lines), and without those after the last complete n-gram. If that ends with a joined space,
reading the decoded text drops it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from seqclf.text.counting import counted
from seqclf.text.decoder import Decoder
from seqclf.text.normal_form import NormalForm, checked_form, speller
from seqclf.text.spelling import Spelling
from seqclf.text.tokenizer import (
    Tokenizer,
    checked_count,
    checked_flag,
    checked_pieces,
    frequent,
    frequent_new,
    room_for_more,
)
from seqclf.text.trie import MISSING, ROOT, Trie
from seqclf.text.white_space import joined_white_space
from seqclf.text.word_spans import WordSpan, words_of_characters
from seqclf.text.words import is_word_character, valid_text, with_line_ends
from seqclf.token_ids import CONTINUES, GOES_ON

WhiteSpace = Literal["join", "keep"]

_CHARACTERS_A_BLOCK = 1 << 20


class CharTokenizer(Tokenizer):
    """``pieces`` are ``[PAD]``, ``[UNK]`` and n-grams by frequency.

    Attributes:
        ngram: number of characters in a token.
        stride: distance in characters from the start of a token to the start of the next.
        lowercase: whether texts are lowercased (accents are kept).
        white_space: "join": a run of white space is one space, and none at the ends; "keep": it is as in the text,
            except that a line ends with a line feed.
    """

    kind = "char"

    def __init__(
        self,
        pieces: Sequence[str],
        *,
        ngram: int = 1,
        stride: int = 1,
        lowercase: bool = True,
        normalize: NormalForm = "nfc",
        white_space: WhiteSpace = "join",
    ) -> None:
        self.pieces = tuple(pieces)
        self.ngram, self.stride, self.lowercase, self.normalize = ngram, stride, lowercase, normalize
        self.white_space = white_space
        self._characters = _reader(speller(normalize, lowercase=lowercase), white_space)
        self._ids = {piece: number for number, piece in enumerate(self.pieces) if number > self.unknown_id}
        self.trie = Trie(self._ids.items())

    @classmethod
    def learn(
        cls,
        texts: Iterable[str],
        *,
        vocab_size: int,
        ngram: int = 1,
        stride: int = 1,
        lowercase: bool = True,
        min_frequency: int = 2,
        normalize: NormalForm = "nfc",
        white_space: WhiteSpace = "join",
    ) -> CharTokenizer:
        """A vocabulary of the ``vocab_size - 2`` most frequent n-grams that occur at least ``min_frequency`` times."""
        read = _reader(speller(normalize, lowercase=lowercase), white_space)
        counts = counted(_ngrams(read(text), ngram, stride) for text in texts)
        pieces = frequent(counts, vocab_size, min_frequency)
        return cls(
            pieces, ngram=ngram, stride=stride, lowercase=lowercase, normalize=normalize, white_space=white_space
        )

    def grown(self, texts: Iterable[str], *, vocab_size: int, min_frequency: int = 2) -> Self:
        """As ``Tokenizer.grown``, with the most frequent unknown n-grams."""
        room = room_for_more(self, vocab_size)
        counts = counted(_ngrams(self._characters(text), self.ngram, self.stride) for text in texts)
        new = frequent_new(counts, self._ids, room, min_frequency)
        return type(self)(
            (*self.pieces, *new),
            ngram=self.ngram,
            stride=self.stride,
            lowercase=self.lowercase,
            normalize=self.normalize,
            white_space=self.white_space,
        )

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        block: list[str] = []
        size = 0
        for text in texts:
            characters = self._characters(text)
            if len(characters) > max(_CHARACTERS_A_BLOCK, self.ngram):
                if block:
                    yield from self._block(block)
                yield self._long(characters)
                block, size = [], 0
                continue
            block.append(characters)
            size += len(characters)
            if size >= _CHARACTERS_A_BLOCK:
                yield from self._block(block)
                block, size = [], 0
        if block:
            yield from self._block(block)

    def _long(self, characters: str) -> NDArray[np.int32]:
        """The ids of a text of many blocks, a block at a time: arrays of all its characters take 40 times its size."""
        ids = np.empty((len(characters) - self.ngram) // self.stride + 1, np.int32)
        tokens = max(1, _CHARACTERS_A_BLOCK // self.stride)
        for first in range(0, len(ids), tokens):
            stop = min(first + tokens, len(ids))
            part = characters[first * self.stride : (stop - 1) * self.stride + self.ngram]
            ids[first:stop] = next(self._block([part]))
        return ids

    def _block(self, texts: list[str]) -> Iterator[NDArray[np.int32]]:
        characters = np.frombuffer("".join(texts).encode("utf-32-le"), np.dtype("<u4"))
        lengths = np.array([len(text) for text in texts])
        tokens = np.maximum((lengths - self.ngram) // self.stride + 1, 0)  # 0 for a text shorter than an n-gram
        ends = np.cumsum(tokens)
        first = np.cumsum(lengths) - lengths - (ends - tokens) * self.stride
        starts = np.repeat(first, tokens) + np.arange(ends[-1]) * self.stride
        nodes = np.full(len(starts), ROOT, np.int64)
        for place in range(self.ngram if len(starts) else 0):
            nodes = self.trie.step(nodes, characters[starts + place])
        ids = np.append(self.trie.values, MISSING)[nodes]  # MISSING (-1) is the last index
        ids = np.where(ids == MISSING, self.unknown_id, ids).astype(np.int32)
        for text, (start, stop) in zip(texts, itertools.pairwise([0, *ends.tolist()]), strict=True):
            id_of_text = self._ids.get(text, self.unknown_id)
            yield ids[start:stop] if stop > start else np.array([id_of_text], np.int32)

    def unknown_parts(self, text: str) -> Iterator[str]:
        ngrams = _ngrams(self._characters(text), self.ngram, self.stride)
        return (ngram for ngram in ngrams if ngram not in self._ids)

    def unread_end(self, text: str) -> str:
        characters = self._characters(text)
        return characters[len(characters) - max(len(characters) - self.ngram, 0) % self.stride :]

    def word_spans(self, text: str) -> list[WordSpan]:
        spelling = Spelling.of(text).spelt(speller(self.normalize, lowercase=self.lowercase))
        joins = self.white_space == "join"
        spelling = spelling.with_joined_white_space() if joins else spelling.with_line_ends("\n")
        if not spelling.text:
            return []
        tokens = max((len(spelling.text) - self.ngram) // self.stride, 0) + 1
        read = min((tokens - 1) * self.stride + self.ngram, len(spelling.text))  # the others are in no token
        begins = [int(not at % self.stride and at < tokens * self.stride) for at in range(read)]
        return words_of_characters(spelling.part(0, read), begins)

    def written_characters(self) -> frozenset[str]:
        return frozenset("".join(self._ids))

    def decoder(self) -> Decoder:
        return _NgramDecoder(self)

    @cached_property
    def followers(self) -> Mapping[str, list[int]]:
        """Ids of the n-grams that begin with the same characters, those shared with the n-gram before them.

        Empty if n-grams do not overlap.
        """
        shared, found = self.ngram - self.stride, dict[str, list[int]]()
        for piece, number in self._ids.items() if shared else ():
            if len(piece) == self.ngram:
                found.setdefault(piece[:shared], []).append(number)
        return found

    def word_joins(self) -> NDArray[np.uint8] | None:
        if self.ngram > 1 or self.stride > 1:
            return None
        return np.array([(CONTINUES | GOES_ON) * is_word_character(piece) for piece in self.pieces], np.uint8)

    def content(self) -> dict[str, Any]:
        options = {"ngram": self.ngram, "stride": self.stride, "lowercase": self.lowercase}
        form = {} if self.normalize == "none" else {"normalize": self.normalize}
        layout = {} if self.white_space == "join" else {"white_space": self.white_space}
        return {**options, **form, **layout, "pieces": list(self.pieces)}

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        return cls(
            checked_pieces(content["pieces"]),
            ngram=checked_count(content["ngram"]),
            stride=checked_count(content["stride"]),
            lowercase=checked_flag(content["lowercase"]),
            normalize=checked_form(content.get("normalize", "none")),
            white_space=_checked_white_space(content.get("white_space", "join")),
        )


class _NgramDecoder(Decoder):
    """N-grams to text: of each but the first, only the characters that are new."""

    def __init__(self, tokenizer: CharTokenizer) -> None:
        short = [number for number, piece in enumerate(tokenizer.pieces) if len(piece) < tokenizer.ngram]
        super().__init__(tokenizer.vocabulary_size, unknown_id=tokenizer.unknown_id, never=short)
        self._tokenizer = tokenizer
        self._last = ""
        self._step = 0  # distance from the start of the last n-gram to that of the next

    def allowed(self) -> NDArray[np.bool_]:
        """N-grams that begin as the last one ends; all of them if none does. A short text's only token never may."""
        tokenizer = self._tokenizer
        following = tokenizer.followers.get(self._last[tokenizer.stride :]) if tokenizer.followers else None
        if not self._last or following is None or self._step > tokenizer.stride:
            return self.usable
        allowed = np.zeros_like(self.usable)
        allowed[following] = True
        return allowed

    def _added(self, token_id: int) -> str:
        piece = self._tokenizer.pieces[token_id]
        seen = max(len(self._last) - self._step, 0)
        self._last, self._step = piece, self._tokenizer.stride
        return piece[seen:]

    def _gap(self) -> str:
        self._step += self._tokenizer.stride
        return ""


def _ngrams(characters: str, ngram: int, stride: int) -> Iterator[str]:
    """The n-grams that are tokens; characters of fewer than ``ngram`` are one."""
    last = max(len(characters) - ngram, 0)
    return (characters[start : start + ngram] for start in range(0, last + 1 if characters else 0, stride))


def _reader(spelt: Callable[[str], str], white_space: WhiteSpace) -> Callable[[str], str]:
    """The function that returns the characters of a text. NFKC may write spaces, so it joins white space afterwards."""
    if white_space == "keep":
        return lambda text: with_line_ends(spelt(valid_text(text)), "\n")
    return lambda text: joined_white_space(spelt(valid_text(text)))


def _checked_white_space(value: Any) -> WhiteSpace:
    for choice in get_args(WhiteSpace):
        if value == choice:
            return choice  # type: ignore[no-any-return]
    raise ValueError(f"expected join or keep as white_space, found {value!r:.60}")
