"""Count items in a corpus with bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

MOST_COUNTED = 1_000_000
"""Maximum number of distinct items counted at once: about 200 MB."""


def counted(groups: Iterable[Iterable[str]], most: int = MOST_COUNTED) -> Counter[str]:
    """Number of occurrences of each item in all groups.

    When more than ``most`` distinct items have occurred, the rarest half or more are dropped (similar to lossy
    counting, Manku & Motwani 2002), so a later count lacks what the item had when it was dropped. Below this limit,
    counts are exact and independent of the order of the groups.
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
