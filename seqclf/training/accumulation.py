"""Gradient accumulation: the gradients of several batches make one update."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from seqclf.tasks.base import Sums

Gradient = Any
"""``tf.Tensor``, or ``tf.IndexedSlices`` of an embedding."""


class Gradients(NamedTuple):
    """What a batch gives an update.

    Attributes:
        sums: what it adds up to.
        divisor: what the update divides by (``Sums.divisor``), ``float32 []``.
        gradients: of the summed loss with all penalties, one for each weight that is trained.
        size: number of texts and of tokens without padding, ``int32 []`` and ``int64 []``, of a batch whose parts
            several replicas have; None: the caller has all of it.
    """

    sums: Sums
    divisor: tf.Tensor
    gradients: list[Gradient]
    size: tuple[tf.Tensor, tf.Tensor] | None = None


def mean_gradients(gradients: Sequence[Gradient], divisor: tf.Tensor) -> list[Gradient]:
    """Gradients of the mean loss from those of the summed one. The rows of an embedding stay rows."""
    return [
        tf.IndexedSlices(gradient.values / divisor, gradient.indices, gradient.dense_shape)
        if isinstance(gradient, tf.IndexedSlices)
        else gradient / divisor
        for gradient in gradients
    ]


class GradientSum:
    """The sum of the gradients of summed losses, and of their divisors (``Sums.divisor``).

    Keras's ``gradient_accumulation_steps`` averages the batches' means, so texts of a small batch count more. It also
    carries an epoch's last gradients over to the next epoch, or drops them.
    """

    def __init__(self, weights: Sequence[keras.Variable]) -> None:
        self._weights = list(weights)
        self._sums = [
            keras.Variable(tf.zeros(weight.shape, weight.dtype), trainable=False, name="gradient") for weight in weights
        ]
        self._divisor = keras.Variable(0.0, trainable=False, name="texts")

    @property
    def variables(self) -> list[keras.Variable]:
        return [*self._sums, self._divisor]

    def part(self, weights: Sequence[keras.Variable]) -> GradientSum:
        """The same sums, of some of the weights; those of the others are zero while only the part is used."""
        chosen = copy(self)
        sums = {id(weight): total for weight, total in zip(self._weights, self._sums, strict=True)}
        chosen._weights, chosen._sums = list(weights), [sums[id(weight)] for weight in weights]
        return chosen

    def add(self, gradients: Sequence[tf.Tensor], divisor: tf.Tensor) -> None:
        """Add gradients of a batch's summed loss, and their divisor."""
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(gradient)
        self._divisor.assign_add(divisor)

    def drain(self) -> list[Gradient]:
        """Return the gradients of the mean loss of all batches since the last call, and start again from zero."""
        sums = [tf.convert_to_tensor(total) for total in self._sums]
        means = mean_gradients(sums, tf.convert_to_tensor(self._divisor))
        for variable in self.variables:
            variable.assign(tf.zeros_like(variable))
        return means
