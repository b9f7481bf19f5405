"""Scores of the baseline: a linear model and the majority class, on the same texts as a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seqclf.metrics.kinds import ClassifierScores, scores_type
from seqclf.metrics.scores import count_in, object_in


@dataclass(frozen=True)
class BaselineScores:
    """The scores of both models, and what they were fitted and measured on.

    Attributes:
        linear: scores of the linear model.
        majority: scores of the classifier that always predicts the label frequencies of the training texts.
        unit: of the linear model's n-grams (``seqclf.baseline.ngrams.Unit``).
        training_texts: number of texts that the linear model was fitted to.
        all_training_texts: number of all training texts.
        texts: number of texts that both were measured on.
        all_texts: number of texts in the split.
    """

    linear: ClassifierScores
    majority: ClassifierScores
    unit: str
    training_texts: int
    all_training_texts: int
    texts: int
    all_texts: int

    def to_json(self) -> dict[str, Any]:
        """The input of ``from_json``, in the order of the fields."""
        return {**vars(self), "linear": self.linear.to_json(), "majority": self.majority.to_json()}

    @classmethod
    def from_json(cls, saved: Any, multi: bool) -> BaselineScores:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else.

        Args:
            multi: whether a text may have several labels.
        """
        kind, unit = scores_type(multi), object_in(saved).get("unit")
        if not isinstance(unit, str):
            raise ValueError('"unit" is missing or not a name')
        counts = (count_in(saved, name) for name in ("training_texts", "all_training_texts", "texts", "all_texts"))
        return cls(kind.from_json(saved.get("linear")), kind.from_json(saved.get("majority")), unit, *counts)
