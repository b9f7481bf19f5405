"""Metrics with given scores, for tests that do not compute any."""

from __future__ import annotations

from typing import Any

from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.confusion import Confusion
from seqclf.metrics.counts import LabelMetrics
from seqclf.metrics.kinds import scores_type
from seqclf.metrics.multi_label import DecidedLabelMetrics, MultiLabelMetrics


def scores_with(accuracy: float = 0.75, *, multi: bool = False, **scores: float) -> Any:
    """All scores are ``accuracy``, except a loss of 0.5 and ``scores``."""
    kind = scores_type(multi)
    return kind(**{**dict.fromkeys(kind.marks(), accuracy), "loss": 0.5, **scores})


def metrics_with(accuracy: float = 0.75, *, multi: bool = False, texts: int = 100, **scores: float) -> Any:
    """``scores_with`` on texts with the labels "neg" and "pos"."""
    values = scores_with(accuracy, multi=multi, **scores).values_of(scores_type(multi))
    if multi:
        decided = DecidedLabelMetrics(accuracy, accuracy, accuracy, texts // 2, 0.5)
        return MultiLabelMetrics(texts=texts, labels={"neg": decided, "pos": decided}, **values)
    one = LabelMetrics(accuracy, accuracy, accuracy, texts // 2)
    rows = (texts // 2, texts - texts // 2)
    right = [round(accuracy * row) for row in rows]
    confusion = Confusion.of_rows(((right[0], rows[0] - right[0]), (rows[1] - right[1], right[1])))
    return ClassificationMetrics(texts=texts, labels={"neg": one, "pos": one}, confusion=confusion, **values)


def baseline_with(linear: float, majority: float = 0.5, **sizes: int) -> BaselineScores:
    """Scores in which the models have these accuracies."""
    counts = {"training_texts": 900, "all_training_texts": 900, "texts": 100, "all_texts": 100, **sizes}
    return BaselineScores(scores_with(linear), scores_with(majority), "words", **counts)
