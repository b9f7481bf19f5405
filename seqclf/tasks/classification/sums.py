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


def one_hot(ids: NDArray[Any], width: int) -> Any:
    """A sparse matrix with a 1 in each row, ``[len(ids), width]``."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(ids)), (np.arange(len(ids)), ids)), shape=(len(ids), width))
