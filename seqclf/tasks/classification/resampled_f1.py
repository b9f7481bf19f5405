"""F1 and accuracy on many resamples of texts, of one classifier or of several on the same resamples.

Texts with the same true and predicted labels, and the same weight, are drawn at once. This is exact, and with few kinds
of texts it takes the same time for any number of them. The scores of all resamples are computed in one go;
``resampled_scores`` computes every score, but each resample by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.tasks.classification.draws import drawn, kinds_of
from seqclf.tasks.classification.sums import f1_means, one_hot, ratio

RESAMPLES = 2_000


@dataclass(frozen=True)
class ResampledF1:
    """The scores of a classifier on each resample, ``float64 [resamples]``.

    Attributes:
        macro: mean F1 of the labels that are true or predicted; with several labels per text, of all labels.
        micro: F1 of all decisions; with one label per text, the accuracy.
        accuracy: fraction of the texts with exactly the right labels.
    """

    macro: NDArray[np.float64]
    micro: NDArray[np.float64]
    accuracy: NDArray[np.float64]


def resampled_f1(
    truth: NDArray[Any],
    predictions: Sequence[NDArray[Any]],
    width: int,
    weights: NDArray[np.float64] | None = None,
) -> list[ResampledF1]:
    """The scores of the classifiers that made the predictions, all on the same resamples.

    Args:
        truth: the true label of each text, ``int [texts]``, below ``width``; or which labels apply,
            ``bool [texts, width]``.
        predictions: of each classifier, as ``truth``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    kinds = kinds_of([truth, *predictions, *([] if weights is None else [weights])])
    first = np.unique(kinds, return_index=True)[1]
    true = _decisions(truth[first], width)
    scorers = [_Scorer(true, _decisions(one[first], width), truth.ndim == 2) for one in predictions]
    found: list[list[NDArray[np.float64]]] = [[] for _ in predictions]
    for draws in drawn(kinds, RESAMPLES):
        counts = draws.astype(np.float64) if weights is None else draws * weights[first]
        support = counts @ true
        for one, scorer in zip(found, scorers, strict=True):
            one.append(scorer(counts, support))
    return [ResampledF1(*np.concatenate(one, axis=1)) for one in found]


def f1_of(
    truth: NDArray[Any], predicted: NDArray[Any], width: int, weights: NDArray[np.float64] | None = None
) -> ResampledF1:
    """The scores on the texts themselves, as on one resample that has each of them once; arguments as for
    ``resampled_f1``."""
    true, counts = _decisions(truth, width), (np.ones(len(truth)) if weights is None else weights)[np.newaxis]
    scorer = _Scorer(true, _decisions(predicted, width), truth.ndim == 2)
    return ResampledF1(*scorer(counts, counts @ true))


def _decisions(labels: NDArray[Any], width: int) -> Any:
    """Which labels apply as a sparse matrix, ``[texts, width]``."""
    from scipy.sparse import csr_array

    return csr_array(labels.astype(np.float64)) if labels.ndim == 2 else one_hot(labels, width)


class _Scorer:
    """Scores of one classifier on resamples.

    Args:
        truth, found: true and predicted labels of a text of each kind, sparse ``[kinds, labels]``.
        multi: a text may have several labels.
    """

    def __init__(self, truth: Any, found: Any, multi: bool) -> None:
        self._found, self._multi = found, multi
        self._both = truth.multiply(found).tocsr()
        self._right = np.asarray(abs(truth - found).sum(axis=1)).reshape(-1) == 0

    def __call__(self, counts: NDArray[np.float64], support: NDArray[np.float64]) -> NDArray[np.float64]:
        """Macro F1, micro F1 and accuracy, ``float64 [3, resamples]``.

        Args:
            counts: the number of texts of each kind, times their weight, ``[resamples, kinds]``.
            support: the same of each label, ``[resamples, labels]``.
        """
        macro, micro = f1_means(counts @ self._both, support + counts @ self._found, multi=self._multi)
        accuracy = ratio(counts @ self._right.astype(np.float64), counts.sum(axis=1))
        return np.stack([macro, micro, accuracy])
