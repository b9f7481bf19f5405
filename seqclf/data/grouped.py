"""Split sets of texts that must stay together, so that each part gets its fraction of every label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

LabelSets = Sequence[tuple[str, ...]]


def assign_sets(
    sets: NDArray[np.int64],
    label_sets: LabelSets,
    shares: Sequence[float],
    wanted: Mapping[str, Sequence[float]],
    generator: np.random.Generator,
) -> NDArray[np.int32]:
    """The part of each text whose set has several texts, -1 for all other texts; ``int32 [texts]``.

    Sets are assigned in order of decreasing size. Each goes to the part that brings the text counts, in total and by
    label, closest to the target, measured by the sum of (found - wanted)^2 / expected as in Pearson's chi-squared
    statistic. The algorithm is greedy, like scikit-learn's ``StratifiedGroupKFold``.

    Args:
        sets: the index of each text's set, ``int64 [texts]``.
        label_sets: the labels of each text.
        shares: the fraction of each part; a part with fraction 0 gets nothing.
        wanted: for each label, the target number of its texts in each part.
        generator: decides the order among sets of equal size.
    """
    where = np.full(len(sets), -1, dtype=np.int32)
    totals = Counter(name for names in label_sets for name in names)
    lacking = {name: list(counts) for name, counts in wanted.items()}
    lacking_texts = [share * len(sets) for share in shares]
    parts = [part for part, share in enumerate(shares) if share > 0]
    for members in _largest_first(sets, generator):
        counts = Counter(name for place in members.tolist() for name in label_sets[place])
        size = len(members)

        def change(part: int, counts: Counter[str] = counts, size: int = size) -> float:
            """The change of the sum if the part takes the set."""
            share = shares[part]
            by_label = sum(n * (n - 2 * lacking[name][part]) / totals[name] for name, n in counts.items())
            return (by_label + size * (size - 2 * lacking_texts[part]) / len(sets)) / share

        part = min(parts, key=change)
        where[members] = part
        lacking_texts[part] -= size
        for name, count in counts.items():
            lacking[name][part] -= count
    return where


def _largest_first(sets: NDArray[np.int64], generator: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """The indices of the texts of each set with more than one text."""
    sizes = np.bincount(sets)
    by_set = np.argsort(sets, kind="stable")
    ends = np.cumsum(sizes)
    shared = generator.permutation(np.flatnonzero(sizes > 1))
    for number in shared[np.argsort(-sizes[shared], kind="stable")].tolist():
        yield by_set[ends[number] - sizes[number] : ends[number]]


def sets_of_label(sets: NDArray[np.int64] | None, label_sets: LabelSets) -> Counter[str]:
    """Number of sets in which each label occurs, or of texts if ``sets`` is None."""
    if sets is None:
        return Counter(name for names in label_sets for name in names)
    rows = zip(sets.tolist(), label_sets, strict=True)
    return Counter(name for _, name in {(number, name) for number, names in rows for name in names})
