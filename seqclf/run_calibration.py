"""What ``seqclf calibrate`` stores with a run: the temperatures that its logits are divided by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.labels import Labels

_MOST = 1 - 2.0**-24
"""The largest threshold below 1: a probability of 1 must exceed it in every format."""


@dataclass(frozen=True)
class RunCalibration:
    """Temperature scaling (Guo et al. 2017): the logits of the network are divided by a temperature before the sigmoid
    or softmax. The answer for texts without known tokens is a frequency already, and stays.

    Attributes:
        temperatures: one, or one for each label of a multi-label run; above 0.
        thresholds: of ``labels.with_thresholds``, for the probabilities that result; None: the run has none.
        texts: number of validation texts that they were fitted on.
    """

    temperatures: tuple[float, ...]
    thresholds: tuple[float, ...] | None
    texts: int

    def moved(self, thresholds: Sequence[float]) -> tuple[float, ...]:
        """Thresholds for the probabilities before calibration, as thresholds for those after it that decide alike."""
        return tuple(map(_moved, thresholds, (1 / one for one in self._each(thresholds))))

    def moved_back(self, thresholds: Sequence[float]) -> tuple[float, ...]:
        """The inverse of ``moved``."""
        return tuple(map(_moved, thresholds, self._each(thresholds)))

    def _each(self, thresholds: Sequence[float]) -> tuple[float, ...]:
        return self.temperatures * len(thresholds) if len(self.temperatures) == 1 else self.temperatures

    def to_json(self, labels: Labels) -> dict[str, Any]:
        """The input of ``from_json``."""
        temperature: Any = self.temperatures[0]
        if labels.multi:
            temperature = dict(zip(labels, self.temperatures, strict=True))
        thresholds = None
        if self.thresholds is not None:
            thresholds = dict(zip(labels.with_thresholds, self.thresholds, strict=True))
        return {"texts": self.texts, "temperature": temperature, "thresholds": thresholds}

    @classmethod
    def from_json(cls, saved: Any, labels: Labels) -> RunCalibration:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else."""
        try:
            given, thresholds = saved["temperature"], saved["thresholds"]
            temperatures = [float(given[name]) for name in labels] if labels.multi else [float(given)]
            if thresholds is not None:
                thresholds = tuple(float(thresholds[name]) for name in labels.with_thresholds)
            texts = int(saved["texts"])
        except (TypeError, LookupError, ValueError, OverflowError) as error:
            raise ValueError("does not have a temperature for the run, or a threshold for each label") from error
        if not all(0 < one < math.inf for one in temperatures):
            raise ValueError("has a temperature that is not a number above 0")
        return cls(tuple(temperatures), thresholds, texts)


def _moved(threshold: float, factor: float) -> float:
    """The threshold on a probability whose logit is multiplied by ``factor``, for one on the probability before."""
    if not 0 < threshold < 1 or factor == 1:
        return threshold
    logit = (math.log(threshold) - math.log1p(-threshold)) * factor
    odds = math.exp(-abs(logit))
    return min((1 if logit >= 0 else odds) / (1 + odds), _MOST)
