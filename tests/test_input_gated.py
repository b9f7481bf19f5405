"""``min_gru``, ``min_lstm``, ``qrnn``, ``sru`` against their equations, step by step."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

KINDS = ("MinGRU", "MinLSTM", "QRNN", "SRU")
FEATURES, UNITS = 3, 4


def _by_hand(kind: str, x: Any, kernel: Any, bias: Any) -> Any:
    """The outputs of a single text, ``[time, units]``, by the equations of the papers; differentiable."""
    import tensorflow as tf

    state, outputs = tf.zeros([UNITS]), []
    for step in tf.unstack(x @ kernel + bias):
        parts = tf.split(step, len(step) // UNITS)
        first, second = tf.sigmoid(parts[0]), parts[1]
        if kind == "MinGRU":
            state = (1 - first) * state + first * second
            output = state
        elif kind == "MinLSTM":
            update = tf.sigmoid(second)
            state = (first * state + update * parts[2]) / (first + update)
            output = state
        elif kind == "QRNN":
            state = first * state + (1 - first) * tf.tanh(second)
            output = tf.sigmoid(parts[2]) * state
        else:
            state = first * state + (1 - first) * second
            reset = tf.sigmoid(parts[2])
            output = reset * tf.tanh(state) + (1 - reset) * parts[3]
        outputs.append(output)
    return tf.stack(outputs)


def _layer(kind: str, **options: Any) -> Any:
    from seqclf.layers import input_gated

    layer = getattr(input_gated, kind)(UNITS, **options)
    layer.build((None, None, FEATURES))
    layer.bias.assign(np.linspace(-1, 1, layer.bias.shape[0]))
    return layer


@pytest.mark.parametrize(
    ("kind", "backwards", "sequences", "parts"),
    list(itertools.product(KINDS, (False, True), (False, True), (1, 2))),
)
def test_outputs_and_gradients_follow_the_equations(kind: str, backwards: bool, sequences: bool, parts: int) -> None:
    import tensorflow as tf

    layer = _layer(kind, go_backwards=backwards, return_sequences=sequences)
    layer.parts = parts
    lengths, generator = [19, 5, 1], np.random.default_rng(0)
    x = tf.Variable(generator.normal(size=(3, 19, FEATURES)).astype(np.float32))
    mask = tf.sequence_mask(lengths)
    weighing = tf.constant(generator.normal(size=(3, 19, UNITS)).astype(np.float32))
    sources = [x, *(variable.value for variable in layer.trainable_variables)]

    with tf.GradientTape() as tape:
        outputs = layer(x, mask=mask)
        total = tf.reduce_sum(outputs * (weighing if sequences else weighing[:, 0]))
    ours = tape.gradient(total, sources)
    with tf.GradientTape() as tape:
        total = 0.0
        for text, length in enumerate(lengths):
            tokens = x[text, :length]
            expected = _by_hand(kind, tokens[::-1] if backwards else tokens, *layer.trainable_variables)
            if sequences:
                expected = expected[::-1] if backwards else expected
                np.testing.assert_allclose(outputs[text, :length], expected, atol=1e-5)
                assert not np.any(outputs[text, length:])
                total += tf.reduce_sum(expected * weighing[text, :length])
            else:
                np.testing.assert_allclose(outputs[text], expected[-1], atol=1e-5)
                total += tf.reduce_sum(expected[-1] * weighing[text, 0])
    for one, other in zip(ours, tape.gradient(total, sources), strict=True):
        np.testing.assert_allclose(one, np.asarray(tf.convert_to_tensor(other)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_drops_the_same_inputs_at_every_step(kind: str) -> None:
    layer = _layer(kind, dropout=0.5, seed=3, return_sequences=True)
    x = np.ones((8, 6, FEATURES), np.float32)
    first, second = layer(x, training=True), layer(x, training=True)
    assert not np.allclose(first, second), "a new mask at each call"
    assert np.allclose(layer(x), layer(x)), "none outside training"


def test_closed_gates_do_not_divide_by_zero() -> None:
    layer = _layer("MinLSTM")
    layer.bias.assign([-200.0] * 2 * UNITS + [1.0] * UNITS)
    assert np.all(np.isfinite(layer(np.ones((2, 5, FEATURES), np.float32))))


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_layer_loads_again(kind: str, tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((None, FEATURES)), _layer(kind, dropout=0.2, go_backwards=True, seed=1)])
    model.save(tmp_path / "model.keras")
    read = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(2, 7, FEATURES)).astype(np.float32)
    np.testing.assert_allclose(read(x), model(x), atol=1e-6)
    assert read.layers[0].get_config() == model.layers[0].get_config()
