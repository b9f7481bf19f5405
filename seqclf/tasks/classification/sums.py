"""Sums over texts, and ratios of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """``part / whole``, 0 where ``whole`` is; both of the same shape."""
    ratio = np.zeros(part.shape, dtype=np.float64)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def f1_means(
    hits: NDArray[Any], shared: NDArray[Any], *, multi: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Macro and micro F1 of many sets of texts, ``float64 [sets]`` each.

    Macro F1 is the mean over the labels that are true or predicted; with ``multi``, several labels per text, over all.

    Args:
        hits: texts with the label that were predicted to have it, ``[sets, labels]``.
        shared: texts with the label plus texts that were predicted to have it, ``[sets, labels]``.
    """
    f1 = ratio(2 * hits, shared)
    labels = np.full(len(f1), f1.shape[1]) if multi else (shared > 0).sum(axis=1)
    return ratio(f1.sum(axis=1), labels), ratio(2 * hits.sum(axis=1), shared.sum(axis=1))


def one_hot(ids: NDArray[Any], width: int) -> Any:
    """A sparse matrix with a 1 in each row, ``[len(ids), width]``."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(ids)), (np.arange(len(ids)), ids)), shape=(len(ids), width))
