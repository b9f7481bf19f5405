"""Sizes of batches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class BatchSizes(NamedTuple):
    """Numbers of tokens in batches, ``int64 [batches]`` each.

    Attributes:
        tokens: without padding.
        padded: with padding.
    """

    tokens: NDArray[np.int64]
    padded: NDArray[np.int64]
