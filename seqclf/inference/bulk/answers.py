"""The prediction that is added to a row, as columns or as an object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider
from seqclf.inference.prediction import Prediction, predictions

_DIGITS = 6


@dataclass(frozen=True)
class Answers:
    """The columns of predictions.

    Attributes:
        top: how many of the most probable labels to list, in addition to the prediction; 0: none.
        every: include the probability of every label.
        separator: between several labels in a field, for formats without lists.
        prefix: start of the column names.
    """

    decider: Decider
    top: int = 0
    every: bool = False
    separator: str = "|"
    prefix: str = ""

    def named(self, *, flat: bool) -> list[str]:
        """Names of the columns of ``rows``."""
        return list(self.rows(np.zeros((1, len(self.decider.labels))), flat=flat)[0])

    def rows(
        self, probabilities: NDArray[np.floating], texts: Sequence[str] | None = None, *, flat: bool
    ) -> list[dict[str, Any]]:
        """For each text: ``prediction`` and ``probability``, or, multi-label, ``predictions`` and their
        ``probabilities``. ``flat``: without lists and objects, as fields of a csv file."""
        columns = self._flat if flat else self._nested
        found = map(columns, predictions(probabilities, self.decider, texts))
        return [{f"{self.prefix}{name}": value for name, value in row.items()} for row in found]

    def _nested(self, one: Prediction) -> dict[str, Any]:
        answer: dict[str, Any] = _decided(one)
        if self.top:
            answer["top"] = [{"label": label, "probability": value} for label, value in _rounded(one.top(self.top))]
        return answer | ({"probability_of": dict(_rounded(one.probabilities.items()))} if self.every else {})

    def _flat(self, one: Prediction) -> dict[str, Any]:
        answer = _decided(one)
        if one.is_multi:
            answer = {name: self.separator.join(map(str, values)) for name, values in answer.items()}
        for number, (label, value) in enumerate(_rounded(one.top(self.top)), 1):
            answer |= {f"top_{number}": label, f"top_{number}_probability": value}
        every = _rounded(one.probabilities.items()) if self.every else ()
        return answer | {f"probability_of_{label}": value for label, value in every}


def _decided(one: Prediction) -> dict[str, Any]:
    """The columns of the prediction itself. If it has no label, the probability is that of the most probable one."""
    chosen = list(_rounded(one.chosen))
    if one.is_multi:
        return {"predictions": [label for label, _ in chosen], "probabilities": [value for _, value in chosen]}
    if not chosen:
        return {"prediction": None, "probability": round(max(one.probabilities.values()), _DIGITS)}
    label, probability = chosen[0]
    return {"prediction": label, "probability": probability}


def _rounded(labels: Iterable[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    return ((label, round(value, _DIGITS)) for label, value in labels)
