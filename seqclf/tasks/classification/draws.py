"""Resamples of texts: as many texts as there are, drawn with replacement (Efron and Tibshirani 1993)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 0

_ENTRIES_A_BLOCK = 4_000_000
_MUCH_FEWER = 20


def kinds_of(parts: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Numbers of the kinds of texts, ``int64 [texts]``: texts of one kind are equal in all parts.

    Args:
        parts: numbers, ``[texts]``, or truth values, ``bool [texts, values]``.
    """
    kinds = np.zeros(len(parts[0]), np.int64)
    for part in parts:
        if part.ndim == 2:
            numbers = np.unique(np.packbits(part, axis=1), axis=0, return_inverse=True)[1]
        else:
            numbers = np.unique(part, return_inverse=True)[1]
        numbers = numbers.reshape(-1)
        kinds = np.unique(kinds * (int(numbers.max(initial=0)) + 1) + numbers, return_inverse=True)[1].reshape(-1)
    return kinds


def drawn(kinds: NDArray[np.int64], resamples: int) -> Iterator[NDArray[np.int64]]:
    """Blocks of resamples, drawn from ``SEED``: how many texts of each kind they have, ``int64 [block, kinds]``.

    The texts of a kind are drawn at once if there are few kinds: their numbers are multinomial.
    """
    draw = np.random.default_rng(SEED)
    of_kinds, texts = np.bincount(kinds), len(kinds)
    rows = max(1, _ENTRIES_A_BLOCK // len(of_kinds))
    for start in range(0, resamples, rows):
        number = min(rows, resamples - start)
        if len(of_kinds) * _MUCH_FEWER < texts:
            yield draw.multinomial(texts, of_kinds / texts, size=number)
            continue
        each = (kinds[draw.integers(texts, size=texts)] for _ in range(number))
        yield np.stack([np.bincount(one, minlength=len(of_kinds)) for one in each])
