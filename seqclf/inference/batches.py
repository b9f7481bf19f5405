"""Batches of texts of about the same length, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def of_similar_length(lengths: NDArray[np.int64], *, most_texts: int, most_tokens: int) -> Iterator[NDArray[np.int64]]:
    """Indices of the texts of each batch, the shortest texts first.

    A batch has at most ``most_texts`` texts and, padding included, ``most_tokens`` tokens, but at least one text.
    """
    order = np.argsort(lengths, kind="stable")
    start = 0
    while start < len(order):
        stop = start + 1
        while (
            stop < len(order) and stop - start < most_texts and (stop - start + 1) * lengths[order[stop]] <= most_tokens
        ):
            stop += 1
        yield order[start:stop]
        start = stop
