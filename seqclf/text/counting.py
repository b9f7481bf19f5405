"""Counts of what occurs in a corpus, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

MOST_COUNTED = 1_000_000
"""Different items that are counted: about 200 MB."""


def counted(groups: Iterable[Sequence[str]], most: int = MOST_COUNTED) -> Counter[str]:
    """How often each item occurs in all groups together.

    Where more than ``most`` different items turn up, those that were rarest until then are forgotten, half of them or
    more (like lossy counting, Manku & Motwani 2002): what is frequent is counted to within what it had when it was
    forgotten. Up to there the order of the groups makes no difference.
    """
    counts: Counter[str] = Counter()
    for group in groups:
        counts.update(group)
        if len(counts) > most:
            _forget_rarest(counts, most // 2)
    return counts


def _forget_rarest(counts: Counter[str], most: int) -> None:
    how_many = Counter(counts.values())
    left = len(counts)
    for threshold in sorted(how_many):
        left -= how_many[threshold]
        if left <= most:
            break
    kept = {item: count for item, count in counts.items() if count > threshold}
    counts.clear()
    counts.update(kept)
