"""The targets of the linear model, from the labels of texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import Labels
from seqclf.ngrams.solver import Targets


def targets_of(
    truth: NDArray[Any],
    labels: Labels,
    label_weights: NDArray[np.float32] | None = None,
    *,
    text_weights: NDArray[np.float32] | None = None,
) -> Targets:
    """The targets of a linear model.

    Args:
        truth: label ids, ``int32 [texts]``; multi-label, ``bool [texts, labels]``; the probability of each label,
            ``float32 [texts, labels]``.
        label_weights: from ``seqclf.label_weights``, ``[labels]``.
        text_weights: of the texts, ``[texts]``; they multiply those of the labels.
    """
    weights: NDArray[Any] = np.ones((1, 1), np.float32)
    if labels.multi:
        targets = truth.astype(np.float32)
        if label_weights is not None:
            weights = np.where(targets > 0, label_weights, 1)
    else:
        targets = truth if truth.ndim == 2 else np.eye(len(labels), dtype=np.float32)[truth]
        if label_weights is not None:
            # The loss of a text is that of each label times its share and weight: of one with these shares of the sum.
            parts = targets * label_weights
            weights = parts.sum(axis=1, keepdims=True)
            if truth.ndim == 2:
                targets = parts / np.maximum(weights, np.finfo(np.float32).tiny)
        targets = targets[:, 1:] if labels.units == 1 else targets
    if text_weights is not None:
        weights = weights * text_weights[:, np.newaxis]
    weights = np.broadcast_to(weights, (len(targets), weights.shape[1])).astype(np.float32)
    return Targets(targets, weights, exclusive=not labels.multi and labels.units > 1)


def known_labels(label_ids: NDArray[Any], labels: Labels) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Texts with labels that the model knows: their indices and their label ids, or probabilities of labels.

    Validation texts may have labels that the training texts lack (``data.unknown_labels``). Their ids come after those
    of ``labels``. Such texts are omitted; multi-label, only such labels are.
    """
    if label_ids.ndim == 2:
        return np.arange(len(label_ids)), label_ids[:, : len(labels)]
    known = np.flatnonzero(label_ids < len(labels))
    return known, label_ids[known]
