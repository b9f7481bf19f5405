"""The words whose vectors are wanted, and what was found and skipped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.text.vectors.layout import Layout

BLANK, WHITE, SPACES, UNDECODED, REPEATED = _REASONS = (
    "blank lines",
    "words of white space",
    "words with spaces",
    "words that are not UTF-8",
    "repeated words",
)
_ONE = dict(
    zip(
        _REASONS,
        ("blank line", "word of white space", "word with spaces", "word that is not UTF-8", "repeated word"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Skipped:
    """Words or lines of a file that give no vector.

    Attributes:
        why: in the plural.
        count: how many.
        first: where the first is.
    """

    why: str
    count: int
    first: str

    def __str__(self) -> str:
        if self.count == 1:
            return f"1 {_ONE[self.why]} ({self.first})"
        return f"{self.count:,} {self.why} (the first: {self.first})"


@dataclass(frozen=True)
class FileVectors:
    """What a file has for a vocabulary.

    Attributes:
        vectors: by piece id, ``float32 [dim]`` each.
        words: number of words in the file.
        skipped: in a fixed order of reasons. A word that is not in the vocabulary is not skipped.
        promised: the number of words that the header names; None without a header.
    """

    vectors: dict[int, NDArray[np.float32]]
    dim: int
    words: int
    skipped: tuple[Skipped, ...] = ()
    promised: int | None = None

    @property
    def doubt(self) -> str | None:
        """Why the file may be incomplete; None if nothing says so."""
        if self.promised is None or self.promised == self.words:
            return None
        return f"the header names {self.promised:,} words, but there are {self.words:,}: is the file complete?"

    def as_json(self) -> dict[str, Any]:
        return {"dim": self.dim, "words": self.words, "skipped": [vars(one) for one in self.skipped]}


class Wanted:
    """Finds pieces by the bytes of a word, and counts what is skipped.

    Attributes:
        vectors: those found so far, by piece id.
    """

    def __init__(self, pieces: Sequence[str], normalised: Callable[[str], str] | None = None) -> None:
        self.vectors: dict[int, NDArray[np.float32]] = {}
        self._ids = {piece.encode(): token_id for token_id, piece in enumerate(pieces)}
        self._normalised = normalised
        self._in_other_form: dict[int, NDArray[np.float32]] = {}
        self._skipped: dict[str, tuple[int, int]] = {}

    def lookup(self, word: bytes, number: int) -> int | None:
        """The id of the piece whose vector ``keep`` shall be given, if this word is wanted.

        Args:
            number: which word or line this is, from 1 on.
        """
        token_id = self._ids.get(word)
        if token_id is not None:
            if token_id not in self.vectors:
                return token_id
            self.skip(REPEATED, number)
        elif not word.isascii():
            return self._lookup_in_other_form(word, number)
        elif not word.strip():
            self.skip(WHITE, number)
        elif b" " in word:
            self.skip(SPACES, number)
        return None

    def keep(self, token_id: int, word: bytes, vector: NDArray[np.float32]) -> None:
        """Keep the vector of a piece; one whose word is written as the piece is takes precedence."""
        if self._ids.get(word) == token_id:
            self.vectors[token_id] = vector
        else:
            self._in_other_form.setdefault(token_id, vector)

    def skip(self, why: str, number: int) -> None:
        count, first = self._skipped.get(why, (0, number))
        self._skipped[why] = (count + 1, first)

    def found(self, words: int, layout: Layout) -> FileVectors:
        """What a file of ``words`` words has."""
        skipped = tuple(
            Skipped(why, count, layout.place(first))
            for why in _REASONS
            if (found := self._skipped.get(why))
            for count, first in [found]
        )
        vectors = self._in_other_form | self.vectors
        return FileVectors(vectors, layout.dim, words, skipped, layout.header_words)

    def _lookup_in_other_form(self, word: bytes, number: int) -> int | None:
        try:
            text = word.decode()
        except UnicodeDecodeError:
            self.skip(UNDECODED, number)
            return None
        if not text.strip():
            self.skip(WHITE, number)
        elif " " in text:
            self.skip(SPACES, number)
        elif self._normalised is not None:
            return self._ids.get(self._normalised(text).encode())
        return None
