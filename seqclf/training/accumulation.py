"""Gradient accumulation: the gradients of several batches make one update."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf


class GradientSum:
    """The sum of the gradients of each text's loss, and the number of texts.

    Keras's ``gradient_accumulation_steps`` averages the batches' means, so texts of a small batch count more. It also
    carries an epoch's last gradients over to the next epoch, or drops them.
    """

    def __init__(self, weights: Sequence[keras.Variable]) -> None:
        self._sums = [
            keras.Variable(tf.zeros(weight.shape, weight.dtype), trainable=False, name="gradient") for weight in weights
        ]
        self._texts = keras.Variable(0.0, trainable=False, name="texts")

    @property
    def variables(self) -> list[keras.Variable]:
        return [*self._sums, self._texts]

    def add(self, gradients: Sequence[tf.Tensor], texts: tf.Tensor) -> None:
        """Add gradients of the losses, summed over ``texts`` texts."""
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(gradient)
        self._texts.assign_add(tf.cast(texts, tf.float32))

    def drain(self) -> list[tf.Tensor]:
        """Return the gradients of the mean loss of all texts since the last call, and start again from zero."""
        means = [total / self._texts for total in self._sums]
        for variable in self.variables:
            variable.assign(tf.zeros_like(variable))
        return means
