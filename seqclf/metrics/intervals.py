"""Intervals for fractions of texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_Z_95 = 1.959963984540054  # the 97.5 % quantile of the normal distribution
FEWEST_TEXTS = 10
_MOSTLY_DEFINED = 0.9


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``."""

    low: float
    high: float


@dataclass(frozen=True)
class F1Intervals:
    """The 95 % intervals of F1. None: unknown. With one label per text, micro F1 is the accuracy and has none here."""

    macro: Interval | None = None
    micro: Interval | None = None


def percentile_interval(resampled: NDArray[np.floating], texts: int) -> Interval | None:
    """The 95 % interval of a score by the bootstrap: percentiles of the score on resamples of the texts (Efron and
    Tibshirani 1993, section 13.3).

    Args:
        resampled: the score on each resample, ``[resamples]``; NaN where it is not defined.
        texts: number of texts.

    Returns:
        None for fewer than 10 texts, whose resamples say little about other texts, or if the score is not defined for
        many resamples.
    """
    import numpy as np

    defined = resampled[~np.isnan(resampled)]
    if texts < FEWEST_TEXTS or len(defined) < _MOSTLY_DEFINED * len(resampled) or not len(defined):
        return None
    low, high = np.quantile(defined, (0.025, 0.975))
    return Interval(float(low), float(high))


def wilson(fraction: float, texts: float) -> Interval:
    """The 95 % score interval of a fraction (Wilson 1927): where the fraction of all such texts lies.

    Unlike the interval of plus and minus two standard errors, it is of use for few texts, and for fractions of 0 and 1.

    Args:
        fraction: of the texts, from 0 to 1.
        texts: number of texts, above 0; of weighted texts ``effective_texts``.
    """
    z2 = _Z_95**2
    centre = (fraction + z2 / (2 * texts)) / (1 + z2 / texts)
    spread = math.sqrt(fraction * (1 - fraction) / texts + z2 / (4 * texts**2)) * _Z_95 / (1 + z2 / texts)
    # Rounding must leave the fraction inside: the bounds of 0 and 1 are exact.
    return Interval(max(0.0, min(centre - spread, fraction)), min(1.0, max(centre + spread, fraction)))


def f1_interval(precision: float, recall: float, support: float) -> Interval:
    """The 95 % interval of a micro F1: Wilson's of the fraction ``J = hits / (hits + false alarms + misses)``, from
    which F1 follows as ``2 J / (1 + J)``.

    It counts decisions as independent of each other; those on one text are not quite, so it is slightly too narrow.

    Args:
        precision, recall: over all decisions, above 0.
        support: number of true labels, above 0.
    """
    hits = recall * support
    decisions = support + hits / precision - hits
    bounds = wilson(hits / decisions, decisions)
    return Interval(2 * bounds.low / (1 + bounds.low), 2 * bounds.high / (1 + bounds.high))


def difference(first: tuple[float, Interval], second: tuple[float, Interval]) -> Interval:
    """The 95 % interval of ``first - second``, from two estimates with their intervals (Newcombe 1998, method 10; Zou &
    Donner 2008).

    It takes the estimates for independent. Two models that are measured on the same texts agree on most of them, so
    their true interval is narrower: what this one calls more than chance is more than chance.
    """
    (a, of_a), (b, of_b) = first, second
    below, above = math.hypot(a - of_a.low, of_b.high - b), math.hypot(of_a.high - a, b - of_b.low)
    return Interval(a - b - below, a - b + above)


def paired_difference(both: int, only_first: int, only_second: int, neither: int) -> Interval:
    """The 95 % interval of the difference of two fractions of the same texts (Newcombe 1998, Statistics in Medicine
    17:2635, method 10): Wilson's intervals of both, and the correlation of the two.

    Args:
        both, only_first, only_second, neither: number of texts that count for both fractions, for one of them, or for
            none; not all 0.
    """
    texts = both + only_first + only_second + neither
    first, second = (both + only_first) / texts, (both + only_second) / texts
    of_first, of_second = wilson(first, texts), wilson(second, texts)
    margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    agreement = float(both * neither - only_first * only_second)
    if agreement > 0:
        agreement = max(0.0, agreement - texts / 2)
    correlation = agreement / math.sqrt(margins) if margins else 0.0

    def away(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one - 2 * correlation * one * other + other * other))

    below = away(first - of_first.low, of_second.high - second)
    above = away(of_first.high - first, second - of_second.low)
    return Interval(max(-1.0, first - second - below), min(1.0, first - second + above))


def effective_texts(texts: int, weights: NDArray[np.floating] | None = None) -> float:
    """How many texts of equal weight say as much as weighted ones: ``(sum w)^2 / sum w^2`` (Kish 1965).

    Args:
        texts: number of texts, above 0.
        weights: of the texts, ``[texts]``, not all 0; None: all the same.
    """
    if weights is None:
        return float(texts)
    exact = weights.astype("float64")
    return float(exact.sum() ** 2 / (exact**2).sum())
