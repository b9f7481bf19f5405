"""Intervals for fractions of texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_Z_95 = 1.959963984540054  # the 97.5 % quantile of the normal distribution


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, both between 0 and 1."""

    low: float
    high: float


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
