"""A column of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.column_values import as_number, not_as_written
from seqclf.extra_columns.base import checked_share, is_known

_FENCE = 10
"""Values further from the quartiles than this many interquartile ranges are outliers (after Tukey 1977, with 3)."""


@dataclass(frozen=True)
class NumberColumn:
    """Numbers, standardised with the training texts' mean and standard deviation.

    Numbers outside of ``low`` and ``high`` count as these: they are the smallest and largest number of the training
    texts, or a bound for outliers, so that one mistyped number does not make all others look equal.

    Attributes:
        mean, deviation: of the training texts, after the bounds. All numbers of a constant column count as its mean.
        missing_share: fraction of the training texts without a number; None if it is too small, or too large, to learn
            from: a missing number then counts as the mean.
    """

    name: str
    low: float
    high: float
    mean: float
    deviation: float
    missing_share: float | None = None

    kind = "number"

    @classmethod
    def fit(cls, name: str, values: NDArray[np.float64]) -> Self:
        """From the training texts' values: ``float64 [texts]``, NaN where missing."""
        given = values[~np.isnan(values)]
        if not len(given):
            return cls(name, 0.0, 0.0, 0.0, 0.0)
        low, high = _bounds(np.clip(given, -_LARGEST, _LARGEST))
        mean, deviation = _moments(np.clip(given, low, high))
        if high == low or deviation < _SMALLEST:
            deviation = 0.0
        missing = len(values) - len(given)
        share = missing / len(values) if is_known(missing, len(values)) else None
        return cls(name, low, high, mean, deviation, share)

    @property
    def width(self) -> int:
        return 1 if self.missing_share is None else 2

    def parsed(self, value: Any) -> float:
        try:
            return as_number(value)
        except ValueError as error:
            raise ValueError(f"expected a number, or nothing{not_as_written(value)}") from error

    def array(self, values: list[Any]) -> NDArray[np.float64]:
        return np.array(values, np.float64)

    def missing(self, texts: int) -> NDArray[np.float64]:
        return np.full(texts, np.nan)

    def encode(self, values: NDArray[Any]) -> NDArray[np.float32]:
        values = np.asarray(values, np.float64)
        absent = np.isnan(values)
        features = np.zeros((len(values), self.width), np.float32)
        if self.deviation:
            inside = np.clip(values[~absent], self.low, self.high)
            # Halved, since the difference of two large numbers may be infinite.
            features[~absent, 0] = (inside / 2 - self.mean / 2) / (self.deviation / 2)
        if self.missing_share is not None:
            features[:, 1] = absent - np.float64(self.missing_share)
        return features

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.kind,
            "low": self.low,
            "high": self.high,
            "mean": self.mean,
            "deviation": self.deviation,
            "missing_share": self.missing_share,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the output of ``as_json``. Raises ``ValueError`` or ``LookupError`` for anything else."""
        numbers = [value[name] for name in ("low", "high", "mean", "deviation")]
        if not all(isinstance(one, int | float) and math.isfinite(one) for one in numbers):
            raise ValueError(f"the numbers of {value['name']!r} are not finite")
        low, high, mean, deviation = map(float, numbers)
        if low > high or deviation < 0:
            raise ValueError(f"the bounds of {value['name']!r} contradict each other")
        return cls(str(value["name"]), low, high, mean, deviation, checked_share(value["missing_share"]))


_LARGEST = float(np.finfo(np.float64).max)
_SMALLEST = 1e-290  # a deviation; TensorFlow takes numbers below 2e-308 for 0


def _bounds(values: NDArray[np.float64]) -> tuple[float, float]:
    """The smallest and the largest number that is no outlier.

    Each number counts once for the quartiles: where most texts have the same number, the others are no outliers.
    """
    different = np.unique(values)
    lower, upper = np.quantile(different, 0.25, method="lower"), np.quantile(different, 0.75, method="higher")
    with np.errstate(over="ignore"):
        fence = _FENCE * (upper - lower)
        return float(max(different[0], lower - fence)), float(min(different[-1], upper + fence))


def _moments(values: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard deviation, without overflow."""
    unit = float(np.abs(values).max()) or 1.0
    scaled = values / unit
    return float(scaled.mean() * unit), float(scaled.std() * unit)
