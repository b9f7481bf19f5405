"""A moving average of a model's weights (Polyak & Juditsky 1992)."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf


class MovingAverage:
    """The mean of the weights after each update ``i`` of ``t``, weighted by ``decay ** (t - i)``.

    The initial weights do not count: after the first update the average equals the weights (as in Adam's bias
    correction, Kingma & Ba 2015).

    Args:
        decay: above 0 and below 1.
        weights: the variables to average.
    """

    def __init__(self, decay: float, weights: Sequence[keras.Variable]) -> None:
        self._decay = decay
        self._weights = list(weights)
        self.variables = [keras.Variable(weight, trainable=False, name="average") for weight in weights]

    def add(self, updates: tf.Tensor) -> None:
        """Include the current weights; call it after every update. ``updates``: number of updates so far."""
        # 1 - decay ** updates, accurate however close to 1 the decay is
        all_counts = -tf.math.expm1(tf.cast(updates, tf.float32) * math.log(self._decay))
        share = (1 - self._decay) / all_counts
        for average, weight in zip(self.variables, self._weights, strict=True):
            average.assign_add(share * (weight - average))

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Within the block the model has the averaged weights; afterwards its own again, bit for bit."""
        own = [np.array(weight) for weight in self._weights]
        self.assign_to_model()
        try:
            yield
        finally:
            for weight, value in zip(self._weights, own, strict=True):
                weight.assign(value)

    def assign_to_model(self) -> None:
        """Assign the averages to the model for good. Before the first update they equal its weights."""
        for weight, average in zip(self._weights, self.variables, strict=True):
            weight.assign(average)
