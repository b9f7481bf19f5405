"""Metrics of a classifier, computed from its logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.counts import Counts


def log_probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log probability of every label, ``float64 [texts, labels]``.

    Args:
        logits: ``[texts, 1]`` for two labels (the second one's log odds), else ``[texts, labels]``.
    """
    logits = logits.astype(np.float64)
    if logits.shape[1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    shifted = logits - logits.max(axis=1, keepdims=True)
    normalised: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised


def classification_metrics(
    logits: NDArray[np.floating],
    label_ids: NDArray[np.integer],
    labels: Sequence[str],
    more_labels: Sequence[str] = (),
) -> ClassificationMetrics:
    """Metrics on texts with one label each.

    Precision of a label never predicted and recall of a label that never occurs count as 0.

    Args:
        logits: as for ``log_probabilities``.
        label_ids: ``int [texts]``, indices into ``labels`` followed by ``more_labels``.
        more_labels: labels of the texts that the model does not have, and never predicts.
    """
    log_p = log_probabilities(logits)
    predicted = log_p.argmax(axis=1)
    known = np.flatnonzero(label_ids < len(labels))
    names = [*labels, *more_labels]
    confusion = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(confusion, (label_ids, predicted), 1)
    hits, found, support = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
    precision, recall = ratio(hits, found), ratio(hits, support)
    counts = Counts(
        losses=-log_p[known, label_ids[known]],
        correct=predicted == label_ids,
        hits=hits,
        found=found,
        support=support,
        precision=precision,
        recall=recall,
        f1=ratio(2 * precision * recall, precision + recall),
    )
    return ClassificationMetrics.of(counts, names, confusion.tolist())


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """``part / whole``, 0 where ``whole`` is; both of the same shape."""
    ratio = np.zeros(part.shape, dtype=np.float64)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
