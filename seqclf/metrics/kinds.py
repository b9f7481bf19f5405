"""The two kinds of classifiers' metrics: texts with one label each, or with any number."""

from __future__ import annotations

from seqclf.metrics.classification import ClassificationMetrics, ClassificationScores
from seqclf.metrics.multi_label import MultiLabelMetrics, MultiLabelScores

ClassifierScores = ClassificationScores | MultiLabelScores
ClassifierMetrics = ClassificationMetrics | MultiLabelMetrics


def scores_type(multi: bool) -> type[ClassificationScores] | type[MultiLabelScores]:
    """The scores of a classifier; ``multi``: whether a text may have several labels."""
    return MultiLabelScores if multi else ClassificationScores


def metrics_type(multi: bool) -> type[ClassificationMetrics] | type[MultiLabelMetrics]:
    """The metrics of a classifier; ``multi``: whether a text may have several labels."""
    return MultiLabelMetrics if multi else ClassificationMetrics
