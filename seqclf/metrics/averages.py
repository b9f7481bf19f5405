"""Precision, recall and F1 of all labels together, and how far predictions and truth agree beyond chance.

All of it follows from the sums in ``Counts``, with the weights of the texts. What is undefined is None: a precision
where nothing is predicted, a recall where nothing is true, an F1 where neither is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.metrics.counts import Counts

_ROUNDING = 1e-13  # that of sums of weights; of counted texts no fraction but 0 is as small


@dataclass(frozen=True)
class Averages:
    """Means of the labels' scores."""

    precision: float | None
    recall: float | None
    f1: float | None


def fraction(part: float, whole: float) -> float | None:
    """``part / whole``; None if ``whole`` is 0."""
    return float(part / whole) if whole > 0 else None


def micro_average(hits: float, found: float, support: float) -> Averages:
    """Over all decisions: ``hits`` of ``found`` predicted labels are among the ``support`` true ones."""
    return Averages(fraction(hits, found), fraction(hits, support), fraction(2 * hits, found + support))


def macro_average(counts: Counts) -> Averages:
    """The means over the labels for which a score is defined: scikit-learn's ``macro`` with ``zero_division=nan``."""
    return _averages(counts, None)


def weighted_average(counts: Counts) -> Averages:
    """The same means, a label with the number (or weight) of its texts: ``weighted`` with ``zero_division=nan``."""
    return _averages(counts, counts.support)


def _averages(counts: Counts, weights: NDArray[Any] | None) -> Averages:
    found, support = counts.found > 0, counts.support > 0
    return Averages(
        _mean(counts.precision, found, weights),
        _mean(counts.recall, support, weights),
        _mean(counts.f1, found | support, weights),
    )


def _mean(scores: NDArray[np.float64], defined: NDArray[np.bool_], weights: NDArray[Any] | None) -> float | None:
    if weights is None:
        return fraction(scores[defined].sum(), defined.sum())
    return fraction(scores[defined] @ weights[defined], weights[defined].sum())


def matthews_correlation(hits: float, found: NDArray[Any], support: NDArray[Any]) -> float | None:
    """Matthews correlation of truth and predictions, from -1 to 1; for more than two classes R_K (Gorodkin 2004).

    None if all predictions are of one class, or all texts: scikit-learn returns 0 then.

    Args:
        hits: number, or weight, of the correct predictions.
        found: of the predictions of each class, ``[classes]``.
        support: of each class in the truth, ``[classes]``.
    """
    f, s = found.astype("float64"), support.astype("float64")
    spreads = [1 - float((sums**2).sum()) / float(sums.sum()) ** 2 for sums in (f, s)]
    if min(spreads) <= _ROUNDING:
        return None
    together = hits / s.sum() - (f * s).sum() / (f.sum() * s.sum())
    return float(min(1.0, max(-1.0, together / math.sqrt(spreads[0] * spreads[1]))))


def cohen_kappa(hits: float, found: NDArray[Any], support: NDArray[Any]) -> float | None:
    """Cohen's kappa (Cohen 1960): the accuracy above that of chance, by the best possible difference to it.

    None if truth and predictions are of one and the same class. The arguments are those of ``matthews_correlation``.
    """
    f, s = found.astype("float64"), support.astype("float64")
    by_chance = float((f * s).sum() / (f.sum() * s.sum()))
    return None if 1 - by_chance <= _ROUNDING else float((hits / s.sum() - by_chance) / (1 - by_chance))
