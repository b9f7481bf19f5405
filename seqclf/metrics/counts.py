"""What the predictions of a text classifier add up to, and the fields that are computed from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from seqclf.labels import Unknown
from seqclf.metrics.scores import Mark, count_in, number_in, number_or_none_in, object_in, score_field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True)
class OfTexts:
    """A value, or several, of each text.

    Attributes:
        values: ``[texts]`` or ``[texts, labels]``.
        weights: how much each text counts, ``float64 [texts]``; None: all the same.
    """

    values: NDArray[Any]
    weights: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def weight(self) -> float:
        """The summed weight of the texts; without weights, their number."""
        return len(self) if self.weights is None else float(self.weights.sum())

    def mean(self) -> float:
        """The mean over all values, those of a text with its weight."""
        if self.weights is None:
            return float(self.values.mean())
        weights = self.weights if self.values.ndim == 1 else self.weights.reshape(-1, 1)
        return float((self.values * weights).sum() / (self.weight * (self.values.size // len(self))))


@dataclass(frozen=True)
class Counts:
    """What the predictions for labelled texts add up to; the source of all scores.

    Labels that the model does not have, and never predicts, come after its own. Texts are counted, or their weights
    added up if they have weights.

    Attributes:
        losses: of the texts, or of the decisions (a label of a text) if multi-label, in nats; ``float64``.
        correct: which texts have exactly the right labels, ``bool [texts]``.
        hits: texts with a label that are predicted to have it, ``int64 [labels]``, or ``float64`` with weights.
        found: texts that are predicted to have it; shape and dtype of ``hits``.
        support: texts that have it; shape and dtype of ``hits``.
        texts: number of texts that have it, without weights, ``int64 [labels]``.
        precision, recall, f1: of each label, ``float64 [labels]``; 0 where the denominator is.
        weight: the summed weight of the texts in the data, whose mean is 1 in the other fields; None without weights.
    """

    losses: OfTexts
    correct: OfTexts
    hits: NDArray[Any]
    found: NDArray[Any]
    support: NDArray[Any]
    texts: NDArray[np.int64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    weight: float | None = None

    @property
    def f1_of_occurring_labels(self) -> float:
        """Mean F1 of the labels that occur in the truth or the predictions; 0 without any."""
        occurs = self.found + self.support > 0
        return float(self.f1[occurs].mean()) if occurs.any() else 0.0

    @property
    def wrong_decisions(self) -> float:
        return float(self.found.sum() + self.support.sum() - 2 * self.hits.sum())


def metric(
    compute: Callable[[Counts], float | None],
    *,
    monitored: bool = False,
    shown: bool = False,
    smaller_is_better: bool = False,
    optional: bool = False,
    default: Any = MISSING,
) -> Any:
    """A field that is a score: its computation and its marks (``Mark``, ``score_field``)."""
    return score_field(Mark(compute, monitored, shown, smaller_is_better, optional), default)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(metric, field))
def frozen(cls: type[T]) -> type[T]:
    """A frozen dataclass with fields of ``metric``."""
    return dataclass(frozen=True, kw_only=True)(cls)


@dataclass(frozen=True)
class LabelMetrics:
    """Metrics of one label. What is not defined is None; earlier versions saved 0.

    Attributes:
        precision: None for a label that is never predicted.
        recall: None for a label that no text has.
        f1: None if both are; 0 for a label that is never found, or never rightly.
        support: number of texts that have it.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    support: int

    @classmethod
    def of(cls, counts: Counts, place: int) -> LabelMetrics:
        """The metrics of one label; ``place`` is its id."""
        precision, recall, f1 = (float(values[place]) for values in (counts.precision, counts.recall, counts.f1))
        is_found, occurs = counts.found[place] > 0, counts.support[place] > 0
        return LabelMetrics(
            precision if is_found else None,
            recall if occurs else None,
            f1 if is_found or occurs else None,
            int(counts.texts[place]),
        )

    @classmethod
    def from_json(cls, saved: Any) -> LabelMetrics:
        """Raises ``ValueError``."""
        precision, recall, f1 = (number_or_none_in(saved, name) for name in ("precision", "recall", "f1"))
        return LabelMetrics(precision, recall, f1, count_in(saved, "support"))


def weight_entry(weight: float | None) -> dict[str, Any]:
    """The entry ``weight`` of saved metrics; empty without weights."""
    return {} if weight is None else {"weight": weight}


def weight_in(saved: Any) -> float | None:
    """The entry ``weight`` of saved metrics; None without one. Raises ``ValueError`` if it is malformed."""
    return None if object_in(saved).get("weight") is None else number_in(saved, "weight")


def remarks(unknown: Unknown | None) -> dict[str, Any]:
    """The entry ``unknown_labels`` of saved metrics; empty without such texts."""
    return {} if unknown is None else {"unknown_labels": unknown.to_json()}


def unknown_in(saved: Any) -> Unknown | None:
    """The entry ``unknown_labels`` of saved metrics. Raises ``ValueError`` if it is malformed."""
    found = saved.get("unknown_labels")
    return None if found is None else Unknown.from_json(found)
