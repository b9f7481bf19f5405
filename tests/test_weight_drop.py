"""``recurrent_weight_drop``: DropConnect on the recurrent kernel, against Keras's layers with the dropped kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.config.problems import ConfigError

KINDS = ("LSTM", "GRU", "SimpleRNN")
FEATURES, UNITS, RATE = 3, 6, 0.4
X = np.random.default_rng(0).normal(size=(4, 9, FEATURES)).astype(np.float32)
MASK = np.arange(9) < np.array([9, 3, 1, 6])[:, np.newaxis]


def _layer(kind: str, **options: Any) -> Any:
    from seqclf.layers import recurrent

    options = {"return_sequences": True, "zero_output_for_mask": True, "recurrent_weight_drop": RATE, **options}
    layer = getattr(recurrent, kind)(UNITS, seed=7, **options)
    layer.build((None, None, FEATURES))
    return layer


def _run(layer: Any, training: bool = True) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The outputs, and the gradient of each weight from a weighted sum of them."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        outputs = layer(X, mask=tf.constant(MASK), training=training)
        total = tf.reduce_sum(outputs * np.random.default_rng(1).normal(size=outputs.shape))
    gradients = tape.gradient(total, layer.trainable_variables)
    names = [variable.name for variable in layer.trainable_variables]
    return np.asarray(outputs), {name: np.asarray(one) for name, one in zip(names, gradients, strict=True)}


@pytest.mark.parametrize("how", ["fast", "two parts", "portable", "wide"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_that_of_keras_with_the_dropped_kernel(kind: str, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from seqclf.layers import lstm

    if how == "wide":
        monkeypatch.setattr(lstm, "_WIDE", UNITS)
    layer = _layer(kind)
    layer.parts, layer.portable = (2 if how == "two parts" else 1), how == "portable"
    outputs, gradients = _run(layer)
    kept = gradients["recurrent_kernel"] != 0  # nothing of a dropped entry reaches the loss
    assert 0.4 < kept.mean() < 0.8
    theirs = getattr(keras.layers, kind)(UNITS, return_sequences=True, zero_output_for_mask=True)
    theirs.build((None, None, FEATURES))
    scale = kept / (1 - RATE)
    theirs.set_weights(
        [
            np.asarray(weight) * (scale if weight.name == "recurrent_kernel" else 1)
            for weight in layer.trainable_variables
        ]
    )
    expected, of_dropped = _run(theirs)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    for name, gradient in gradients.items():
        of_theirs = of_dropped[name] * (scale if name == "recurrent_kernel" else 1)
        np.testing.assert_allclose(gradient, of_theirs, rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_each_call_draws_a_new_mask_which_the_seed_s_state_determines(kind: str) -> None:
    layer = _layer(kind, dropout=0.2)
    state = layer.cell.seed_generator.state
    first, second = _run(layer)[0], _run(layer)[0]
    assert not np.array_equal(first, second)
    state.assign(_layer(kind, dropout=0.2).cell.seed_generator.state)
    assert np.array_equal(_run(layer)[0], first)
    assert np.array_equal(_run(layer)[0], second)
    alone = _layer(kind)
    before = np.asarray(alone.cell.seed_generator.state)
    assert np.array_equal(_run(alone, training=False)[0], _run(alone, training=False)[0])
    assert np.array_equal(np.asarray(alone.cell.seed_generator.state), before)


def test_directions_and_segments_have_it() -> None:
    """With masks of their own: each direction's output changes with the option alone."""
    from seqclf.model.build import build_model

    token_ids = np.array([[5, 6, 7, 8, 9, 5], [7, 9, 0, 0, 0, 0]], np.int32)
    base = {"type": "gru", "units": 4, "bidirectional": True, "segment": 3}

    def kept(drop: float) -> list[np.ndarray]:
        import tensorflow as tf

        layers = [{**base, "recurrent_weight_drop": drop}, {"type": "pool", "method": "mean"}]
        model = build_model(checked_config(small_config(data__train="a", layers=layers)), 20, ["a", "b"])
        weights = [weight for weight in model.trainable_variables if weight.name == "recurrent_kernel"]
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(model(token_ids, training=True))
        return [np.asarray(gradient) != 0 for gradient in tape.gradient(total, weights)]

    assert [one.all() for one in kept(0.0)] == [True, True]
    forward, backward = kept(0.5)
    assert 0.2 < forward.mean() < 0.8
    assert not np.array_equal(forward, backward)


