"""Metrics of a classifier, from its logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
    logits: NDArray[np.floating], label_ids: NDArray[np.integer], labels: Sequence[str]
) -> dict[str, Any]:
    """Plain numbers, ready for JSON.

    Returns:
        ``texts``; ``loss`` (mean cross-entropy in nats); ``accuracy``; ``macro_f1``; ``labels``: precision, recall, F1
        and support of each; ``confusion``: rows are true labels, columns predicted ones, both in the labels' order.
        Precision of a label that was never predicted, and recall of one that never occurs, count as 0.
    """
    log_p = log_probabilities(logits)
    predicted = log_p.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(confusion, (label_ids, predicted), 1)
    hits = confusion.diagonal()
    precision = ratio(hits, confusion.sum(axis=0))
    recall = ratio(hits, confusion.sum(axis=1))
    f1 = ratio(2 * precision * recall, precision + recall)
    return {
        "texts": len(label_ids),
        "loss": float(-log_p[np.arange(len(label_ids)), label_ids].mean()),
        "accuracy": float(hits.sum() / len(label_ids)),
        "macro_f1": float(f1.mean()),
        "labels": {
            label: {
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "f1": float(f1[i]),
                "support": int(confusion[i].sum()),
            }
            for i, label in enumerate(labels)
        },
        "confusion": confusion.tolist(),
    }


def ratio(part: Any, whole: Any) -> NDArray[np.float64]:
    ratio = np.zeros(part.shape, dtype=np.float64)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
