"""Metrics of a classifier, computed from its logits."""

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
    logits: NDArray[np.floating],
    label_ids: NDArray[np.integer],
    labels: Sequence[str],
    more_labels: Sequence[str] = (),
) -> dict[str, Any]:
    """Metrics of single-label classification as plain numbers, ready for JSON.

    Args:
        logits: as for ``log_probabilities``.
        label_ids: ``int [texts]``, indices into ``labels`` followed by ``more_labels``.
        more_labels: labels of the texts that the model does not have, and never predicts.

    Returns:
        ``texts``; ``loss`` (mean cross-entropy in nats, over the texts whose label the model has); ``accuracy``;
        ``macro_f1`` (over the labels that occur) and the results of ``macro_f1_by_labels``; ``labels``: precision,
        recall, F1 and support of each; ``confusion``: rows are true labels, columns predicted labels, both in the order
        of ``labels`` here. Precision of a label never predicted and recall of a label that never occurs count as 0.
    """
    log_p = log_probabilities(logits)
    predicted = log_p.argmax(axis=1)
    known = np.flatnonzero(label_ids < len(labels))
    names = [*labels, *more_labels]
    confusion = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(confusion, (label_ids, predicted), 1)
    hits = confusion.diagonal()
    precision = ratio(hits, confusion.sum(axis=0))
    recall = ratio(hits, confusion.sum(axis=1))
    f1 = ratio(2 * precision * recall, precision + recall)
    by_labels = macro_f1_by_labels(f1, confusion.sum(axis=0) + confusion.sum(axis=1) > 0)
    return {
        "texts": len(label_ids),
        "loss": float(-log_p[known, label_ids[known]].mean()),
        "accuracy": float(hits.sum() / len(label_ids)),
        "macro_f1": by_labels["macro_f1_occurring_labels"],
        **by_labels,
        "labels": {
            label: {
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "f1": float(f1[i]),
                "support": int(confusion[i].sum()),
            }
            for i, label in enumerate(names)
        },
        "confusion": confusion.tolist(),
    }


def macro_f1_by_labels(f1: NDArray[np.float64], occurs: NDArray[np.bool_]) -> dict[str, float]:
    """Mean F1 of the labels that occur in the truth or the predictions, and of all labels; both arguments ``[labels]``.

    scikit-learn's ``f1_score(average="macro")`` gives the first for label ids, the second for an indicator matrix.
    """
    occurring = float(f1[occurs].mean()) if occurs.any() else 0.0
    return {"macro_f1_occurring_labels": occurring, "macro_f1_all_labels": float(f1.mean())}


def ratio(part: Any, whole: Any) -> NDArray[np.float64]:
    ratio = np.zeros(part.shape, dtype=np.float64)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
