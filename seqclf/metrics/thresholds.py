"""Precision, recall and F1 at several thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqclf.metrics.averages import micro_average
from seqclf.metrics.calibration import blocks
from seqclf.metrics.scores import number_in, number_or_none_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRID = tuple(tenths / 10 for tenths in range(1, 10))
"""The thresholds that are shown beside the one that is used."""


@dataclass(frozen=True)
class AtThreshold:
    """What predicting the labels whose probability exceeds a threshold leads to.

    Attributes:
        threshold: None if each label has its own, which then are the used ones.
        used: whether the classifier uses this threshold.
        precision, recall, f1: of the label, or over all decisions on several labels; None where undefined.
        accuracy: fraction of the texts that are classified correctly, with all of their labels.
    """

    threshold: float | None
    used: bool
    precision: float | None
    recall: float | None
    f1: float | None
    accuracy: float

    @classmethod
    def from_json(cls, saved: Any) -> AtThreshold:
        """Read a row of ``threshold_table`` in ``metrics.json``. Raises ``ValueError``."""
        names = ("threshold", "precision", "recall", "f1")
        threshold, precision, recall, f1 = (number_or_none_in(saved, name) for name in names)
        used = saved.get("used")
        if not isinstance(used, bool):
            raise ValueError('"used" is missing or neither true nor false')
        return cls(threshold, used, precision, recall, f1, number_in(saved, "accuracy"))


def table_from_json(saved: Any) -> tuple[AtThreshold, ...]:
    """Raises ``ValueError`` for anything but a list of rows."""
    if not isinstance(saved, list):
        raise ValueError('"threshold_table" is missing or not a list')
    return tuple(map(AtThreshold.from_json, saved))


def with_used(used: float | None, grid: Iterable[float] = GRID) -> list[float]:
    """The thresholds of a table in ascending order; ``used``: the one that is used, if there is just one."""
    return sorted({*grid, *([] if used is None else [used])})


def two_label_thresholds(
    truth: NDArray[Any],
    probabilities: NDArray[np.floating],
    thresholds: Iterable[float],
    used: float | None = None,
    weights: NDArray[np.floating] | None = None,
) -> tuple[AtThreshold, ...]:
    """The second of two labels is predicted where its probability exceeds the threshold, the first elsewhere.

    Args:
        truth: label ids, ``int [texts]``: 0, 1, or more for labels that the classifier does not have.
        probabilities: of the second label, ``[texts]``.
        used: the threshold among them that the classifier uses.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    import numpy as np

    counted = np.ones(len(truth)) if weights is None else weights.astype(np.float64)
    is_first, is_second = truth == 0, truth == 1
    rows = []
    for threshold in thresholds:
        found = probabilities > threshold
        hits = counted[found & is_second].sum()
        scores = micro_average(hits, counted[found].sum(), counted[is_second].sum())
        right = (hits + counted[~found & is_first].sum()) / counted.sum()
        rows.append(AtThreshold(threshold, threshold == used, scores.precision, scores.recall, scores.f1, float(right)))
    return tuple(rows)


def multi_label_thresholds(
    truth: NDArray[np.bool_],
    probabilities: NDArray[np.floating],
    thresholds: Iterable[float],
    used: Sequence[float],
    weights: NDArray[np.floating] | None = None,
) -> tuple[AtThreshold, ...]:
    """The same threshold for all labels, and the thresholds of the labels that are used.

    Args:
        truth: which labels apply, ``[texts, labels + more]``; the classifier never predicts those after its own.
        probabilities: ``[texts, labels]``.
        used: the threshold of each label, ``[labels]``. A row of their own comes last, unless all are one of
            ``thresholds``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    import numpy as np

    counted = np.ones(len(truth)) if weights is None else weights.astype(np.float64)
    shared = used[0] if len(set(used)) == 1 else None
    tried: list[tuple[float | None, Any]] = [(one, one) for one in thresholds]
    if shared is None:
        tried.append((None, np.asarray(used)))
    sums = np.zeros((len(tried), 3))  # hits, predicted labels and correct texts
    labels, support = probabilities.shape[1], 0.0
    for rows in blocks(len(truth)):
        true, weight = truth[rows], counted[rows]
        beyond = true[:, labels:].any(axis=1)
        support += weight @ true.sum(axis=1)
        for place, (_, threshold) in enumerate(tried):
            found = probabilities[rows] > threshold
            hits, predicted = (found & true[:, :labels]).sum(axis=1), found.sum(axis=1)
            right = (found == true[:, :labels]).all(axis=1) & ~beyond
            sums[place] += (weight @ hits, weight @ predicted, weight @ right)
    table = []
    for (threshold, _), (hits, predicted, right) in zip(tried, sums.tolist(), strict=True):
        scores = micro_average(hits, predicted, support)
        is_used = threshold == shared
        table.append(AtThreshold(threshold, is_used, scores.precision, scores.recall, scores.f1, right / counted.sum()))
    return tuple(table)
