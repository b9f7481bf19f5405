"""The scores that are computed once for a trained model, not after each epoch: intervals, averages, and all that needs
the probabilities in order. ``seqclf eval`` shows them, and ``metrics.json`` has them beside those of each epoch.

A score is one line here, too: a field with its computation from ``Evidence`` and its marks. None: not defined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self, TypeVar, dataclass_transform

from seqclf.metrics.averages import Averages, cohen_kappa, macro_average, matthews_correlation, weighted_average
from seqclf.metrics.calibration import Calibration
from seqclf.metrics.counts import Counts
from seqclf.metrics.intervals import F1Intervals, Interval
from seqclf.metrics.ranking import Ranking, mean_of
from seqclf.metrics.scores import Mark, Scores, object_in, score_field
from seqclf.metrics.thresholds import AtThreshold, table_from_json

T = TypeVar("T")


@dataclass(frozen=True)
class Evidence:
    """What the scores are computed from.

    Attributes:
        interval: of the accuracy.
        rankings: of the texts by each of the model's labels; with one of two labels per text, by the second alone.
        together: of all decisions on several labels per text; else None.
        brier: the Brier score.
        calibration: of the most probable label of each text.
        thresholds: the table of thresholds; empty for texts with one of three labels or more.
        f1: intervals of F1.
    """

    counts: Counts
    interval: Interval
    rankings: tuple[Ranking, ...]
    brier: float
    calibration: Calibration
    together: Ranking | None = None
    thresholds: tuple[AtThreshold, ...] = ()
    f1: F1Intervals = field(default_factory=F1Intervals)

    @cached_property
    def macro(self) -> Averages:
        return macro_average(self.counts)

    @cached_property
    def weighted(self) -> Averages:
        return weighted_average(self.counts)

    @property
    def micro(self) -> Ranking:
        """The ranking of all decisions on several labels per text."""
        return self.together or Ranking(None, None)

    @property
    def roc_auc(self) -> float | None:
        """The mean over the labels that have one."""
        return mean_of(one.roc_auc for one in self.rankings)

    @property
    def average_precision(self) -> float | None:
        """The mean over the labels that have one."""
        return mean_of(one.average_precision for one in self.rankings)

    def agreement(self, measure: Callable[..., float | None]) -> float | None:
        """``matthews_correlation`` or ``cohen_kappa`` of labels; of several per text, of all decisions."""
        counts = self.counts
        if self.together is None:
            return measure(counts.hits.sum(), counts.found, counts.support)
        import numpy as np

        decisions = counts.correct.weight * len(counts.f1)
        found, support = (np.array([decisions - total, total]) for total in (counts.found.sum(), counts.support.sum()))
        return measure(decisions - counts.wrong_decisions, found, support)


def evaluated(
    compute: Callable[[Evidence], float | None], *, shown: bool = False, smaller_is_better: bool = False
) -> Any:
    """A field that is a score: its computation and its marks. It may be undefined, and earlier metrics may lack it."""
    return score_field(Mark(compute, shown=shown, smaller_is_better=smaller_is_better, optional=True), default=None)


def _low(interval: Interval | None) -> float | None:
    return None if interval is None else interval.low


def _high(interval: Interval | None) -> float | None:
    return None if interval is None else interval.high


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(evaluated, field))
def frozen(cls: type[T]) -> type[T]:
    """A frozen dataclass with fields of ``evaluated``."""
    return dataclass(frozen=True, kw_only=True)(cls)


@frozen
class EvaluationScores(Scores):
    """Scores of both kinds of classifiers.

    Attributes:
        accuracy_low, accuracy_high: the 95 % interval of the accuracy (``wilson``).
        macro_f1_low, macro_f1_high: that of macro F1, by the bootstrap (``percentile_interval``).
        macro_precision, macro_recall: means over the labels for which they are defined.
        weighted_precision, weighted_recall, weighted_f1: the same, a label with the weight of its texts.
        matthews_correlation, cohen_kappa: as in ``seqclf.metrics.averages``; multi-label, of all decisions.
        brier_score: ``seqclf.metrics.calibration.brier_score``.
        expected_calibration_error: of the most probable label of each text.
        calibration: the bins behind it.
        threshold_table: scores at several thresholds; empty for texts with one of three labels or more.
    """

    accuracy_low: float | None = evaluated(lambda all_: all_.interval.low)
    accuracy_high: float | None = evaluated(lambda all_: all_.interval.high)
    macro_f1_low: float | None = evaluated(lambda all_: _low(all_.f1.macro))
    macro_f1_high: float | None = evaluated(lambda all_: _high(all_.f1.macro))
    macro_precision: float | None = evaluated(lambda all_: all_.macro.precision)
    macro_recall: float | None = evaluated(lambda all_: all_.macro.recall)
    weighted_precision: float | None = evaluated(lambda all_: all_.weighted.precision)
    weighted_recall: float | None = evaluated(lambda all_: all_.weighted.recall)
    weighted_f1: float | None = evaluated(lambda all_: all_.weighted.f1)
    matthews_correlation: float | None = evaluated(lambda all_: all_.agreement(matthews_correlation), shown=True)
    cohen_kappa: float | None = evaluated(lambda all_: all_.agreement(cohen_kappa), shown=True)
    brier_score: float | None = evaluated(lambda all_: all_.brier, shown=True, smaller_is_better=True)
    expected_calibration_error: float | None = evaluated(
        lambda all_: all_.calibration.expected_error, shown=True, smaller_is_better=True
    )
    calibration: Calibration
    threshold_table: tuple[AtThreshold, ...] = ()

    def interval(self, name: str) -> Interval | None:
        """The 95 % interval of a score; None: it has none, or an earlier version did not save it."""
        low, high = (getattr(self, f"{name}_{end}", None) for end in ("low", "high"))
        return None if low is None or high is None else Interval(low, high)

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        return cls(calibration=evidence.calibration, threshold_table=evidence.thresholds, **cls.computed(evidence))

    def to_json(self) -> dict[str, Any]:
        """As in ``metrics.json``, among the other scores."""
        return {
            **super().to_json(),
            "calibration": self.calibration.to_json(),
            "threshold_table": [vars(row) for row in self.threshold_table],
        }

    @classmethod
    def read(cls, saved: Any) -> Self | None:
        """The scores in an entry of ``metrics.json``; None if it lacks them.

        A score that an earlier version did not save is undefined. Raises ``ValueError`` for malformed ones.
        """
        if "calibration" not in object_in(saved):
            return None
        table = table_from_json(saved.get("threshold_table"))
        bins = Calibration.from_json(saved["calibration"])
        return cls(calibration=bins, threshold_table=table, **cls.scores_in(saved))


@frozen
class SingleLabelEvaluation(EvaluationScores):
    """With one label per text.

    Attributes:
        roc_auc: of the second of two labels; of more, the mean over the labels, each against the rest.
        average_precision: the same.
    """

    roc_auc: float | None = evaluated(lambda all_: all_.roc_auc, shown=True)
    average_precision: float | None = evaluated(lambda all_: all_.average_precision, shown=True)


@frozen
class MultiLabelEvaluation(EvaluationScores):
    """With any number of labels per text.

    Attributes:
        macro_roc_auc, macro_average_precision: the means over the labels for which they are defined.
        micro_roc_auc, micro_average_precision: over all decisions, as if they were on one label.
        micro_f1_low, micro_f1_high: the 95 % interval of micro F1, by the bootstrap.
    """

    macro_roc_auc: float | None = evaluated(lambda all_: all_.roc_auc, shown=True)
    micro_roc_auc: float | None = evaluated(lambda all_: all_.micro.roc_auc, shown=True)
    macro_average_precision: float | None = evaluated(lambda all_: all_.average_precision, shown=True)
    micro_average_precision: float | None = evaluated(lambda all_: all_.micro.average_precision, shown=True)
    micro_f1_low: float | None = evaluated(lambda all_: _low(all_.f1.micro))
    micro_f1_high: float | None = evaluated(lambda all_: _high(all_.f1.micro))


def evaluation_entries(evaluation: EvaluationScores | None) -> dict[str, Any]:
    """The entries of saved metrics that ``EvaluationScores.read`` reads; empty without an evaluation."""
    return {} if evaluation is None else evaluation.to_json()
