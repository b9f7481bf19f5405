"""How far F1 can be trusted: its 95 % interval by the bootstrap over texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.metrics.intervals import F1Intervals, Interval, percentile_interval
from seqclf.tasks.classification.draws import drawn, kinds_of
from seqclf.tasks.classification.sums import one_hot, ratio

RESAMPLES = 2_000


def single_label_f1(
    label_ids: NDArray[Any], predicted: NDArray[Any], width: int, weights: NDArray[np.float64] | None = None
) -> F1Intervals:
    """The interval of the mean F1 of the labels that occur, with one label per text.

    The texts of a cell of the confusion matrix, and of one weight, are drawn at once. This is exact, and takes the same
    time for any number of texts.

    Args:
        label_ids, predicted: true and predicted labels, ``int [texts]``, below ``width``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    first, resampled = _resampled([label_ids, predicted], weights)
    truth, found = (one_hot(ids[first], width) for ids in (label_ids, predicted))
    macro, _ = resampled(truth, found, of_all_labels=False)
    return F1Intervals(_interval(macro, len(label_ids)))


def multi_label_f1(
    truth: NDArray[np.bool_], predicted: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> F1Intervals:
    """The intervals of macro F1, the mean of all labels, and of micro F1, with any number of labels per text.

    The texts with the same true and predicted labels, and one weight, are drawn at once.

    Args:
        truth, predicted: ``bool [texts, labels]``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    from scipy.sparse import csr_array

    first, resampled = _resampled([truth, predicted], weights)
    matrices = (csr_array(which[first].astype(np.float64)) for which in (truth, predicted))
    macro, micro = resampled(*matrices, of_all_labels=True)
    return F1Intervals(_interval(macro, len(truth)), _interval(micro, len(truth)))


@dataclass(frozen=True)
class _Resamples:
    """Resamples of texts.

    Attributes:
        kinds: of the texts, ``int64 [texts]``.
        weights: of a text of each kind, ``float64 [kinds]``; None: all count the same.
    """

    kinds: NDArray[np.int64]
    weights: NDArray[np.float64] | None

    def __call__(
        self, truth: Any, found: Any, *, of_all_labels: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Macro and micro F1 of each resample, ``float64 [resamples]``.

        Args:
            truth, found: of a text of each kind, sparse ``[kinds, labels]``.
            of_all_labels: macro F1 is the mean of all labels, else of those that are true or predicted.
        """
        both = truth.multiply(found).tocsr()
        macro, micro = [], []
        for draws in drawn(self.kinds, RESAMPLES):
            counts = draws.astype(np.float64) if self.weights is None else draws * self.weights
            hits, shared = 2 * (counts @ both), counts @ truth + counts @ found
            f1 = ratio(hits, shared)
            labels = np.full(len(f1), f1.shape[1]) if of_all_labels else (shared > 0).sum(axis=1)
            macro.append(ratio(f1.sum(axis=1), labels))
            micro.append(ratio(hits.sum(axis=1), shared.sum(axis=1)))
        return np.concatenate(macro), np.concatenate(micro)


def _resampled(parts: list[NDArray[Any]], weights: NDArray[np.float64] | None) -> tuple[NDArray[np.int64], _Resamples]:
    """The place of a text of each kind, ``int64 [kinds]``, and the resamples of all texts."""
    kinds = kinds_of(parts if weights is None else [*parts, weights])
    first = np.unique(kinds, return_index=True)[1]
    return first, _Resamples(kinds, None if weights is None else weights[first])


def _interval(resampled: NDArray[np.float64], texts: int) -> Interval | None:
    """None also if all resamples have the same F1, as without an error: they say nothing of other texts."""
    found = percentile_interval(resampled, texts)
    return None if found is None or found.low == found.high else found
