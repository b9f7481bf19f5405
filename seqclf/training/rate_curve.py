"""What the losses of a sweep over learning rates say: where the loss falls fastest. Imports no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST, STEPS = 1e-5, 1.0, 300

_WIDTH = 0.2
"""Standard deviation of the smoothing, in decades of the learning rate: the same curve for any number of steps."""

_FALL, _NOISES = 0.002, 10.0
"""The loss must fall by this fraction of the first one, and by this multiple of what is chance, to say anything."""

_CEILING = 1.5
"""Losses above this multiple of the first one are cut before smoothing: one that explodes would hide the fall."""

_FIRST = 5
"""Measurements whose mean is the first loss: at these rates hardly anything is learnt."""


@dataclass(frozen=True)
class RateCurve:
    """The loss of the same texts at each learning rate of a sweep.

    Attributes:
        rates: rising by the same factor, ``float64 [steps]``.
        losses: after the update with the rate, in nats, ``float64 [steps]``; only the last one may be infinite.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]

    @classmethod
    def of(cls, rates: Sequence[float], losses: Sequence[float]) -> RateCurve:
        return cls(np.asarray(rates, np.float64), np.asarray(losses, np.float64))

    @property
    def first(self) -> float:
        """The loss before anything is learnt, in nats."""
        return float(np.mean(self.losses[:_FIRST]))

    @property
    def _noise(self) -> float:
        """Standard deviation of a measurement by chance (dropout), from differences of neighbours."""
        return float(np.std(np.diff(self.losses[: max(_FIRST, len(self.losses) // 3)]))) / math.sqrt(2)

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The losses smoothed with a Gaussian over the logarithm of the rate, ``float64 [steps]``."""
        if len(self.losses) < 3:
            return self.losses
        from scipy.ndimage import gaussian_filter1d

        per_decade = 1 / math.log10(self.rates[2] / self.rates[1])
        cut = np.minimum(self.losses, _CEILING * self.first)
        smoothed: NDArray[np.float64] = gaussian_filter1d(cut, _WIDTH * per_decade, mode="nearest")
        return smoothed

    @property
    def ceiling(self) -> float:
        """The highest loss that a picture should show: as far above the first one as the least one is below it."""
        fall = self.first - self.best[1]
        return self.first + (fall if self.suggestion is not None else 0.5 * abs(self.first))

    @property
    def still_falls(self) -> bool:
        """Whether the loss is least at the highest rate, so that a higher one may be better."""
        return int(np.argmin(self.smoothed)) == len(self.rates) - 1

    @property
    def best(self) -> tuple[float, float]:
        """The rate at which the smoothed loss is least, and that loss."""
        smoothed = self.smoothed
        place = int(np.argmin(smoothed))
        return float(self.rates[place]), float(smoothed[place])

    @property
    def suggestion(self) -> float | None:
        """The rate at which the smoothed loss falls fastest, on its way to the least one; two significant digits.

        None if the loss falls by less than 0.2 % of the first one, or than ten times what is chance: the curve is
        noise. The sweep is the range test of Smith (2017, "Cyclical learning rates for training neural networks",
        section 3.3), which reads two bounds off the curve; the steepest point lies between them.
        """
        smoothed = self.smoothed
        end = int(np.argmin(smoothed))
        if end < 2 or self.first - smoothed[end] < max(_FALL * abs(self.first), _NOISES * self._noise):
            return None
        slopes = np.gradient(smoothed, np.log10(self.rates))
        return rounded(float(self.rates[int(np.argmin(slopes[: end + 1]))]))

    def as_json(self) -> dict[str, Any]:
        best, least = self.best
        return {
            "suggestion": self.suggestion,
            "first_loss": round(self.first, 6),
            "least_loss": round(least, 6),
            "rate_of_least_loss": float(f"{best:.3g}"),
            "rates": [float(f"{rate:.6g}") for rate in self.rates],
            "losses": [round(float(loss), 6) if math.isfinite(loss) else None for loss in self.losses],
            "smoothed": [round(float(loss), 6) for loss in self.smoothed],
        }


def rounded(rate: float) -> float:
    """A rate with two significant digits: more would say more than a sweep knows."""
    return float(f"{rate:.1e}")


def rates_of(lowest: float = LOWEST, highest: float = HIGHEST, steps: int = STEPS) -> list[float]:
    """``steps`` rates from ``lowest`` to ``highest``, each by the same factor larger than the one before."""
    return [float(rate) for rate in np.geomspace(lowest, highest, steps)]
