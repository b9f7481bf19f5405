"""Metrics and thresholds of a multi-label classifier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import DEFAULT_THRESHOLD
from seqclf.metrics.counts import Counts
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.tasks.classification.metrics import ratio

_LEAST_TEXTS = 5


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probability of every label, ``float64`` of the same shape."""
    logits = logits.astype(np.float64)
    exp = np.exp(-np.abs(logits))
    probabilities: NDArray[np.float64] = np.where(logits >= 0, 1, exp) / (1 + exp)
    return probabilities


def multi_label_metrics(
    logits: NDArray[np.floating],
    truth: NDArray[np.bool_],
    labels: Sequence[str],
    thresholds: Sequence[float] | NDArray[np.floating],
    more_labels: Sequence[str] = (),
) -> MultiLabelMetrics:
    """Metrics on texts with any number of labels. A ratio with a zero denominator counts as 0.

    Args:
        logits: ``[texts, labels]``.
        truth: which labels apply, ``bool [texts, labels + more_labels]``.
        thresholds: the threshold that each label's probability must exceed, ``[labels]``.
        more_labels: labels of the texts that the model does not have, and never predicts.
    """
    predicted = np.zeros(truth.shape, dtype=np.bool_)
    predicted[:, : len(labels)] = sigmoid(logits) > np.asarray(thresholds)
    hits = np.count_nonzero(predicted & truth, axis=0)
    found, support = np.count_nonzero(predicted, axis=0), np.count_nonzero(truth, axis=0)
    x = logits.astype(np.float64)
    counts = Counts(
        losses=np.maximum(x, 0) - x * truth[:, : len(labels)] + np.log1p(np.exp(-np.abs(x))),
        correct=(predicted == truth).all(axis=1),
        hits=hits,
        found=found,
        support=support,
        precision=ratio(hits, found),
        recall=ratio(hits, support),
        f1=ratio(2 * hits, found + support),
    )
    chosen = dict(zip(labels, map(float, thresholds), strict=True))
    return MultiLabelMetrics.of(counts, {**chosen, **dict.fromkeys(more_labels)})


def shared_thresholds(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One threshold for all labels, ``float64 [labels]``: the one with the best micro F1 on these texts.

    Args:
        probabilities: ``[texts, labels]``.
        truth: which labels apply, ``bool [texts, labels]``.
    """
    return np.full(truth.shape[1], best_threshold(probabilities.ravel(), truth.ravel()))


def per_label_thresholds(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """A threshold for each label, ``float64 [labels]``: the one with the best F1 of that label on these texts.

    A label with fewer than 5 texts gets the threshold of ``shared_thresholds`` instead. The arguments are the same.
    """
    thresholds = shared_thresholds(probabilities, truth)
    for label in np.flatnonzero(np.count_nonzero(truth, axis=0) >= _LEAST_TEXTS):
        thresholds[label] = best_threshold(probabilities[:, label], truth[:, label])
    return thresholds


def best_threshold(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """The threshold with the best F1 over the decisions, halfway between two probabilities; 0.5 if none is true.

    The highest of several. Both arguments are ``[decisions]``.
    """
    if not truth.any():
        return DEFAULT_THRESHOLD
    order = np.argsort(-probabilities, kind="stable")
    ordered = probabilities[order]
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + hits[-1])
    below = np.append(ordered[1:], 0.0)
    f1[ordered == below] = -1  # equal probabilities are on one side of a threshold
    best = int(f1.argmax())
    return float((ordered[best] + below[best]) / 2)
