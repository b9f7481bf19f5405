"""How much a text counts: by its own weight (``data.weight``), and in training also by its label
(``training.class_weights``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import Labels

ClassWeights = Literal["balanced"] | Mapping[str, float]

_LEAST = 1e-9


def relative_weights(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    """Weights whose mean is 1 over the texts that count, ``float32 [texts]``: only the ratios of weights matter.

    A text that weighs less than a billionth of the mean gets 0: it does not count.
    """
    exact = weights.astype(np.float64)
    counted = exact > 0
    if not counted.any():
        return np.zeros(len(exact), np.float32)
    scaled = exact / exact[counted].mean()
    return np.where(scaled < _LEAST, 0, scaled).astype(np.float32)


def label_totals(truth: NDArray[Any], labels: int, weights: NDArray[np.floating] | None = None) -> NDArray[Any]:
    """The number of texts of each label, or the sum of their weights, ``[labels]``.

    Args:
        truth: label ids, ``int [texts]``; which labels apply, ``bool [texts, labels]``; or the share of each label,
            ``float [texts, labels]``, with which a text counts for it.
        labels: number of labels.
        weights: of the texts, ``[texts]``; None: 1 each.
    """
    if truth.ndim == 1:
        return np.bincount(truth, weights, minlength=labels)
    if weights is None:
        plain: NDArray[Any] = truth.sum(axis=0, dtype=np.int64 if truth.dtype == np.bool_ else np.float64)
        return plain
    weighted: NDArray[np.float64] = (truth * weights[:, np.newaxis]).sum(axis=0, dtype=np.float64)
    return weighted


def label_weights(
    given: ClassWeights | None,
    labels: Labels,
    truth: NDArray[Any],
    weights: NDArray[np.floating] | None = None,
) -> NDArray[np.float32] | None:
    """The weight of each label, ``float32 [labels]``; None if all labels count the same.

    Args:
        given: ``training.class_weights``; a label that is not named has weight 1.
        truth: of all training texts, as for ``label_totals``. With one label per text, the mean weight over the texts
            is 1. Multi-label, a weight applies to the texts that have the label.
        weights: of the texts, which theirs are multiplied by.
    """
    if given is None:
        return None
    totals = label_totals(truth, len(labels), weights)
    texts = len(truth) if weights is None else float(weights.sum(dtype=np.float64))
    occurring = np.where(totals >= _LEAST, totals, 1)  # less is a probability that a model rounded
    if not isinstance(given, str):
        by_label = np.array([given.get(label, 1.0) for label in labels])
    elif labels.multi:
        by_label = (texts - totals) / occurring
    else:
        by_label = 1 / occurring
    if not labels.multi:
        by_label *= totals.sum() / (by_label @ totals)
    return by_label.astype(np.float32)
