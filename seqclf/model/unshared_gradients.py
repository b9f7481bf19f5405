"""Gradients of weights that are added in one order, whatever the timing of the threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf


@contextmanager
def unshared_gradients(model: keras.Model) -> Iterator[None]:
    """While a pass of the model is traced, the gradient of each offset of ``batch_norm`` is a tensor of its own.

    TensorFlow's ``AddN``, which adds the gradients of several passes, takes over the memory of the first addend that
    nothing else reads any more, and begins with that one. The gradient of this offset is also read by that of the mean,
    so which addend comes first would depend on timing, and with three passes or more the last bits of the sum, too. No
    other layer has a weight whose gradient is read twice.
    """
    layers = [one for one in model._flatten_layers() if isinstance(one, keras.layers.BatchNormalization)]
    offsets = [layer.beta for layer in layers]
    try:
        for layer, offset in zip(layers, offsets, strict=True):
            object.__setattr__(layer, "beta", _unshared(offset.value))
        yield
    finally:
        for layer, offset in zip(layers, offsets, strict=True):
            object.__setattr__(layer, "beta", offset)


def _unshared(offset: tf.Tensor) -> tf.Tensor:
    """The same numbers, with a gradient that is a copy."""

    def copied(tensor: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        return tf.identity(tensor), lambda gradient: tf.raw_ops.DeepCopy(x=gradient)

    return tf.custom_gradient(copied)(offset)
