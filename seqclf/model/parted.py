"""A model that reads parts of batches, whose other parts other replicas have; a part may be without texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from seqclf.replicas import current, total


@contextmanager
def reading_parts(model: keras.Model) -> Iterator[None]:
    """While a step of the model is traced: means and variances of ``batch_norm`` are those of the whole batch.

    Keras's own ``synchronized`` averages the means of the replicas, which is wrong for parts of different sizes, and
    has no effect on masked input. Alone, nothing changes.
    """
    changed: list[tuple[keras.layers.Layer, str]] = []
    try:
        for layer in model._flatten_layers() if current().count > 1 else ():
            if isinstance(layer, keras.layers.BatchNormalization):
                changed.append(_replace(layer, "_moments", _moments))
            elif isinstance(layer, keras.layers.Conv1D | keras.layers.MaxPooling1D):
                changed.append(_replace(layer, "call", _with_a_row))
        yield
    finally:
        for layer, name in changed:
            object.__delattr__(layer, name)


def _replace(layer: keras.layers.Layer, name: str, function: Callable[..., Any]) -> tuple[keras.layers.Layer, str]:
    """Replace a method of this layer alone; Keras would take note of an ordinary assignment."""
    object.__setattr__(layer, name, partial(function, layer))
    return layer, name


def _moments(
    layer: keras.layers.BatchNormalization, inputs: tf.Tensor, mask: tf.Tensor | None
) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and variance of each feature, ``float32 [features]``, over texts, and tokens where ``mask`` is true."""
    axes = list(layer._reduction_axes)
    counts = tf.ones_like(inputs[..., 0], bool) if mask is None else tf.cast(mask, bool)
    counts = counts[..., tf.newaxis]
    number, added = total(
        tf.reduce_sum(tf.cast(counts, inputs.dtype)), tf.reduce_sum(tf.where(counts, inputs, 0.0), axes)
    )
    number = number if mask is None else number + keras.backend.epsilon()  # as Keras does
    mean = added / number
    squares = total(tf.reduce_sum(tf.where(counts, tf.square(inputs - mean), 0.0), axes))[0]
    return mean, squares / number


def _with_a_row(layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """The layer's output, computed with a row more than there are: with oneDNN, TensorFlow 2.21 gives the convolution
    of no rows the shape of its input, and the gradient of their maximum ends the process."""
    with_one = tf.pad(inputs, [[0, 1], [0, 0], [0, 0]])
    return type(layer).call(layer, with_one)[:-1]
