"""What ``seqclf calibrate`` stores with a run: the temperatures that its logits are divided by, below which confidence
it gives no label, and what sets of labels are made with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from seqclf.labels import Labels

_MOST_SCORES = 1_000
_ROUNDING = 1e-9
_MOST = 1 - 2.0**-24
"""The largest threshold below 1: a probability of 1 must exceed it in every format."""


@dataclass(frozen=True)
class Abstention:
    """No label for texts whose prediction is uncertain (``Decider.confidences``).

    An answer is wrong if it has not exactly the labels of the text.

    Attributes:
        rate: the wished fraction of errors among the answered texts, at most.
        below: no label is given if the confidence is below this.
        error, coverage: on the validation texts, the fraction of errors among those answered, and of answered texts.
    """

    rate: float
    below: float
    error: float
    coverage: float


@dataclass(frozen=True)
class LabelSets:
    """The labels that a text may have: of all texts like the validation texts, the fraction ``coverage`` has its label
    in its set, or more. Multi-label: of all texts with labels, this fraction has all of them in its set.

    Attributes:
        least: a label is in the set if its probability is at least this.
        may_be_empty: multi-label. Otherwise the most probable label is always in the set.
    """

    coverage: float
    least: float
    may_be_empty: bool = False

    def of(self, probabilities: Mapping[str, float]) -> list[str]:
        """The set of a text, the most probable label first; ``probabilities`` of every label."""
        ordered = sorted(probabilities, key=lambda name: -probabilities[name])
        most = 0 if self.may_be_empty else 1
        return [name for place, name in enumerate(ordered) if place < most or probabilities[name] >= self.least]


@dataclass(frozen=True)
class ConformalScores:
    """How far from 1 the probabilities of the true labels of validation texts are: split conformal prediction (Vovk,
    Gammerman and Shafer 2005) with the score of least ambiguous sets (LAC; Sadinle, Lei and Wasserman 2019).

    Attributes:
        texts: number of validation texts; multi-label, of those with labels.
        scores: 1 - the probability of the true label, or of the least probable one of several; ascending; of many texts
            those of ``ranks``, rounded up.
    """

    texts: int
    scores: tuple[float, ...]

    @staticmethod
    def ranks(texts: int) -> list[int]:
        """The ranks, from 1, of the scores that are kept: all, or evenly spaced ones up to the last."""
        kept = min(texts, _MOST_SCORES)
        return [-(-place * texts // kept) for place in range(1, kept + 1)]

    def sets(self, coverage: float, *, multi: bool = False) -> LabelSets:
        """The sets with at least this coverage, above 0 and below 1. They have all labels if the validation texts are
        too few for less. ``multi``: of multi-label texts."""
        rank = math.ceil((self.texts + 1) * coverage - _ROUNDING)
        places = (place for place, one in enumerate(self.ranks(self.texts)) if one >= rank)
        place = next(places, None)
        return LabelSets(coverage, 0.0 if place is None else 1 - self.scores[place] - _ROUNDING, multi)


@dataclass(frozen=True)
class RunCalibration:
    """Temperature scaling (Guo et al. 2017): the logits of the network are divided by a temperature before the sigmoid
    or softmax. The answer for texts without known tokens is a frequency already, and stays.

    Attributes:
        temperatures: one, or one for each label of a multi-label run; above 0.
        thresholds: of ``labels.with_thresholds``, for the probabilities that result; None: the run has none.
        texts: number of validation texts that they were fitted on.
        abstention: None: every text gets a label.
        conformal: None: an earlier version calibrated a multi-label run.
    """

    temperatures: tuple[float, ...]
    thresholds: tuple[float, ...] | None
    texts: int
    abstention: Abstention | None = None
    conformal: ConformalScores | None = None

    def moved(self, thresholds: Sequence[float]) -> tuple[float, ...]:
        """Thresholds for the probabilities before calibration, as thresholds for those after it that decide alike."""
        return tuple(map(_moved, thresholds, (1 / one for one in self._each(thresholds))))

    def with_thresholds(self, thresholds: Sequence[float]) -> RunCalibration:
        """With other thresholds. They make other errors, so that the confidence that was chosen for some is gone."""
        return replace(self, thresholds=tuple(thresholds), abstention=None)

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
        more = {"abstain": self.abstention, "conformal": self.conformal}
        return {
            "texts": self.texts,
            "temperature": temperature,
            "thresholds": thresholds,
            **{name: asdict(value) for name, value in more.items() if value is not None},
        }

    @classmethod
    def from_json(cls, saved: Any, labels: Labels) -> RunCalibration:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else."""
        try:
            given, thresholds = saved["temperature"], saved["thresholds"]
            temperatures = [float(given[name]) for name in labels] if labels.multi else [float(given)]
            if thresholds is not None:
                thresholds = tuple(float(thresholds[name]) for name in labels.with_thresholds)
            texts = int(saved["texts"])
            abstention, conformal = saved.get("abstain"), saved.get("conformal")
            if abstention is not None:
                abstention = Abstention(**{name: float(value) for name, value in abstention.items()})
            if conformal is not None:
                conformal = ConformalScores(int(conformal["texts"]), tuple(map(float, conformal["scores"])))
        except (TypeError, LookupError, ValueError, OverflowError, AttributeError) as error:
            raise ValueError("does not have a temperature for the run, or a threshold for each label") from error
        if not all(0 < one < math.inf for one in temperatures):
            raise ValueError("has a temperature that is not a number above 0")
        if conformal is not None and len(conformal.scores) != len(ConformalScores.ranks(conformal.texts)):
            raise ValueError("does not have the scores of as many validation texts as it says")
        return cls(tuple(temperatures), thresholds, texts, abstention, conformal)


def _moved(threshold: float, factor: float) -> float:
    """The threshold on a probability whose logit is multiplied by ``factor``, for one on the probability before."""
    if not 0 < threshold < 1 or factor == 1:
        return threshold
    logit = (math.log(threshold) - math.log1p(-threshold)) * factor
    odds = math.exp(-abs(logit))
    return min((1 if logit >= 0 else odds) / (1 + odds), _MOST)
