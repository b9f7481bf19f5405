"""Metrics of classifiers of texts with any number of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

from seqclf.labels import Unknown
from seqclf.metrics.averages import fraction
from seqclf.metrics.counts import (
    Counts,
    LabelMetrics,
    frozen,
    metric,
    remarks,
    unknown_in,
    weight_entry,
    weight_in,
)
from seqclf.metrics.evaluation import MultiLabelEvaluation, evaluation_entries
from seqclf.metrics.scores import Scores, count_in, number_in, object_in


@frozen
class MultiLabelScores(Scores):
    """Scores with any number of labels per text. A decision is whether a text has a label.

    Attributes:
        loss: mean binary cross-entropy in nats, over the texts and the model's labels.
        accuracy: subset accuracy, the fraction of the texts with exactly the right labels.
        micro_precision, micro_recall: over all decisions; None if no label is predicted, or none is true.
        micro_f1: over all decisions; as in scikit-learn, 0 if no label is predicted and none is true.
        macro_f1: mean F1 of all labels.
        macro_f1_occurring_labels: mean F1 of the labels that occur in the truth or the predictions.
        macro_f1_all_labels: ``macro_f1``. scikit-learn's ``f1_score(average="macro")`` gives it for a 0-1 matrix.
        hamming_loss: fraction of the decisions that are wrong.
    """

    aliases: ClassVar[Mapping[str, str]] = {"log_loss": "loss"}

    loss: float = metric(lambda counts: counts.losses.mean(), monitored=True, smaller_is_better=True)
    accuracy: float = metric(lambda counts: counts.correct.mean(), monitored=True)
    micro_precision: float | None = metric(
        lambda counts: fraction(counts.hits.sum(), counts.found.sum()), optional=True
    )
    micro_recall: float | None = metric(lambda counts: fraction(counts.hits.sum(), counts.support.sum()), optional=True)
    micro_f1: float = metric(
        lambda counts: fraction(2 * counts.hits.sum(), counts.found.sum() + counts.support.sum()) or 0.0,
        monitored=True,
    )
    macro_f1: float = metric(lambda counts: counts.f1.mean(), monitored=True)
    macro_f1_occurring_labels: float | None = metric(lambda counts: counts.f1_of_occurring_labels, default=None)
    macro_f1_all_labels: float | None = metric(lambda counts: counts.f1.mean(), default=None)
    hamming_loss: float = metric(
        lambda counts: counts.wrong_decisions / (counts.correct.weight * len(counts.f1)),
        shown=True,
        smaller_is_better=True,
    )


@dataclass(frozen=True)
class DecidedLabelMetrics(LabelMetrics):
    """``threshold`` is the probability above which the label is predicted; None for one that the model lacks."""

    threshold: float | None


@frozen
class MultiLabelMetrics(MultiLabelScores):
    """The scores on texts with any number of labels, and what is behind them; attributes as in
    ``ClassificationMetrics``."""

    texts: int
    labels: Mapping[str, DecidedLabelMetrics]
    unknown_labels: Unknown | None = None
    weight: float | None = None
    evaluation: MultiLabelEvaluation | None = None

    @classmethod
    def of(cls, counts: Counts, thresholds: Mapping[str, float | None]) -> Self:
        """``thresholds`` are those of all labels, in the order of the counts."""
        labels = {
            label: DecidedLabelMetrics(**asdict(LabelMetrics.of(counts, place)), threshold=threshold)
            for place, (label, threshold) in enumerate(thresholds.items())
        }
        return cls(texts=len(counts.correct), labels=labels, weight=counts.weight, **cls.computed(counts))

    @property
    def scores(self) -> MultiLabelScores:
        """The scores alone."""
        return MultiLabelScores(**self.values_of(MultiLabelScores))

    def thresholds(self, labels: Sequence[str]) -> tuple[float, ...]:
        """The thresholds of the model's labels."""
        found = (self.labels[label].threshold for label in labels)
        return tuple(threshold for threshold in found if threshold is not None)

    def to_json(self) -> dict[str, Any]:
        """As in ``metrics.json``."""
        return {
            "texts": self.texts,
            **weight_entry(self.weight),
            **super().to_json(),
            **evaluation_entries(self.evaluation),
            "labels": {label: asdict(one) for label, one in self.labels.items()},
            **remarks(self.unknown_labels),
        }

    @classmethod
    def from_json(cls, saved: Any) -> Self:
        """Read the output of ``to_json`` of this or an earlier version. Raises ``ValueError`` for anything else."""
        labels = {}
        for label, one in object_in(object_in(saved).get("labels")).items():
            threshold = None if object_in(one).get("threshold") is None else number_in(one, "threshold")
            labels[label] = DecidedLabelMetrics(**asdict(LabelMetrics.from_json(one)), threshold=threshold)
        return cls(
            texts=count_in(saved, "texts"),
            labels=labels,
            unknown_labels=unknown_in(saved),
            weight=weight_in(saved),
            evaluation=MultiLabelEvaluation.read(saved),
            **cls.scores_in(saved),
        )
