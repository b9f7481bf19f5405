"""The weight of a text in training, by its label (``training.class_weights``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import Labels

ClassWeights = Literal["balanced"] | Mapping[str, float]


def label_weights(given: ClassWeights | None, labels: Labels, label_ids: NDArray[Any]) -> NDArray[np.float32] | None:
    """The weight of each label, ``float32 [labels]``; None if all labels count the same.

    Args:
        given: ``training.class_weights``; a label that is not named has weight 1.
        label_ids: of all training texts. ``int [texts]``: the mean weight over the texts is 1. Multi-label ``bool
            [texts, labels]``: a weight applies to the texts that have the label.
    """
    if given is None:
        return None
    counts = label_ids.sum(axis=0) if labels.multi else np.bincount(label_ids, minlength=len(labels))
    if not isinstance(given, str):
        weights = np.array([given.get(label, 1.0) for label in labels])
    elif labels.multi:
        weights = (len(label_ids) - counts) / np.maximum(counts, 1)
    else:
        weights = 1 / np.maximum(counts, 1)
    if not labels.multi:
        weights *= counts.sum() / (weights @ counts)
    return weights.astype(np.float32)
