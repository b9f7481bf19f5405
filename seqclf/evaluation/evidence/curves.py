"""ROC curves, and curves of precision and recall.

scikit-learn has the same points, and the tests compare them. Its functions sort all decisions at once: too much memory
for many labels (``seqclf.metrics.ranking``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.evaluation.evidence.content import LABEL, MACRO, MICRO, Curve, Point
from seqclf.metrics.ranking import Levels, levels_of, mean_of, ranking_of

MOST_POINTS, MOST_LABELS = 200, 10


def curves(
    truth: NDArray[np.bool_],
    probabilities: NDArray[np.floating],
    names: Sequence[str],
    weights: NDArray[np.floating] | None = None,
) -> tuple[Curve, ...]:
    """The curve of each label against the rest; of several, also averages.

    Args:
        truth: which texts have which label, ``bool [texts, labels]``.
        probabilities: of the same shape.
        names: of the labels.
        weights: how much each text counts, above 0, ``[texts]``; None: all the same.
    """
    found = []
    for column, name in enumerate(names):
        levels = levels_of(truth[:, column], probabilities[:, column], weights)
        found.append(_curve(levels, LABEL, int(truth[:, column].sum()), name))
    if len(found) < 2:
        return tuple(found)
    micro = _curve(levels_of(truth, probabilities, weights), MICRO, int(truth.sum()))
    return (*found, micro, _macro(found))


def most_frequent(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """The labels of the curves that are shown: at most ten with the most texts, of equals the first; ``int64``."""
    return np.argsort(-counts, kind="stable")[:MOST_LABELS]


def _curve(levels: Levels, kind: str, texts: int, label: str | None = None) -> Curve:
    scores = ranking_of(levels)
    return Curve(kind, texts, label, _roc(levels), _precision_recall(levels), scores.roc_auc, scores.average_precision)


def _roc(levels: Levels) -> tuple[Point, ...]:
    """False and true positive rates; both ends of each step, since a step of equal probabilities is a diagonal."""
    total = float(levels.true.sum())
    if not (total > 0 and levels.false > 0):
        return ()
    before = np.stack([levels.above, levels.true_from_on - levels.true], axis=1)
    after = np.stack([levels.from_on, levels.true_from_on], axis=1)
    steps = np.stack([before, after], axis=1)[::-1].reshape(-1, 2)  # the most probable first
    steps = np.concatenate([[[0.0, 0.0]], steps / [levels.false, total], [[1.0, 1.0]]])
    return _points(steps)


def _precision_recall(levels: Levels) -> tuple[Point, ...]:
    total = float(levels.true.sum())
    if not total > 0:
        return ()
    precision = levels.true_from_on / (levels.true_from_on + levels.from_on)
    return _points(np.stack([levels.true_from_on / total, precision], axis=1)[::-1])


def _macro(found: Sequence[Curve]) -> Curve:
    """The mean of the defined ROC curves at equally spaced false positive rates (Fawcett 2006, section 8.2)."""
    defined = [np.array(one.roc) for one in found if one.roc]
    points: tuple[Point, ...] = ()
    if defined:
        rates = np.linspace(0, 1, MOST_POINTS - 1)
        mean = np.mean([np.interp(rates, one[:, 0], one[:, 1]) for one in defined], axis=0)
        points = _points(np.concatenate([[[0.0, 0.0]], np.stack([rates, mean], axis=1)]))
    auc, precision = (mean_of(getattr(one, name) for one in found) for name in ("roc_auc", "average_precision"))
    return Curve(MACRO, sum(one.texts for one in found), None, points, (), auc, precision)


def _points(points: NDArray[np.float64]) -> tuple[Point, ...]:
    """At most ``MOST_POINTS`` of the points, evenly along the curve, among them the first and the last."""
    points = points.clip(0.0, 1.0)  # sums of weights are rounded
    moved = np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])
    points = points[moved]
    steps = np.diff(points, axis=0) == 0
    on_a_line = (steps[1:] & steps[:-1]).any(axis=1)  # between two points of the same horizontal or vertical line
    points = points[~np.concatenate([[False], on_a_line, [False]])] if len(points) > 2 else points
    if len(points) > MOST_POINTS:
        lengths = np.concatenate([[0.0], np.hypot(*np.diff(points, axis=0).T).cumsum()])
        places = np.unique(np.searchsorted(lengths, np.linspace(0, lengths[-1], MOST_POINTS)))
        points = points[places]
    return tuple((x, y) for x, y in points.tolist())
