"""The unit in which moves of token vectors are measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.tasks.classification.objectives import TextForward


class Spread:
    """The standard deviation of each entry of the token vectors, over all tokens of the training texts.

    Miyato et al. 2017 (equation 1) divide the vectors by it, because a model could otherwise make moves of a fixed
    length harmless by larger vectors. Here moves are multiplied by it instead. This is the same model with other
    coordinates, and the vectors can be those of any model. The deviations are those of the current vectors, not of a
    batch, so that batches add up.

    Args:
        counts: how often each token occurs in the training texts, ``int64 [vocabulary]``.
    """

    def __init__(self, counts: NDArray[Any]) -> None:
        self._ids = np.flatnonzero(counts).astype(np.int32)
        self._shares = (counts[self._ids] / counts.sum()).astype(np.float32)

    def __call__(self, forward: TextForward) -> tf.Tensor:
        """The deviations, as a constant, ``float32 [dim]``; 0 for an entry that all tokens share."""
        vectors = tf.stop_gradient(forward.embed(tf.constant(self._ids[np.newaxis])))[0]
        means = tf.linalg.matvec(vectors, self._shares, transpose_a=True)
        return tf.sqrt(tf.linalg.matvec((vectors - means) ** 2, self._shares, transpose_a=True))
