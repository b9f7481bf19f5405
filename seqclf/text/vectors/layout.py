"""How a file of vectors is laid out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """How a file of vectors is laid out.

    Attributes:
        dim: numbers of a vector.
        header_words: the number of words that the header names; None without a header.
        is_binary: whether the numbers are written as ``float32`` instead of text.
    """

    dim: int
    header_words: int | None = None
    is_binary: bool = False

    def place(self, number: int) -> str:
        """Where the word with this number (from 1 on; a header line counts in text) is, in words."""
        return f"{'vector' if self.is_binary else 'line'} {number:,}"
