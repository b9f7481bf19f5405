"""Choose the texts for the baseline: all of them, or a random sample if there are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.ngrams import Unit

MOST_TEXTS = 100_000
MOST_CHARACTERS = 40_000_000
MOST_OF_ONE_TEXT = 20_000  # characters
_LEAST_CHARACTERS = 1_000_000
# Characters give ten times as many n-grams as words.
_DEAR = {"words": 1, "characters": 10}
_LABELS_AT_THAT_PRICE = 10


def characters_allowed(unit: Unit, models: int) -> int:
    """Characters of text that ``models`` logistic regressions can fit in about a minute and a gigabyte."""
    many = max(1.0, models / _LABELS_AT_THAT_PRICE)
    return max(_LEAST_CHARACTERS, int(MOST_CHARACTERS / _DEAR[unit] / many))


def sample(texts: Sequence[str], truth: NDArray[Any], characters: int) -> NDArray[np.int64]:
    """Ascending indices of the texts to use: all, or random ones within the bounds.

    The sample has every label that the texts have. The same texts give the same sample.
    """
    order = np.random.default_rng(0x11EA2).permutation(len(texts))
    if len(texts) > MOST_TEXTS:
        order = _every_label_first(order, truth)[:MOST_TEXTS]
    lengths = np.fromiter((min(len(texts[int(i)]), MOST_OF_ONE_TEXT) for i in order), np.int64, len(order))
    if lengths.sum() > characters:
        if len(texts) <= MOST_TEXTS:
            ahead = _every_label_first(np.arange(len(order)), truth[order])
            order, lengths = order[ahead], lengths[ahead]
        order = order[: max(1, int(np.searchsorted(np.cumsum(lengths), characters, side="right")))]
    return np.sort(order)


def _every_label_first(order: NDArray[np.int64], truth: NDArray[Any]) -> NDArray[np.int64]:
    """The same indices, with the first one of each label before all others."""
    ordered = truth[order]
    if truth.ndim == 1:
        _, first = np.unique(ordered, return_index=True)
    else:
        first = np.unique(ordered.argmax(axis=0)[ordered.any(axis=0)])
    return np.concatenate([order[first], np.delete(order, first)])
