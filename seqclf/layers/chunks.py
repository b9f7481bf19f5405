"""Steps of a recurrence, a chunk at a time: one matrix product projects the inputs of all steps of a chunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Tensors = tuple[tf.Tensor, ...]
ChunkSteps = Callable[[tf.Tensor, Tensors], tuple[Tensors, list[tf.Tensor]]]


def forward_in_chunks(
    x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, initial: Tensors, steps: ChunkSteps, *, size: int, tensors: int
) -> list[tf.TensorArray]:
    """Run ``steps`` over one chunk after another.

    Args:
        initial: the states before the first step, ``[batch, units]`` each.
        steps: maps a chunk's ``x W + bias``, ``[size * batch, gates * units]``, and the states before it to the states
            after it and ``tensors`` tensors ``[size, batch, units]``.
        size: steps per chunk.

    Returns:
        These tensors, by chunk, as a backward pass may read them. ``concat()`` joins each to ``[steps, batch, units]``.
    """
    features, chunks = x.shape[-1], tf.shape(x)[0] // size
    arrays = tuple(
        tf.TensorArray(
            x.dtype,
            size=chunks,
            element_shape=[size, *initial[0].shape],
            infer_shape=False,
            clear_after_read=False,
        )
        for _ in range(tensors)
    )

    def body(chunk: tf.Tensor, states: Tensors, arrays: Any) -> tuple[Any, ...]:
        inputs = tf.reshape(x[chunk * size : (chunk + 1) * size], [-1, features])
        states, results = steps(tf.nn.bias_add(tf.matmul(inputs, kernel), bias), states)
        return chunk + 1, states, tuple(array.write(chunk, one) for array, one in zip(arrays, results, strict=True))

    *_, arrays = tf.while_loop(lambda chunk, *_: chunk < chunks, body, (0, initial, arrays), parallel_iterations=1)
    return list(arrays)


def state_before(states: tf.Tensor, initial: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """The state before step ``start``, ``[batch, units]``."""
    return tf.where(start == 0, initial, states[tf.maximum(start - 1, 0)])


def states_before(states: tf.Tensor, initial: tf.Tensor, start: tf.Tensor, size: int) -> tf.Tensor:
    """The states before each of ``size`` steps from ``start`` on, ``[size, batch, units]``."""
    return tf.concat([state_before(states, initial, start)[tf.newaxis], states[start : start + size - 1]], axis=0)
