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

    So the weights that training began with do not count, and after the first update the average is what that left
    (Adam's correction of its bias, Kingma & Ba 2015).

    Args:
        decay: above 0 and below 1.
        weights: the variables that are averaged.
    """

    def __init__(self, decay: float, weights: Sequence[keras.Variable]) -> None:
        self._decay = decay
        self._weights = list(weights)
        self.variables = [keras.Variable(weight, trainable=False, name="average") for weight in weights]

    def add(self, updates: tf.Tensor) -> None:
        """Take in the weights as they are; to be called in every update. ``updates``: how many there were so far."""
        # 1 - decay ** updates, to all digits however close to 1 the decay is
        all_counts = -tf.math.expm1(tf.cast(updates, tf.float32) * math.log(self._decay))
        share = (1 - self._decay) / all_counts
        for average, weight in zip(self.variables, self._weights, strict=True):
            average.assign_add(share * (weight - average))

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """The model has the averages for its weights, and afterwards its own again, bit for bit."""
        own = [np.array(weight) for weight in self._weights]
        self.put_in_place()
        try:
            yield
        finally:
            for weight, value in zip(self._weights, own, strict=True):
                weight.assign(value)

    def put_in_place(self) -> None:
        """Give the averages to the model, for good. Before the first update they are its weights."""
        for weight, average in zip(self._weights, self.variables, strict=True):
            weight.assign(average)
