"""The recurrent layers against Keras's: the same results and gradients from the same weights."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = ("LSTM", "GRU", "SimpleRNN")
FEATURES, UNITS = 3, 5


def _layers(kind: str, bidirectional: bool, parts: int | None, **options: Any) -> tuple[Any, Any]:
    """Keras's layer and seqclf's, with the same weights, biases and seeds."""
    import keras

    from seqclf.layers import recurrent

    options = {"bias_initializer": keras.initializers.RandomNormal(stddev=0.5, seed=3), "seed": 11, **options}
    merge_mode = options.pop("merge_mode", "concat")
    both = []
    for layers in (keras.layers, recurrent):
        layer = getattr(layers, kind)(UNITS, **options)
        if layers is recurrent:
            layer.parts = parts
        if bidirectional:
            layer = layers.Bidirectional(layer, merge_mode=merge_mode)
        layer.build((None, None, FEATURES))
        both.append(layer)
    theirs, ours = both
    ours.set_weights(theirs.get_weights())
    for one, other in zip(inner(theirs), inner(ours), strict=True):
        other.cell.seed_generator.state.assign(one.cell.seed_generator.state)
    return theirs, ours


def inner(layer: Any) -> list[Any]:
    return [layer.forward_layer, layer.backward_layer] if hasattr(layer, "forward_layer") else [layer]


def _is_fast(layer: Any) -> bool:
    return all(one.is_fast for one in inner(layer))


def _run(layer: Any, x: np.ndarray, mask: np.ndarray | None, seed: int, states: Any = None) -> list[np.ndarray]:
    """Outputs, and gradients of a random weighted sum of them."""
    import tensorflow as tf

    x_variable, states = tf.Variable(x), [tf.Variable(state) for state in states or []]
    generator = np.random.default_rng(seed)
    with tf.GradientTape() as tape:
        results = layer(
            x_variable, mask=None if mask is None else tf.constant(mask), training=True, initial_state=states or None
        )
        results = list(results) if isinstance(results, list | tuple) else [results]
        total = sum(tf.reduce_sum(result * generator.normal(size=result.shape)) for result in results)
    sources = [x_variable, *states, *layer.trainable_variables]
    gradients = tape.gradient(total, sources, unconnected_gradients="zero")
    return [np.asarray(result) for result in results] + [np.asarray(gradient) for gradient in gradients]


def _assert_same(theirs: list[np.ndarray], ours: list[np.ndarray]) -> None:
    assert len(theirs) == len(ours)
    for a, b in zip(theirs, ours, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


def _compare(kind: str, mask: np.ndarray | None, shape: tuple[int, int], seed: int = 0, **options: Any) -> None:
    theirs, ours = _layers(kind, options.pop("bidirectional", False), options.pop("parts", 1), **options)
    assert _is_fast(ours)
    x = np.random.default_rng(seed).normal(size=(*shape, FEATURES)).astype(np.float32)
    _assert_same(_run(theirs, x, mask, seed), _run(ours, x, mask, seed))


def _right_padded(lengths: list[int], time: int) -> np.ndarray:
    return np.arange(time) < np.array(lengths)[:, np.newaxis]


@pytest.mark.parametrize(
    ("kind", "bidirectional", "return_sequences"), list(itertools.product(KINDS, (False, True), (False, True)))
)
def test_equal_to_keras_on_padded_batches(kind: str, bidirectional: bool, return_sequences: bool) -> None:
    for lengths, time in (([11, 4, 1], 11), ([16, 16], 16), ([3], 9)):
        _compare(
            kind,
            _right_padded(lengths, time),
            (len(lengths), time),
            bidirectional=bidirectional,
            return_sequences=return_sequences,
        )


OPTIONS: dict[str, dict[str, Any]] = {
    "go_backwards": {"go_backwards": True},
    "go_backwards, sequences": {"go_backwards": True, "return_sequences": True},
    "sequences, zero at masked steps": {"return_sequences": True, "zero_output_for_mask": True},
    "no bias": {"use_bias": False},
    "dropout": {"dropout": 0.4},
    "return_state": {"return_state": True},
    "return_state, sequences": {"return_state": True, "return_sequences": True},
    "return_state, bidirectional": {"return_state": True, "bidirectional": True},
    "dropout, sequences, bidirectional": {"dropout": 0.4, "return_sequences": True, "bidirectional": True},
    "sum, bidirectional": {"bidirectional": True, "merge_mode": "sum", "return_sequences": True},
    "two parts": {"parts": 2},
    "three parts, sequences, bidirectional": {"parts": 3, "return_sequences": True, "bidirectional": True},
    "more parts than texts": {"parts": 7, "return_state": True},
}


@pytest.mark.parametrize(("kind", "options"), list(itertools.product(KINDS, OPTIONS.values())), ids=str)
def test_equal_to_keras_in_every_option(kind: str, options: dict[str, Any]) -> None:
    _compare(kind, _right_padded([10, 3, 7, 1], 10), (4, 10), **options)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=str)
def test_a_wide_lstm_goes_forward_in_chunks(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.layers import lstm

    monkeypatch.setattr(lstm, "_WIDE", UNITS)
    monkeypatch.setattr(lstm, "_forward_in_one", None)
    _compare("LSTM", _right_padded([10, 3, 7, 1], 10), (4, 10), **options)


@pytest.mark.parametrize("kind", KINDS)
def test_fit_does_not_compile_it_with_xla(kind: str) -> None:
    """XLA cannot compile the pass through time, so ``jit_compile="auto"`` must not choose it."""
    import keras
    from keras.src.trainers.trainer import model_supports_jit

    from seqclf.layers import input_gated, recurrent

    layers = [getattr(recurrent, kind)(2), recurrent.Bidirectional(getattr(recurrent, kind)(2)), input_gated.MinGRU(2)]
    for layer in layers:
        assert not model_supports_jit(keras.Sequential([keras.Input((None, 3)), layer]))
    theirs = keras.Sequential([keras.Input((None, 3)), getattr(keras.layers, kind)(2)])
    assert model_supports_jit(theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_no_mask_means_that_every_step_counts(kind: str) -> None:
    _compare(kind, None, (2, 9), return_sequences=True)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_any_mask_will_do(kind: str, data: st.DataObject) -> None:
    """Also with gaps, padding on the left, and fully masked rows."""
    batch, time = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 19))
    row = st.lists(st.booleans(), min_size=time, max_size=time)
    mask = np.array(data.draw(st.lists(row, min_size=batch, max_size=batch)))
    options = {name: data.draw(st.booleans(), label=name) for name in ("go_backwards", "return_sequences")}
    _compare(kind, mask, (batch, time), seed=data.draw(st.integers(0, 99)), **options)


@pytest.mark.parametrize("kind", KINDS)
def test_initial_states_and_their_gradients(kind: str) -> None:
    theirs, ours = _layers(kind, False, 2, return_state=True, return_sequences=True)
    generator = np.random.default_rng(1)
    x = generator.normal(size=(3, 10, FEATURES)).astype(np.float32)
    states = [generator.normal(size=(3, UNITS)).astype(np.float32) for _ in range(2 if kind == "LSTM" else 1)]
    mask = _right_padded([10, 2, 5], 10)
    _assert_same(_run(theirs, x, mask, 1, states), _run(ours, x, mask, 1, states))


@pytest.mark.parametrize("kind", KINDS)
def test_a_stateful_layer_continues_where_it_stopped(kind: str) -> None:
    import keras

    from seqclf.layers import recurrent

    x = np.random.default_rng(0).normal(size=(2, 6, FEATURES)).astype(np.float32)
    results = []
    for layers in (keras.layers, recurrent):
        model = keras.Sequential([keras.Input(batch_shape=(2, 3, FEATURES)), getattr(layers, kind)(4, stateful=True)])
        if results:
            model.set_weights(results[0][0])
        results.append((model.get_weights(), [np.asarray(model(part)) for part in (x[:, :3], x[:, 3:])]))
    for theirs, ours in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("kind", (*KINDS, "MinGRU", "MinLSTM", "QRNN", "SRU"))
def test_a_batch_size_may_be_fixed(kind: str, parts: int) -> None:
    """With static shapes, TensorFlow checks that loops preserve them."""
    import tensorflow as tf

    from seqclf.layers import input_gated, recurrent

    layer = getattr(recurrent if kind in KINDS else input_gated, kind)(UNITS, return_sequences=True)
    layer.parts = parts
    x = tf.random.stateless_normal([4, 10, FEATURES], seed=[1, 2])
    layer.build(x.shape)

    def gradients(x: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(layer(x) ** 2)
        return tape.gradient(total, layer.trainable_variables)

    expected = list(map(np.asarray, gradients(x)))
    for shape in ([4, 10, FEATURES], [4, None, FEATURES]):
        fixed = tf.function(gradients, input_signature=[tf.TensorSpec(shape, tf.float32)], autograph=False)
        _assert_same(expected, list(map(np.asarray, fixed(x))))


FALLBACKS: dict[str, dict[str, Any]] = {
    "activation": {"activation": "relu"},
    "recurrent_dropout": {"recurrent_dropout": 0.3},
    "unroll": {"unroll": True},
    "dtype": {"dtype": "float64"},
}


@pytest.mark.parametrize(("kind", "options"), list(itertools.product(KINDS, FALLBACKS.values())), ids=str)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_unsupported_options_use_keras_s_implementation(
    kind: str, bidirectional: bool, options: dict[str, Any]
) -> None:
    theirs, ours = _layers(kind, bidirectional, None, return_sequences=True, **options)
    assert not _is_fast(ours)
    x = np.random.default_rng(0).normal(size=(3, 6, FEATURES)).astype(options.get("dtype", "float32"))
    mask = _right_padded([6, 2, 4], 6)
    _assert_same(_run(theirs, x, mask, 2), _run(ours, x, mask, 2))


def test_a_gru_that_resets_first_goes_keras_s_way() -> None:
    theirs, ours = _layers("GRU", False, None, reset_after=False)
    assert not _is_fast(ours)
    x = np.random.default_rng(0).normal(size=(3, 6, FEATURES)).astype(np.float32)
    _assert_same(_run(theirs, x, None, 2), _run(ours, x, None, 2))


@pytest.mark.parametrize("kind", KINDS)
def test_portable_layers_leave_gradients_to_tensorflow(kind: str) -> None:
    theirs, ours = _layers(kind, True, None, return_sequences=True)
    for layer in inner(ours):
        layer.portable = True
    x = np.random.default_rng(0).normal(size=(3, 10, FEATURES)).astype(np.float32)
    mask = _right_padded([10, 2, 5], 10)
    _assert_same(_run(theirs, x, mask, 2), _run(ours, x, mask, 2))
