"""Hashes of n-grams of token ids and of whole words (``seqclf.token_ids``), in NumPy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.token_ids import CONTINUES, GOES_ON, PRIME, coefficients, word_coefficients


@dataclass(frozen=True)
class NgramHash:
    """Maps the n-grams of a text to buckets.

    Attributes:
        orders: lengths of the n-grams, such as 1, 2 and 3.
        buckets: number of buckets.
        joins: which tokens form a word (``Tokenizer.word_joins``); None: do not add words.
    """

    orders: tuple[int, ...]
    buckets: int
    joins: NDArray[np.uint8] | None = None

    def rows(self, texts: Sequence[NDArray[np.integer]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The distinct buckets of each text, in ascending order.

        Args:
            texts: token ids, each ``[length]`` of any integer dtype and of length 1 or more.

        Returns:
            ``columns`` (``int32``) and ``ends`` (``int64 [texts + 1]``): text ``i`` has the buckets
            ``columns[ends[i]:ends[i + 1]]``, the parts of a sparse matrix in CSR form.
        """
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        if not len(lengths):
            return np.zeros(0, np.int32), np.zeros(1, np.int64)
        ids = np.concatenate(texts).astype(np.int64)
        row = np.repeat(np.arange(len(lengths)), lengths)
        left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(ids))  # tokens from here to the end of the text
        keys = []
        for order in self.orders:
            starts = np.flatnonzero(left >= order)
            keys.append(row[starts] * self.buckets + self._hashed(ids, starts, order))
        if self.joins is not None:
            ends_of_words, hashed = self._words(ids, row)
            keys.append(row[ends_of_words] * self.buckets + hashed)
        unique = np.unique(np.concatenate(keys))
        ends = np.searchsorted(unique, np.arange(len(lengths) + 1) * self.buckets)
        return (unique % self.buckets).astype(np.int32), ends.astype(np.int64)

    def _hashed(self, ids: NDArray[np.int64], starts: NDArray[np.int64], order: int) -> NDArray[np.int64]:
        first, *others = coefficients(order)
        total = np.full(len(starts), first, dtype=np.int64)
        for place, coefficient in enumerate(others):
            total += coefficient * ids[starts + place]
        buckets: NDArray[np.int64] = total % PRIME % self.buckets
        return buckets

    def _words(self, ids: NDArray[np.int64], row: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Index of each word's last token, and the buckets of the words."""
        assert self.joins is not None
        flags = self.joins[ids]
        continues = np.zeros(len(ids) + 1, bool)  # whether a token continues the word of the previous token
        continues[1:-1] = (flags[1:] & CONTINUES != 0) & (flags[:-1] & GOES_ON != 0) & (row[1:] == row[:-1])
        ends = np.flatnonzero(~continues[1:])
        first, last, *others = word_coefficients()
        total = first + last * ids[ends]
        left, places = np.arange(len(ends)), ends  # words with more tokens to add
        for coefficient in others:
            left, places = left[continues[places]], places[continues[places]] - 1
            total[left] += coefficient * ids[places]
        return ends, total % PRIME % self.buckets


def joined(
    blocks: Iterable[tuple[NDArray[np.int32], NDArray[np.int64]]],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """``columns`` and ``ends`` of several calls of ``NgramHash.rows``, concatenated."""
    columns, ends = [np.zeros(0, np.int32)], [np.zeros(1, np.int64)]
    for block, block_ends in blocks:
        ends.append(ends[-1][-1] + block_ends[1:])
        columns.append(block)
    return np.concatenate(columns), np.concatenate(ends)


def blocks(lengths: Sequence[int], most_tokens: int = 1 << 20) -> Iterable[range]:
    """Ranges of consecutive texts, each with at most ``most_tokens`` tokens in total, or a single text."""
    start, tokens = 0, 0
    for place, length in enumerate(lengths):
        if place > start and tokens + length > most_tokens:
            yield range(start, place)
            start, tokens = place, 0
        tokens += length
    if start < len(lengths):
        yield range(start, len(lengths))
