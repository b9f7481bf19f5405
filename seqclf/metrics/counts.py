"""What the predictions of a text classifier add up to, and the fields that are computed from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from seqclf.labels import Unknown
from seqclf.metrics.scores import Mark, count_in, number_in, score_field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True)
class Counts:
    """What the predictions for labelled texts add up to; the source of all scores.

    Labels that the model does not have, and never predicts, come after its own.

    Attributes:
        losses: of the texts, or of the decisions (a label of a text) if multi-label, in nats; ``float64`` of any shape.
        correct: which texts have exactly the right labels, ``bool [texts]``.
        hits: texts with a label that are predicted to have it, ``int64 [labels]``.
        found: texts that are predicted to have it, ``int64 [labels]``.
        support: texts that have it, ``int64 [labels]``.
        precision, recall, f1: of each label, ``float64 [labels]``; 0 where the denominator is.
    """

    losses: NDArray[np.float64]
    correct: NDArray[np.bool_]
    hits: NDArray[np.int64]
    found: NDArray[np.int64]
    support: NDArray[np.int64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]

    @property
    def f1_of_occurring_labels(self) -> float:
        """Mean F1 of the labels that occur in the truth or the predictions; 0 without any."""
        occurs = self.found + self.support > 0
        return float(self.f1[occurs].mean()) if occurs.any() else 0.0

    @property
    def wrong_decisions(self) -> int:
        return int(self.found.sum() + self.support.sum() - 2 * self.hits.sum())


def metric(
    compute: Callable[[Counts], float],
    *,
    monitored: bool = False,
    shown: bool = False,
    smaller_is_better: bool = False,
    default: Any = MISSING,
) -> Any:
    """A field that is a score: its computation and its marks (``Mark``, ``score_field``)."""
    return score_field(Mark(compute, monitored, shown, smaller_is_better), default)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(metric, field))
def frozen(cls: type[T]) -> type[T]:
    """A frozen dataclass with fields of ``metric``."""
    return dataclass(frozen=True, kw_only=True)(cls)


@dataclass(frozen=True)
class LabelMetrics:
    """Metrics of one label: ``support`` is the number of texts that have it."""

    precision: float
    recall: float
    f1: float
    support: int

    @classmethod
    def of(cls, counts: Counts, place: int) -> LabelMetrics:
        """The metrics of one label; ``place`` is its id."""
        precision, recall, f1 = (float(values[place]) for values in (counts.precision, counts.recall, counts.f1))
        return LabelMetrics(precision, recall, f1, int(counts.support[place]))

    @classmethod
    def from_json(cls, saved: Any) -> LabelMetrics:
        """Raises ``ValueError``."""
        precision, recall, f1 = (number_in(saved, name) for name in ("precision", "recall", "f1"))
        return LabelMetrics(precision, recall, f1, count_in(saved, "support"))


def remarks(unknown: Unknown | None) -> dict[str, Any]:
    """The entry ``unknown_labels`` of saved metrics; empty without such texts."""
    return {} if unknown is None else {"unknown_labels": unknown.to_json()}


def unknown_in(saved: Any) -> Unknown | None:
    """The entry ``unknown_labels`` of saved metrics. Raises ``ValueError`` if it is malformed."""
    found = saved.get("unknown_labels")
    return None if found is None else Unknown.from_json(found)
