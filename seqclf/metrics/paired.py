"""Whether two classifiers differ on the same texts by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seqclf.metrics.intervals import FEWEST_TEXTS, percentile_interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXACT, MID_P, BOOTSTRAP, NORMAL = "exact McNemar", "mid-p McNemar", "paired bootstrap", "paired z-test"
"""The tests by the names that JSON has. Only runs of earlier versions have ``EXACT``."""
SIGNIFICANT = 0.05
CLEAR, BORDERLINE, CHANCE = "clear", "borderline", "chance"
"""How certain it is that a difference is not chance (``certainty``)."""
MANY_TEXTS = 1_000
"""From this number on, the mean of a loss is as good as normally distributed, and needs no bootstrap."""


def p_in_words(p_value: float) -> str:
    """``p = 0.0312``, or ``p < 0.0001`` for less than that."""
    return "p < 0.0001" if p_value < 0.0001 else f"p = {p_value:.4f}"


def certainty(p_value: float, low: float | None, high: float | None) -> str:
    """``CLEAR`` if the test and the interval of a difference both say that it is not 0, ``CHANCE`` if neither does.

    ``BORDERLINE``: they contradict each other. An interval and a test that were computed in different ways can, if the
    p-value is close to 0.05.

    Args:
        low, high: the 95 % interval; None: it is not known, and the test decides.
    """
    significant = p_value < SIGNIFICANT
    apart = significant if low is None or high is None else low > 0 or high < 0
    return CLEAR if significant and apart else BORDERLINE if significant or apart else CHANCE


@dataclass(frozen=True)
class McNemar:
    """McNemar's test (McNemar 1947) of whether two classifiers are right equally often.

    Attributes:
        only_first, only_second: number of texts on which only one of the two is right.
        p_value: two-sided; 1 without such texts.
        test: the name of the test, ``MID_P``.
    """

    only_first: int
    only_second: int
    p_value: float
    test: str = MID_P


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """McNemar's test on the texts on which only one of two classifiers is right.

    If both are equally good, the number of those that the first has right is binomial with probability 1/2. The p-value
    is the mid-p value, which counts the observed outcome half (Fagerland, Lydersen and Laake 2013, BMC Medical Research
    Methodology 13:91). The exact one is too cautious, most of all with few texts, where it contradicts the interval of
    the difference (``seqclf.metrics.intervals.paired_difference``); in none of the 9,595 cases of that paper does the
    mid-p value exceed its error rate.
    """
    from scipy.special import bdtr

    discordant, fewer = only_first + only_second, min(only_first, only_second)
    if not discordant:
        return McNemar(only_first, only_second, 1.0)
    below = float(bdtr(fewer - 1, discordant, 0.5)) if fewer else 0.0
    up_to = float(bdtr(fewer, discordant, 0.5))
    return McNemar(only_first, only_second, min(1.0, below + up_to))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several tests, adjusted so that all of them together err as rarely as one (Holm 1979)."""
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = most
    return adjusted


@dataclass(frozen=True)
class Spread:
    """Where a difference of two scores lies, by the bootstrap.

    Attributes:
        low, high: the 95 % interval. None: there are fewer than 10 texts, or the score is not defined for many
            resamples.
        p_value: two-sided, that the difference is 0; None if ``low`` is.
    """

    low: float | None
    high: float | None
    p_value: float | None


UNKNOWN_SPREAD = Spread(None, None, None)


def spread(differences: NDArray[np.floating], texts: int) -> Spread:
    """The interval of a difference (``percentile_interval``), and the p-value that belongs to it (Efron and Tibshirani
    1993, section 15.4; Davison and Hinkley 1997, section 4.4, for adding 1).

    Args:
        differences: of the two scores, each pair on one resample of the texts, ``[resamples]``; NaN where one of them
            is not defined.
        texts: number of texts.
    """
    import numpy as np

    interval = percentile_interval(differences, texts)
    if interval is None:
        return UNKNOWN_SPREAD
    defined = differences[~np.isnan(differences)]
    sides = (np.count_nonzero(defined <= 0), np.count_nonzero(defined >= 0))
    p_value = 2 * (min(sides) + 1) / (len(defined) + 1)
    return Spread(interval.low, interval.high, float(min(1.0, p_value)))


def mean_spread(differences: NDArray[np.floating], weights: NDArray[np.floating] | None = None) -> Spread:
    """The interval of a mean of differences, one for each of many texts, and the p-value of the paired z-test.

    The mean is normally distributed (the central limit theorem), and the paired bootstrap comes to the same with more
    and more texts. That of a weighted mean is linearised, as in a survey (Cochran 1977, section 6.3).

    Args:
        differences: of the texts, ``[texts]``.
        weights: how much each text counts, above 0, ``[texts]``; None: all the same.
    """
    import numpy as np
    from scipy.special import ndtr, ndtri

    texts = len(differences)
    if texts < FEWEST_TEXTS:
        return UNKNOWN_SPREAD
    shares = np.full(texts, 1 / texts) if weights is None else weights / weights.sum()
    mean = float(shares @ differences)
    error = float(np.sqrt(((shares * (differences - mean)) ** 2).sum() * texts / (texts - 1)))
    p_value = float(2 * ndtr(-abs(mean) / error)) if error > 0 else float(mean == 0)
    width = float(ndtri(0.975)) * error
    return Spread(mean - width, mean + width, p_value)
