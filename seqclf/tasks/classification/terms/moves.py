"""Moves of the vectors of tokens, of a given length for each text."""

from __future__ import annotations

import tensorflow as tf

from seqclf.token_ids import PAD_ID


def of_length(directions: tf.Tensor, length: float, token_ids: tf.Tensor) -> tf.Tensor:
    """Moves in the given directions, whose L2 norm over all tokens of a text is ``length``; those of padding are 0.

    Args:
        directions: ``float32 [batch, time, dim]``. Where all of a text's are 0, so is its move.
        token_ids: ``int32 [batch, time]``.

    Returns:
        The moves, in the shape of ``directions``.
    """
    real = tf.cast(token_ids != PAD_ID, directions.dtype)[:, :, tf.newaxis]
    directions *= real
    # Divided by the largest entry first: squares of the gradients of a sure model would be 0 as float32.
    largest = tf.reduce_max(tf.abs(directions), axis=(1, 2), keepdims=True)
    scaled = tf.math.divide_no_nan(directions, largest)
    norms = tf.sqrt(tf.reduce_sum(scaled**2, axis=(1, 2), keepdims=True))
    return length * tf.math.divide_no_nan(scaled, norms)
