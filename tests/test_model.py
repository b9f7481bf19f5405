"""``build_model``: shapes, masks, seeds, and that every option of a layer does something."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config

LAYERS: dict[str, list[dict[str, Any]]] = {
    "lstm": [{"type": "lstm", "units": 4}],
    "bilstm": [{"type": "lstm", "units": 4, "bidirectional": True}],
    "gru": [{"type": "gru", "units": 4}],
    "bigru": [{"type": "gru", "units": 4, "bidirectional": True}],
    "simple_rnn": [{"type": "simple_rnn", "units": 4}],
    "bisimple_rnn": [{"type": "simple_rnn", "units": 4, "bidirectional": True}],
    "min_gru": [{"type": "min_gru", "units": 4}],
    "bimin_lstm": [{"type": "min_lstm", "units": 4, "bidirectional": True}],
    "qrnn": [{"type": "qrnn", "units": 4}],
    "bisru": [{"type": "sru", "units": 4, "bidirectional": True}],
    "segments": [{"type": "lstm", "units": 4, "bidirectional": True, "segment": 3}, {"type": "pool", "method": "max"}],
    "mean": [{"type": "pool", "method": "mean"}],
    "max": [{"type": "pool", "method": "max"}],
    "conv1d": [{"type": "conv1d", "filters": 4, "kernel_size": 4}, {"type": "gru", "units": 4}],
    "max_pool1d": [{"type": "max_pool1d", "size": 3}, {"type": "gru", "units": 4}],
    "conv1d-max_pool1d": [
        {"type": "conv1d", "filters": 4, "kernel_size": 3},
        {"type": "max_pool1d", "size": 2},
        {"type": "pool", "method": "max"},
    ],
    "dropout": [{"type": "dropout", "rate": 0.5}, {"type": "pool"}],
}
STACKS = LAYERS | {
    f"{a}-{b}": [*LAYERS[a], *LAYERS[b]]
    for a, b in itertools.product(LAYERS, LAYERS)
    if not any(layer["type"] == "pool" for layer in LAYERS[a])
}


def _model(labels: int = 2, **changes: Any) -> Any:
    from seqclf.model.build import build_model

    config = checked_config(small_config(data__train="x.csv", **changes))
    return build_model(config, 50, [str(i) for i in range(labels)])


def _padded(rows: list[list[int]], extra: int = 0) -> np.ndarray:
    width = max(map(len, rows)) + extra
    return np.array([row + [0] * (width - len(row)) for row in rows], dtype=np.int32)


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS.keys())
def test_padding_and_batch_mates_are_invisible(layers: list[dict[str, Any]]) -> None:
    model = _model(labels=3, layers=layers)
    rows = [[5], [7, 3, 9, 4, 2, 8, 6], [11, 12, 13]]
    together = model(_padded(rows, extra=5), training=False).numpy()
    alone = np.concatenate([model(_padded([row]), training=False).numpy() for row in rows])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert np.ptp(together, axis=0).min() > 1e-5, "the model must tell the texts apart"


@pytest.mark.parametrize(("labels", "columns"), [(2, 1), (3, 3)])
def test_output_follows_from_the_labels(labels: int, columns: int) -> None:
    from seqclf.model.build import logits_model

    model = _model(labels)
    tokens = _padded([[5, 6], [7]])
    probabilities = model(tokens).numpy()
    logits = logits_model(model)(tokens).numpy()
    assert probabilities.shape == logits.shape == (2, columns)
    if labels == 2:
        np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), atol=1e-6)
    else:
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_it_is_an_ordinary_keras_model() -> None:
    model = _model()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    tokens = _padded([[5, 6], [7]] * 8)
    history = model.fit(tokens, np.array([0, 1] * 8), epochs=12, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_equals_the_model_written_by_hand() -> None:
    """The course's model: the same weights give the same outputs."""
    import keras

    model = _model(
        embedding={"dim": 8},
        layers=[{"type": "lstm", "units": 6, "bidirectional": True}],
        head=[{"type": "dense", "units": 5, "activation": "relu"}],
    )
    by_hand = keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(50, 8, mask_zero=True),
            keras.layers.Bidirectional(keras.layers.LSTM(6)),
            keras.layers.Dense(5, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    by_hand.set_weights(model.get_weights())
    tokens = _padded([[5, 6, 7, 8], [7], [9, 10]])
    np.testing.assert_allclose(model(tokens), by_hand(tokens), atol=1e-6)


def test_initial_weights_follow_the_seed_and_nothing_else() -> None:
    import keras

    weights = []
    for global_seed, seed in ((1, 3), (2, 3), (1, 4)):
        keras.utils.set_random_seed(global_seed)
        weights.append(_model(seed=seed, layers=LAYERS["bilstm"]).get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not np.array_equal(weights[0][0], weights[2][0])
    names = [weight.path for weight in _model(layers=LAYERS["bilstm"]).weights]
    kernels = [weight for weight, name in zip(weights[0], names, strict=True) if name.endswith("/kernel")]
    assert not np.array_equal(kernels[0], kernels[1]), "the two directions start differently"


def test_a_convolution_equals_keras_s_on_a_text_alone() -> None:
    """Without padding there is nothing to hide: the layers are Keras's."""
    import keras

    model = _model(
        embedding={"dim": 3},
        layers=[
            {"type": "conv1d", "filters": 4, "kernel_size": 3},
            {"type": "max_pool1d", "size": 2},
            {"type": "pool"},
        ],
        head=[],
    )
    by_hand = keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(50, 3),
            keras.layers.Conv1D(4, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling1D(2),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    by_hand.set_weights(model.get_weights())
    tokens = _padded([[5, 6, 7, 8, 9, 4]])
    np.testing.assert_allclose(model(tokens), by_hand(tokens), atol=1e-6)


def test_vectors_are_where_their_tokens_are_and_others_random() -> None:
    from seqclf.model.build import build_model

    config = checked_config(small_config(data__train="x.csv", embedding={"dim": 3, "trainable": False}))
    vectors = {7: np.array([1, 2, 3], np.float32)}
    with_vectors = build_model(config, 50, ["a", "b"], vectors=vectors)
    without = build_model(config, 50, ["a", "b"])
    table, random = (model.get_layer("embedding").get_weights()[0] for model in (with_vectors, without))
    assert table[7].tolist() == [1, 2, 3]
    assert np.array_equal(np.delete(table, 7, axis=0), np.delete(random, 7, axis=0))
    assert not any(variable.path.startswith("embedding") for variable in with_vectors.trainable_variables)
