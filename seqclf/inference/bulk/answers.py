"""The prediction that is added to a row, as columns or as an object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider, top

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
        return [f"{self.prefix}{name}" for name in self._answer((), np.zeros(len(self.decider.labels)), flat)]

    def rows(
        self, probabilities: NDArray[np.floating], texts: Sequence[str] | None = None, *, flat: bool
    ) -> list[dict[str, Any]]:
        """For each text: ``prediction`` and ``probability``, or, multi-label, ``predictions`` and their
        ``probabilities``. ``flat``: without lists and objects, as fields of a csv file."""
        chosen = self.decider(probabilities, texts)
        answers = (self._answer(labels, row, flat) for labels, row in zip(chosen, probabilities, strict=True))
        return [{f"{self.prefix}{name}": value for name, value in answer.items()} for answer in answers]

    def _answer(self, chosen: Sequence[str], row: NDArray[np.floating], flat: bool) -> dict[str, Any]:
        labels = self.decider.labels
        place = {label: number for number, label in enumerate(labels)}
        answer: dict[str, Any]
        if labels.multi:
            found = [round(float(row[place[label]]), _DIGITS) for label in chosen]
            answer = {"predictions": list(chosen), "probabilities": found}
            if flat:
                answer = {name: self.separator.join(map(str, values)) for name, values in answer.items()}
        else:
            probability = float(row[place[chosen[0]]] if chosen else row.max())
            answer = {"prediction": chosen[0] if chosen else None, "probability": round(probability, _DIGITS)}
        best = [(label, round(value, _DIGITS)) for label, value in top(labels, row, self.top)] if self.top else []
        every = {label: round(float(value), _DIGITS) for label, value in zip(labels, row, strict=True)}
        if flat:
            for number, (label, value) in enumerate(best, 1):
                answer |= {f"top_{number}": label, f"top_{number}_probability": value}
            return answer | ({f"probability_of_{label}": value for label, value in every.items()} if self.every else {})
        if self.top:
            answer["top"] = [{"label": label, "probability": value} for label, value in best]
        return answer | ({"probability_of": every} if self.every else {})