@pytest.mark.parametrize("kind", KINDS)
def test_files_keep_it_and_plain_layers_predict_the_same(kind: str, tmp_path: Path) -> None:
    import keras

    from seqclf.layers import recurrent

    layers = [
        keras.Input((None, FEATURES)),
        recurrent.Bidirectional(_layer(kind)),
        getattr(recurrent, kind)(3, recurrent_weight_drop=0.3),
    ]
    model = keras.Sequential(layers)
    model.save(tmp_path / "ours.keras")
    read = keras.models.load_model(tmp_path / "ours.keras")
    both_ways, last = read.layers
    rates = [both_ways.forward_layer, both_ways.backward_layer, last]
    assert [one.recurrent_weight_drop for one in rates] == [RATE, RATE, 0.3]
    plain = recurrent.plain(model)
    plain.save(tmp_path / "plain.keras")
    assert type(plain.layers[-1]) is getattr(keras.layers, kind)
    assert "recurrent_weight_drop" not in str(plain.get_config())
    expected = model(X)
    for other in (read, plain, keras.models.load_model(tmp_path / "plain.keras"), recurrent.accelerated(plain)):
        np.testing.assert_allclose(other(X), expected, atol=1e-6)


def test_a_layer_without_it_has_keras_s_config() -> None:
    import keras

    from seqclf.layers import recurrent

    name = "one"
    assert recurrent.GRU(3, name=name).get_config() == keras.layers.GRU(3, name=name).get_config()


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_with_a_gpu_only_a_layer_with_it_takes_our_path(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"])
    assert _layer(kind).is_fast
    assert not _layer(kind, recurrent_weight_drop=0.0).is_fast


@pytest.mark.parametrize(
    "options",
    [
        {"recurrent_dropout": 0.1},
        {"activation": "relu"},
        {"recurrent_activation": "relu"},
        {"reset_after": False},
        {"dtype": "mixed_float16"},
        {"unroll": True},
        {"recurrent_weight_drop": 1.0},
    ],
    ids=str,
)
def test_a_layer_that_could_not_do_it_says_so(options: dict[str, Any]) -> None:
    from seqclf.layers import recurrent

    with pytest.raises(ValueError, match="recurrent_weight_drop"):
        recurrent.GRU(3, **{"recurrent_weight_drop": 0.1, **options})


@pytest.mark.parametrize(
    ("kind", "option", "value", "instead"),
    [
        ("lstm", "recurrent_dropout", 0.1, "0"),
        ("simple_rnn", "activation", "relu", "tanh"),
        ("lstm", "recurrent_activation", "tanh", "sigmoid"),
        ("gru", "reset_after", False, "true"),
    ],
)
def test_a_config_that_could_not_do_it_says_what_to_change(kind: str, option: str, value: Any, instead: str) -> None:
    inner = {"type": kind, "units": 3, "recurrent_weight_drop": 0.2, option: value}
    layers = [{"type": "residual", "layer": inner}, {"type": "pool"}]
    with pytest.raises(ConfigError) as raised:
        checked_config(small_config(data__train="a.csv", layers=layers))
    (problem,) = raised.value.problems
    assert problem.path == ("layers", 0, "layer", option)
    assert f"set it to {instead}, or remove recurrent_weight_drop" in problem.message


def test_cells_without_a_recurrent_kernel_do_not_have_it() -> None:
    layers = [{"type": "qrnn", "units": 3, "recurrent_weight_drop": 0.2}]
    with pytest.raises(ConfigError, match="unknown option for qrnn"):
        checked_config(small_config(data__train="a.csv", layers=layers))
