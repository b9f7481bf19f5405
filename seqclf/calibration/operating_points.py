"""Thresholds of a label by what they reach: precision, recall, and how many texts they flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.metrics.intervals import Interval, effective_texts, wilson

Measure = Literal["precision", "recall"]

_ROUNDING = 1e-12
"""Sums of weights may miss a fraction by this much."""
_MOST_DIGITS = 17


@dataclass(frozen=True)
class Share:
    """A fraction of some texts, with its 95 % interval (``wilson``); the decisions on one text count as one text."""

    value: float
    interval: Interval

    @classmethod
    def of(cls, part: NDArray[np.float64], whole: NDArray[np.float64]) -> Share | None:
        """From what each text adds to the part and to the whole, ``[texts]``; None if the whole is empty."""
        counted = whole > 0
        if not counted.any():
            return None
        value = float(min(part.sum() / whole.sum(), 1.0))
        return cls(value, wilson(value, effective_texts(int(counted.sum()), whole[counted])))

    def to_json(self, name: str) -> dict[str, float]:
        """Entries ``name``, ``name_low`` and ``name_high``."""
        return {name: self.value, f"{name}_low": self.interval.low, f"{name}_high": self.interval.high}


@dataclass(frozen=True)
class OperatingPoint:
    """What a threshold leads to. A decision is whether a text has a label; most often there is one per text.

    Attributes:
        threshold: a label is predicted if its probability exceeds it; None: each label has its own.
        precision: None if nothing is flagged.
        recall: None if no text has the label.
        flagged: fraction of the decisions that the label is predicted in.
        flagged_count: their number, without weights.
    """

    threshold: float | None
    precision: Share | None
    recall: Share | None
    flagged: Share
    flagged_count: int

    def share(self, measure: Measure) -> Share | None:
        return self.precision if measure == "precision" else self.recall

    def to_json(self) -> dict[str, Any]:
        """Numbers by name; what is not defined is None."""
        found: dict[str, Any] = {"threshold": self.threshold}
        for name, share in (("precision", self.precision), ("recall", self.recall)):
            found |= dict.fromkeys((name, f"{name}_low", f"{name}_high")) if share is None else share.to_json(name)
        return found | {"flagged": self.flagged_count} | self.flagged.to_json("flagged_share")


@dataclass(frozen=True)
class Decisions:
    """The probabilities of one or several labels for some texts, compared with the truth.

    Attributes:
        probabilities: ``float64 [texts, labels]``.
        truth: which of these labels the texts have, ``bool [texts, labels]``.
        weights: how much each text counts, above 0, ``float64 [texts]``; None: all the same.
        missed: of labels that the model does not have, how many each text has, ``int64 [texts]``; None: none.
    """

    probabilities: NDArray[np.float64]
    truth: NDArray[np.bool_]
    weights: NDArray[np.float64] | None = None
    missed: NDArray[np.int64] | None = None

    @property
    def positives(self) -> int:
        """In how many decisions the text has the label."""
        return int(self.truth.sum()) + (0 if self.missed is None else int(self.missed.sum()))

    def at(self, *thresholds: float) -> OperatingPoint:
        """What a threshold for all labels leads to, or one for each label."""
        found = self.probabilities > np.array(thresholds)
        hits, flagged = (found & self.truth).sum(axis=1), found.sum(axis=1)
        true = self.truth.sum(axis=1) + (0 if self.missed is None else self.missed)
        every = np.full(len(found), found.shape[1])
        weights = np.ones(len(found)) if self.weights is None else self.weights
        hits, flags, true, every = (weights * counts for counts in (hits, flagged, true, every))
        share = Share.of(flags, every)
        assert share is not None
        threshold = thresholds[0] if len(set(thresholds)) == 1 else None
        return OperatingPoint(threshold, Share.of(hits, flags), Share.of(hits, true), share, int(flagged.sum()))

    def curve(self) -> Curve:
        """Every threshold that makes a difference."""
        order = np.argsort(-self.probabilities.ravel(), kind="stable")
        ordered = self.probabilities.ravel()[order]
        labels = self.probabilities.shape[1]
        weights = np.ones(len(self.truth)) if self.weights is None else self.weights
        each = np.repeat(weights, labels)[order]
        hits, flagged = np.cumsum(each * self.truth.ravel()[order]), np.cumsum(each)
        true = float(hits[-1]) + (0.0 if self.missed is None else float(weights @ self.missed))
        below = np.append(ordered[1:], 0.0)
        last = np.flatnonzero(ordered > below)  # equal probabilities are on one side of a threshold
        return Curve(
            ordered[last],
            below[last],
            hits[last] / flagged[last],
            hits[last] / true if true else np.zeros(len(last)),
        )


@dataclass(frozen=True)
class Curve:
    """Precision and recall by threshold, from the highest threshold to the lowest; all ``float64 [thresholds]``.

    Attributes:
        above: the lowest probability that exceeds the threshold.
        below: the highest one that does not; 0 if all exceed it.
    """

    above: NDArray[np.float64]
    below: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]

    def reaching(self, measure: Measure, least: float) -> float:
        """The threshold at which ``measure`` is at least ``least`` and the other measure is best.

        Of several, the one with the most of ``measure``, then the highest. Raises ``Unreachable``.
        """
        wished, other = (self.precision, self.recall) if measure == "precision" else (self.recall, self.precision)
        reached = wished >= least - _ROUNDING
        if not reached.any():
            raise Unreachable(self.best(measure))
        places = np.lexsort((self.above, wished, np.where(reached, other, -1.0)))
        return self._threshold(int(places[-1]))

    def best(self, measure: Measure) -> float | None:
        """The threshold with the most of ``measure``, of several the one with the most of the other; None without any
        threshold."""
        if not len(self.above):
            return None
        wished, other = (self.precision, self.recall) if measure == "precision" else (self.recall, self.precision)
        return self._threshold(int(np.lexsort((self.above, other, wished))[-1]))

    def _threshold(self, place: int) -> float:
        return between(float(self.below[place]), float(self.above[place]))


class Unreachable(InputError):
    """No threshold reaches what is wished.

    Attributes:
        best: the threshold that comes closest; None if nothing is flagged at any.
    """

    def __init__(self, best: float | None) -> None:
        super().__init__("no threshold reaches it")
        self.best = best


def between(low: float, high: float) -> float:
    """A short number between two probabilities, close to their middle: it is typed and read by people."""
    middle = (low + high) / 2
    for digits in range(2, _MOST_DIGITS):
        if low < (short := round(middle, digits)) < high:
            return short
    return middle
