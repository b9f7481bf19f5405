"""How far F1 can be trusted: its 95 % interval by the bootstrap over texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.metrics.intervals import F1Intervals, Interval, percentile_interval
from seqclf.tasks.classification.resampled_f1 import resampled_f1


def single_label_f1(
    label_ids: NDArray[Any], predicted: NDArray[Any], width: int, weights: NDArray[np.float64] | None = None
) -> F1Intervals:
    """The interval of the mean F1 of the labels that occur, with one label per text.

    Args:
        label_ids, predicted: true and predicted labels, ``int [texts]``, below ``width``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    (found,) = resampled_f1(label_ids, [predicted], width, weights)
    return F1Intervals(_interval(found.macro, len(label_ids)))


def multi_label_f1(
    truth: NDArray[np.bool_], predicted: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> F1Intervals:
    """The intervals of macro F1, the mean of all labels, and of micro F1, with any number of labels per text.

    Args:
        truth, predicted: ``bool [texts, labels]``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    (found,) = resampled_f1(truth, [predicted], truth.shape[1], weights)
    return F1Intervals(_interval(found.macro, len(truth)), _interval(found.micro, len(truth)))


def _interval(resampled: NDArray[np.float64], texts: int) -> Interval | None:
    """None if unknown. If all resamples have the same F1, as without an error, they say nothing of other texts."""
    found = percentile_interval(resampled, texts)
    return None if found is None or found.low == found.high else found
