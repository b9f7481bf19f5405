"""Layers that return their state: a text in pieces gives the outputs and gradients of the whole text."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqclf import layers

KINDS = ("LSTM", "GRU", "SimpleRNN", "MinGRU", "MinLSTM", "QRNN", "SRU")
BATCH, TIME, FEATURES, UNITS = 3, 40, 5, 4


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_of_a_text_with_carried_states_equal_the_whole(kind: str) -> None:
    draw = np.random.default_rng(0)
    x = tf.constant(draw.normal(size=(BATCH, TIME, FEATURES)).astype(np.float32))
    mask = np.arange(TIME) < np.array([[40], [33], [16]])
    layer = getattr(layers, kind)(UNITS, return_sequences=True, return_state=True)
    layer(x, mask=tf.constant(mask))
    real = tf.constant(mask[..., np.newaxis].astype(np.float32))

    def total(outputs: list[tf.Tensor]) -> tf.Tensor:
        return tf.add_n([tf.reduce_sum(tf.sin(3 * one) * (real if len(one.shape) == 3 else 1)) for one in outputs])

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        whole = layer(x, mask=tf.constant(mask))
        states = [tf.zeros([BATCH, UNITS])] * (len(whole) - 1)
        pieces = []
        for start, stop in ((0, 7), (7, 23), (23, TIME)):
            output, *states = layer(x[:, start:stop], initial_state=states, mask=tf.constant(mask[:, start:stop]))
            pieces.append(output)
        joined = [tf.concat(pieces, axis=1), *states]
        losses = total(whole), total(joined)
    np.testing.assert_array_equal(whole[0] * real, joined[0] * real)
    for one, other in zip(whole[1:], joined[1:], strict=True):
        np.testing.assert_array_equal(one, other)
    wanted, found = (tape.gradient(loss, [x, *layer.trainable_variables]) for loss in losses)
    for one, other in zip(wanted, found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_of_the_last_state_is_right(kind: str) -> None:
    """Against differences of the state alone, whose gradient no output passes on."""
    draw = np.random.default_rng(1)
    x = draw.normal(size=(2, 19, FEATURES)).astype(np.float32)
    layer = getattr(layers, kind)(UNITS, return_sequences=True, return_state=True)

    def last(value: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.sin(2 * layer(value)[-1]))

    value = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(value)
        loss = last(value)
    gradient = tape.gradient(loss, value).numpy()
    step = 1e-2
    for place in ((0, 18, 0), (1, 18, 3), (0, 15, 2)):
        shifted = [x.copy(), x.copy()]
        shifted[0][place] += step
        shifted[1][place] -= step
        up, down = (float(last(tf.constant(one))) for one in shifted)
        assert gradient[place] == pytest.approx((up - down) / (2 * step), abs=2e-3)
