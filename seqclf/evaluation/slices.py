"""Accuracy on parts of the texts: by length, by label, and by the values of a column."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.column_values import as_category, as_number, is_number_or_missing
from seqclf.data.encoded import EncodedTexts
from seqclf.labels import Labels
from seqclf.metrics.intervals import effective_texts, wilson

FEW_TEXTS = 30
"""A slice with fewer texts says little."""
MISSING, NO_LABEL = "(missing)", "(no label)"

_BINS = 5
_FEW_NUMBERS = 10  # different numbers up to which each is a slice
_MOST_VALUES = 1_000


@dataclass(frozen=True)
class Group:
    """Some of the texts.

    Attributes:
        name: for people.
        places: of the texts, ``int64``.
        low, high: the smallest and largest number of a bin; None for other groups.
        values: number of values of a column that are together here.
    """

    name: str
    places: NDArray[np.int64]
    low: float | None = None
    high: float | None = None
    values: int = 1


@dataclass(frozen=True)
class Slice:
    """The accuracy on some of the texts, with its 95 % interval (``wilson``).

    Attributes:
        texts: their number, without those of weight 0.
    """

    group: Group
    texts: int
    accuracy: float
    low: float
    high: float

    @property
    def is_small(self) -> bool:
        return self.texts < FEW_TEXTS

    def to_json(self) -> dict[str, Any]:
        group = self.group
        return {
            "value": group.name,
            **({} if group.low is None else {"from": group.low, "to": group.high}),
            **({} if group.values == 1 else {"values": group.values}),
            "texts": self.texts,
            "accuracy": self.accuracy,
            "accuracy_low": self.low,
            "accuracy_high": self.high,
            "small": self.is_small,
        }


def sliced(
    groups: Iterable[Group], correct: NDArray[np.bool_], weights: NDArray[np.floating] | None = None
) -> list[Slice]:
    """The accuracy of each group, the worst first; small ones at the end, and groups without texts left out.

    Args:
        correct: which texts have exactly the predicted labels, ``bool [texts]``.
        weights: how much each text counts, ``[texts]``; None: all the same. Those of weight 0 do not count.
    """
    found = []
    for group in groups:
        places = group.places if weights is None else group.places[weights[group.places] > 0]
        if not len(places):
            continue
        own = None if weights is None else weights[places].astype(np.float64)
        accuracy = float(np.average(correct[places], weights=own))
        interval = wilson(accuracy, effective_texts(len(places), own))
        found.append(Slice(group, len(places), accuracy, interval.low, interval.high))
    return sorted(found, key=lambda one: (one.is_small, one.accuracy, -one.texts))


def correct_texts(
    probabilities: NDArray[np.floating], texts: EncodedTexts, thresholds: Sequence[float] | None
) -> NDArray[np.bool_]:
    """Which texts have exactly the predicted labels, ``bool [texts]``.

    ``thresholds``: of ``Labels.with_thresholds``; None: the most probable label is predicted.
    """
    if texts.labels.ndim == 1:
        places = probabilities.argmax(axis=1) if thresholds is None else probabilities[:, 1] > thresholds[0]
        right: NDArray[np.bool_] = places == texts.labels
        return right
    predicted = np.zeros(texts.labels.shape, np.bool_)
    predicted[:, : probabilities.shape[1]] = probabilities > np.asarray(thresholds)
    same: NDArray[np.bool_] = (predicted == texts.labels).all(axis=1)
    return same


def usual_groups(texts: EncodedTexts, labels: Labels, most: int) -> dict[str, list[Group]]:
    """The groups that all texts have: by length (``by_length``) and by label."""
    return {"length": by_length(texts.lengths, most), "label": by_label(texts, labels)}


def by_label(texts: EncodedTexts, labels: Labels) -> list[Group]:
    """The texts of each label; multi-label, a text is in the group of each of its labels."""
    names = [*labels, *texts.more_labels]
    if not labels.multi:
        return [Group(name, np.flatnonzero(texts.labels == place)) for place, name in enumerate(names)]
    groups = [Group(name, np.flatnonzero(texts.labels[:, place])) for place, name in enumerate(names)]
    return [*groups, Group(NO_LABEL, np.flatnonzero(~texts.labels.any(axis=1)))]


def by_length(lengths: NDArray[np.int64], most: int) -> list[Group]:
    """Texts of similar numbers of tokens; those that are cut to ``most`` are apart."""
    return bins(lengths.astype(np.float64), edge=float(most))


def by_values(values: Sequence[Any]) -> list[Group]:
    """The texts of each value of a column; of more than ten different numbers, bins of about as many texts each.

    Of very many values, the rarest are together. A value of a list or an object is its JSON.
    """
    if all(map(is_number_or_missing, values)):
        numbers = np.array([as_number(value) for value in values])
        known = np.flatnonzero(~np.isnan(numbers))
        if len(np.unique(numbers[known])) > _FEW_NUMBERS:
            return [*bins(numbers), Group(MISSING, np.flatnonzero(np.isnan(numbers)))]
    names = [_name_of(value) for value in values]
    of_names: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        of_names.setdefault(name, []).append(place)
    most = [name for name, _ in Counter(names).most_common(_MOST_VALUES)]
    groups = [Group(name, np.array(of_names.pop(name), np.int64)) for name in most]
    if of_names:
        rest = np.array(sorted(place for places in of_names.values() for place in places), np.int64)
        groups.append(Group(f"{len(of_names):,} rarer values", rest, values=len(of_names)))
    return groups


def _name_of(value: Any) -> str:
    try:
        return as_category(value) or MISSING
    except ValueError:
        return json.dumps(value, ensure_ascii=False, default=str)


def bins(numbers: NDArray[np.float64], edge: float | None = None) -> list[Group]:
    """At most five bins of about as many texts each; equal numbers are in one bin, NaN in none.

    ``edge``: also separate the numbers above this one.
    """
    known = np.flatnonzero(~np.isnan(numbers))
    if not len(known):
        return []
    sorted_numbers = np.sort(numbers[known])
    quantiles = [sorted_numbers[math.ceil(len(known) * part / _BINS) - 1] for part in range(1, _BINS)]
    edges = np.unique([*quantiles, *([] if edge is None else [edge])])
    of_bins = np.searchsorted(edges, numbers[known], side="left")  # up to an edge, and from above it on
    groups = []
    for one in np.unique(of_bins):
        places = known[of_bins == one]
        low, high = float(numbers[places].min()), float(numbers[places].max())
        groups.append(Group(_range(low, high), places, low, high))
    return groups


def _range(low: float, high: float) -> str:
    ends = [f"{end:,.6g}" for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def slices_to_json(slices: Mapping[str, Sequence[Slice]]) -> dict[str, Any]:
    """By what the texts are sliced by, a list of slices."""
    return {name: [one.to_json() for one in found] for name, found in slices.items()}
