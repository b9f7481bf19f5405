"""Random numbers of training steps beside dropout."""

from __future__ import annotations

import keras
import tensorflow as tf


class Draws:
    """Draws that follow from a seed and the number of draws before.

    Both are in one variable, which is part of the training's state: a resumed training draws the same numbers.

    Args:
        variable: from ``new``.
    """

    def __init__(self, variable: keras.Variable) -> None:
        self._variable = variable

    @staticmethod
    def new(seed: int) -> keras.Variable:
        """The variable before the first draw, ``int64 [2]``: the seed and the number of draws."""
        return keras.Variable([seed, 0], dtype="int64", trainable=False, name="draws")

    def normal(self, shape: tf.Tensor) -> tf.Tensor:
        """Standard normal numbers, ``float32``."""
        return tf.random.stateless_normal(shape, self._next())

    def beta(self, shape: tf.Tensor, concentration: float) -> tf.Tensor:
        """Numbers of the symmetric beta distribution, ``float32``, from 0 to 1."""
        # X / (X + Y), for two gamma variables. Below a concentration of about 0.1 both may be 0 as float32: then 1/2.
        one, other = (tf.random.stateless_gamma(shape, self._next(), alpha=concentration) for _ in range(2))
        total = one + other
        return tf.where(total > 0, one / tf.where(total > 0, total, 1.0), 0.5)

    def order(self, count: tf.Tensor) -> tf.Tensor:
        """A random order of the numbers below ``count``, ``int32 [count]``."""
        return tf.argsort(tf.random.stateless_uniform([count], self._next()), stable=True)

    def _next(self) -> tf.Tensor:
        seed = tf.identity(self._variable.value)
        self._variable.assign_add([0, 1])
        return seed
