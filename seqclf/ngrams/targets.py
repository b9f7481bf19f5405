"""The targets of the linear model, from the labels of texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import Labels
from seqclf.ngrams.solver import Targets


def targets_of(label_ids: NDArray[Any], labels: Labels, label_weights: NDArray[np.float32] | None = None) -> Targets:
    """The targets of a linear model for ``label_ids``: ``int32 [texts]``, or ``bool [texts, labels]``."""
    if labels.multi:
        truth = label_ids.astype(np.float32)
        weights = np.ones((1, 1), np.float32) if label_weights is None else np.where(truth > 0, label_weights, 1)
    else:
        one_hot = np.eye(len(labels), dtype=np.float32)[label_ids]
        truth = one_hot[:, 1:] if labels.units == 1 else one_hot
        weights = np.ones((1, 1), np.float32) if label_weights is None else label_weights[label_ids][:, np.newaxis]
    weights = np.broadcast_to(weights, (len(truth), weights.shape[1])).astype(np.float32)
    return Targets(truth, weights, exclusive=not labels.multi and labels.units > 1)


def known_labels(label_ids: NDArray[Any], labels: Labels) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Texts with labels that the model knows: their indices and their label ids.

    Validation texts may have labels that the training texts lack (``data.unknown_labels``). Their ids come after those
    of ``labels``. Such texts are omitted; multi-label, only such labels are.
    """
    if labels.multi:
        return np.arange(len(label_ids)), label_ids[:, : len(labels)]
    known = np.flatnonzero(label_ids < len(labels))
    return known, label_ids[known]
