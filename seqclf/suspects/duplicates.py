"""Groups of equal and nearly equal texts, within a split and across splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.ngrams import Unit, choose_unit
from seqclf.data.equal_texts import text_digests
from seqclf.suspects.near_duplicates import similar_pairs, similarities
from seqclf.suspects.splits import Split, Together
from seqclf.text_store import Chosen


@dataclass(frozen=True)
class Member:
    """A text of a group.

    Attributes:
        split: index of its split.
        place: in the texts of the split.
        labels: the labels of the text; None if they were not read.
        exact: whether the group has an equal text (``equal_texts.normalised``).
        similarity: to the first text of the group.
        contradicted: another text of the group, if ``exact`` an equal one, has other labels.
    """

    split: int
    place: int
    labels: tuple[str, ...] | None
    exact: bool
    similarity: float
    contradicted: bool


@dataclass(frozen=True)
class Group:
    """Texts that are equal, or linked by similar texts, in the order of the splits.

    Attributes:
        exact: whether all texts are equal.
        leaks: whether a training text is equal to a text of another split.
    """

    members: tuple[Member, ...]
    exact: bool
    leaks: bool

    @property
    def splits(self) -> tuple[int, ...]:
        return tuple(sorted({member.split for member in self.members}))

    @property
    def contradictory(self) -> bool:
        return any(member.contradicted for member in self.members)


def duplicate_groups(splits: Sequence[Split], least: float | None) -> list[Group]:
    """Groups of at least two texts: those with different labels first, then those across splits, then by place.

    Args:
        least: the least Jaccard similarity of near-duplicates (``near_duplicates``); None: equal texts only.
    """
    texts = Together([split.texts.texts for split in splits])
    _, first, distinct = np.unique(
        np.concatenate([text_digests(split.texts.texts) for split in splits]), return_index=True, return_inverse=True
    )
    order = np.argsort(first)
    first, distinct = first[order], np.argsort(order)[distinct]  # distinct texts, numbered by their first places
    unit = choose_unit(texts[:1_000])
    sets = np.arange(len(first)) if least is None else _linked(Chosen(texts, first), unit, least)
    in_set = sets[distinct]
    several = np.flatnonzero(np.bincount(in_set, minlength=len(first))[in_set] > 1)
    several = several[np.argsort(in_set[several], kind="stable")]
    if not len(several):
        return []
    starts = np.flatnonzero(np.diff(in_set[several], prepend=-1))
    heads = np.repeat(several[starts], np.diff(starts, append=len(several)))
    alike = np.ones(len(several))
    others = np.flatnonzero(distinct[heads] != distinct[several])
    alike[others] = similarities(texts, unit, heads[others], several[others])
    groups = [
        _group(splits, texts, members, distinct[members], similarity)
        for members, similarity in zip(np.split(several, starts[1:]), np.split(alike, starts[1:]), strict=True)
    ]
    return sorted(groups, key=lambda group: (not group.contradictory, len(group.splits) < 2))


def _linked(texts: Sequence[str], unit: Unit, least: float) -> NDArray[np.int64]:
    """The set of each distinct text: connected components of the graph of similar pairs."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = similar_pairs(texts, unit, least)
    graph = coo_array((np.ones(len(pairs), np.bool_), (pairs.first, pairs.second)), shape=(len(texts), len(texts)))
    components: NDArray[np.int64] = connected_components(graph, directed=False)[1]
    return components


def _group(
    splits: Sequence[Split],
    texts: Together,
    members: NDArray[np.int64],
    distinct: NDArray[np.int64],
    similarity: NDArray[np.float64],
) -> Group:
    """Args: ``members`` are places in ``texts``, ascending; ``distinct`` numbers equal texts."""
    where = [texts.part_and_place(place) for place in members.tolist()]
    labels = [splits[split].texts.label_sets[place] if splits[split].labelled else None for split, place in where]
    of_equal: dict[int, set[tuple[str, ...]]] = {}
    for number, names in zip(distinct.tolist(), labels, strict=True):
        found = of_equal.setdefault(number, set())
        if names is not None:
            found.add(names)
    of_all = set().union(*of_equal.values())
    counts = Counter(distinct.tolist())
    group = tuple(
        Member(
            split,
            place,
            names,
            exact=counts[number] > 1,
            similarity=like,
            contradicted=names is not None and len(of_equal[number] if counts[number] > 1 else of_all) > 1,
        )
        for (split, place), names, number, like in zip(
            where, labels, distinct.tolist(), similarity.tolist(), strict=True
        )
    )
    in_training = np.array([splits[split].name == "train" for split, _ in where])
    leaks = bool(np.isin(distinct[in_training], distinct[~in_training]).any())
    return Group(group, exact=len(counts) == 1, leaks=leaks)
