"""What is added to a row, as columns or as an object: the prediction of a classifier."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.inference.prediction import Prediction, predictions
from seqclf.run_calibration import LabelSets

_DIGITS = 6


T_contra = TypeVar("T_contra", contravariant=True)


class RowAnswers(Protocol[T_contra]):
    """The columns that are added to rows. ``T_contra``: what a model computes for some texts."""

    def named(self, *, flat: bool) -> list[str]:
        """Names of the columns of ``rows``."""

    def check(self, kind: str) -> None:
        """Raise ``InputError`` for what files of this kind cannot represent."""

    def arrow_types(self) -> dict[str, Any]:
        """``pyarrow.DataType`` of columns whose values in the first rows may not show it."""

    def options(self) -> dict[str, Any]:
        """What determines the columns and their values besides the model, under names that the user knows."""

    def rows(self, computed: T_contra, texts: Sequence[str], *, flat: bool) -> list[dict[str, Any]]:
        """The columns of each text. ``flat``: without lists and objects, as fields of a csv file."""


@dataclass(frozen=True)
class Answers:
    """The columns of predictions: ``RowAnswers`` for probabilities.

    Attributes:
        top: how many of the most probable labels to list, in addition to the prediction; 0: none.
        every: include the probability of every label.
        separator: between several labels in a field, for formats without lists; such a field is a JSON list instead
            if a label of the model contains the separator or a line end, is empty, or starts like a list.
        prefix: start of the column names.
        sets: makes the set of labels of each text, in the column ``set``; None: there are no sets.
    """

    decider: Decider
    top: int = 0
    every: bool = False
    separator: str = "|"
    prefix: str = ""
    sets: LabelSets | None = None

    def named(self, *, flat: bool) -> list[str]:
        """Names of the columns of ``rows``."""
        return list(self.rows(np.zeros((1, len(self.decider.labels))), flat=flat)[0])

    def check(self, kind: str) -> None:
        """Raise ``InputError`` for a label that files of this kind cannot represent."""
        for label in self.decider.labels if kind == "tsv" else ():
            if any(character in label for character in "\t\n\r"):
                raise InputError(
                    f"the label {label!r} contains a tab or a line end, which tsv has no place for; write csv, jsonl "
                    "or parquet"
                )

    def arrow_types(self) -> dict[str, Any]:
        """``pyarrow.DataType`` of the columns of the prediction itself."""
        import pyarrow

        label, probability = pyarrow.string(), pyarrow.float64()
        types = {"prediction": label, "probability": probability}
        if self.decider.labels.multi:
            types = {"predictions": pyarrow.list_(label), "probabilities": pyarrow.list_(probability)}
        if self.sets is not None:
            types["set"] = pyarrow.list_(label)
        return {f"{self.prefix}{name}": kind for name, kind in types.items()}

    def options(self) -> dict[str, Any]:
        """``RowAnswers.options``."""
        own = None if self.decider.labels.multi else self.decider.thresholds
        return {
            **({} if own is None else {"the run's threshold": list(own)}),
            "--threshold": self.decider.threshold,
            "--abstain-below": self.decider.abstain_below,
            "--abstain-empty": self.decider.abstain_empty,
            "--top": self.top,
            "--probabilities": self.every,
            "--prefix": self.prefix,
            **({} if self.sets is None else {"--set-coverage": self.sets.coverage}),
        }

    @cached_property
    def _as_lists(self) -> bool:
        return any(map(self._needs_list, self.decider.labels))

    def _needs_list(self, label: str) -> bool:
        return not label or label[0] == "[" or any(part in label for part in (self.separator, "\n", "\r"))

    def field(self, values: Sequence[Any]) -> str:
        """Several labels or probabilities as one field of a csv or tsv file."""
        if self._as_lists or any(isinstance(value, str) and self._needs_list(value) for value in values):
            return json.dumps(list(values), ensure_ascii=False)
        return self.separator.join(map(str, values))

    def rows(
        self, probabilities: NDArray[np.floating], texts: Sequence[str] | None = None, *, flat: bool
    ) -> list[dict[str, Any]]:
        """For each text: ``prediction`` and ``probability``, or, multi-label, ``predictions`` and their
        ``probabilities``, and ``abstained`` if it may abstain. ``flat``: without lists and objects, as fields of a csv
        file."""
        columns = self._flat if flat else self._nested
        found = map(columns, predictions(probabilities, self.decider, texts))
        return [{f"{self.prefix}{name}": value for name, value in row.items()} for row in found]

    def _nested(self, one: Prediction) -> dict[str, Any]:
        answer = self._decided(one)
        if self.sets is not None:
            answer["set"] = self.sets.of(one.probabilities)
        if self.top:
            answer["top"] = [{"label": label, "probability": value} for label, value in _rounded(one.top(self.top))]
        return answer | ({"probability_of": dict(_rounded(one.probabilities.items()))} if self.every else {})

    def _flat(self, one: Prediction) -> dict[str, Any]:
        answer = self._decided(one)
        if one.is_multi:
            answer = {name: self.field(value) if isinstance(value, list) else value for name, value in answer.items()}
        if self._may_abstain:
            answer["abstained"] = str(answer["abstained"]).lower()
        if self.sets is not None:
            answer["set"] = self.field(self.sets.of(one.probabilities))
        for number, (label, value) in enumerate(_rounded(one.top(self.top)), 1):
            answer |= {f"top_{number}": label, f"top_{number}_probability": value}
        every = _rounded(one.probabilities.items()) if self.every else ()
        return answer | {f"probability_of_{label}": value for label, value in every}

    def _decided(self, one: Prediction) -> dict[str, Any]:
        """The columns of the prediction itself. If it has no label, the probability is that of the most probable
        one."""
        chosen = list(_rounded(one.chosen))
        if one.is_multi:
            abstained = one.label is None
            labels, probabilities = [label for label, _ in chosen], [value for _, value in chosen]
            answer: dict[str, Any] = {"predictions": labels, "probabilities": probabilities}
            if abstained:
                answer = dict.fromkeys(answer)
            return answer | ({"abstained": abstained} if self._may_abstain else {})
        if not chosen:
            return {"prediction": None, "probability": round(max(one.probabilities.values()), _DIGITS)}
        label, probability = chosen[0]
        return {"prediction": label, "probability": probability}

    @property
    def _may_abstain(self) -> bool:
        """Whether a column says which texts it abstains from: in csv, they look like those without any label."""
        return self.decider.labels.multi and bool(self.decider.abstain_below)


def _rounded(labels: Iterable[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    return ((label, round(value, _DIGITS)) for label, value in labels)
