"""The two kinds of classifiers' metrics: texts with one label each, or with any number."""

from __future__ import annotations

from seqclf.metrics.classification import ClassificationMetrics, ClassificationScores
from seqclf.metrics.evaluation import EvaluationScores, MultiLabelEvaluation, SingleLabelEvaluation
from seqclf.metrics.multi_label import MultiLabelMetrics, MultiLabelScores

ClassifierScores = ClassificationScores | MultiLabelScores
ClassifierMetrics = ClassificationMetrics | MultiLabelMetrics


def scores_type(multi: bool) -> type[ClassificationScores] | type[MultiLabelScores]:
    """The scores of a classifier; ``multi``: whether a text may have several labels."""
    return MultiLabelScores if multi else ClassificationScores


def metrics_type(multi: bool) -> type[ClassificationMetrics] | type[MultiLabelMetrics]:
    """The metrics of a classifier; ``multi``: whether a text may have several labels."""
    return MultiLabelMetrics if multi else ClassificationMetrics


def score_names(multi: bool) -> tuple[str, ...]:
    """All scores of a trained classifier, those of each epoch first, then other names for some of them."""
    kind = scores_type(multi)
    evaluation: type[EvaluationScores] = MultiLabelEvaluation if multi else SingleLabelEvaluation
    return tuple(dict.fromkeys((*kind.marks(), *evaluation.marks(), *kind.aliases)))


def all_scores(metrics: ClassifierMetrics) -> dict[str, float | None]:
    """The scores of ``score_names`` that were computed; None: not defined for these texts."""
    scores = metrics.values_of(scores_type(isinstance(metrics, MultiLabelMetrics)))
    if metrics.evaluation is not None:
        scores |= metrics.evaluation.values_of(type(metrics.evaluation))
    return {**{alias: scores[name] for alias, name in metrics.aliases.items()}, **scores}
