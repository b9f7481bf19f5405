"""Metrics of classifiers of texts with one label each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, ClassVar, Self

from seqclf.labels import Unknown
from seqclf.metrics.confusion import Confusion
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
from seqclf.metrics.evaluation import SingleLabelEvaluation, evaluation_entries
from seqclf.metrics.scores import Scores, count_in, object_in


@frozen
class ClassificationScores(Scores):
    """Scores with one label per text.

    Attributes:
        loss: mean cross-entropy in nats, over the texts whose label the model has.
        accuracy: fraction of the texts that are classified correctly.
        macro_f1: mean F1 of the labels that occur in the truth or the predictions.
        macro_f1_occurring_labels: the same. scikit-learn's ``f1_score(average="macro")`` gives it for label ids.
        macro_f1_all_labels: mean F1 of all labels.
    """

    aliases: ClassVar[Mapping[str, str]] = {  # they are equal
        **dict.fromkeys(("micro_precision", "micro_recall", "micro_f1"), "accuracy"),
        "log_loss": "loss",
    }

    loss: float = metric(lambda counts: counts.losses.mean(), monitored=True, smaller_is_better=True)
    accuracy: float = metric(lambda counts: counts.correct.mean(), monitored=True)
    macro_f1: float = metric(lambda counts: counts.f1_of_occurring_labels, monitored=True)
    macro_f1_occurring_labels: float | None = metric(lambda counts: counts.f1_of_occurring_labels, default=None)
    macro_f1_all_labels: float | None = metric(lambda counts: counts.f1.mean(), default=None)


@frozen
class ClassificationMetrics(ClassificationScores):
    """The scores on labelled texts, and what is behind them.

    Attributes:
        texts: number of texts.
        labels: metrics of each label, those that the model does not have last.
        evaluation: scores that are not computed after each epoch; None: they were not computed.
        weight: the summed weight of the texts, by which the scores weigh them; None: all weigh the same.
        confusion: number of texts by true label and predicted label, in the order of ``labels``.
        unknown_labels: texts whose labels do not occur in the training texts; None if there are none.
    """

    texts: int
    labels: Mapping[str, LabelMetrics]
    confusion: Confusion
    unknown_labels: Unknown | None = None
    weight: float | None = None
    evaluation: SingleLabelEvaluation | None = None

    @classmethod
    def of(cls, counts: Counts, labels: Iterable[str], confusion: Confusion) -> Self:
        """``labels`` are all labels in the order of the counts."""
        return cls(
            texts=len(counts.correct),
            labels={label: LabelMetrics.of(counts, place) for place, label in enumerate(labels)},
            confusion=confusion,
            weight=counts.weight,
            **cls.computed(counts),
        )

    @property
    def scores(self) -> ClassificationScores:
        """The scores alone."""
        return ClassificationScores(**self.values_of(ClassificationScores))

    def to_json(self) -> dict[str, Any]:
        """As in ``metrics.json``."""
        return {
            "texts": self.texts,
            **weight_entry(self.weight),
            **super().to_json(),
            **evaluation_entries(self.evaluation),
            "labels": {label: asdict(one) for label, one in self.labels.items()},
            "confusion": self.confusion.to_json(),
            **remarks(self.unknown_labels),
        }

    @classmethod
    def from_json(cls, saved: Any) -> Self:
        """Read the output of ``to_json`` of this or an earlier version. Raises ``ValueError`` for anything else."""
        labels = {
            label: LabelMetrics.from_json(one) for label, one in object_in(object_in(saved).get("labels")).items()
        }
        return cls(
            texts=count_in(saved, "texts"),
            labels=labels,
            confusion=Confusion.from_json(saved.get("confusion"), len(labels)),
            unknown_labels=unknown_in(saved),
            weight=weight_in(saved),
            evaluation=SingleLabelEvaluation.read(saved),
            **cls.scores_in(saved),
        )
