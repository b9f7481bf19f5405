"""The recurrent configs against the same models written by hand in Keras: same outputs, same training."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqclf.config import Override, load_config
from seqclf.labels import Labels

ROOT = Path(__file__).parents[1]
VOCABULARY = 200
STEPS = 50

Layers = list[Any]


def _course(*recurrent: Callable[[Any], Any]) -> Callable[[Any, int], Layers]:
    """An embedding, recurrent layers, a dense layer of 64 and the output."""

    def layers(keras: Any, dim: int) -> Layers:
        kinds = keras.layers
        embedding = kinds.Embedding(VOCABULARY, dim, mask_zero=True)
        return [embedding, *(one(kinds) for one in recurrent), kinds.Dense(64, activation="relu"), kinds.Dense(1)]

    return layers


def _both_ways(kind: str, units: int, **options: Any) -> Callable[[Any], Any]:
    return lambda kinds: kinds.Bidirectional(getattr(kinds, kind)(units, **options))


def _seven_labels(keras: Any, dim: int) -> Layers:
    kinds = keras.layers
    embedding = kinds.Embedding(VOCABULARY, dim, mask_zero=True)
    return [embedding, kinds.Bidirectional(kinds.GRU(64)), kinds.Dense(7)]


BY_HAND: dict[str, Callable[[Any, int], Layers]] = {
    "imdb_lstm": _course(_both_ways("LSTM", 64)),
    "imdb_gru": _course(_both_ways("GRU", 64)),
    "imdb_stacked_lstm": _course(_both_ways("LSTM", 64, return_sequences=True), _both_ways("LSTM", 32)),
    "imdb_stacked_gru": _course(_both_ways("GRU", 64, return_sequences=True), _both_ways("GRU", 32)),
    "simple_rnn": _course(_both_ways("SimpleRNN", 64)),
    "seven_labels": _seven_labels,
}

VARIANTS: dict[str, dict[str, Any]] = {
    "simple_rnn": {"layers": [{"type": "simple_rnn", "units": 64, "bidirectional": True}]},
    "seven_labels": {"head": []},
}
"""What differs from the config ``imdb_gru``."""


def _without_dropout(name: str) -> Any:
    changes = [Override((option,), value, "test") for option, value in VARIANTS.get(name, {}).items()]
    config = load_config(ROOT / "configs" / f"{'imdb_gru' if changes else name}.yaml", changes)
    layers = [layer.model_copy(update={"dropout": 0.0}) for layer in config.layers]
    head = [layer for layer in config.head if getattr(layer, "rate", None) is None]
    embedding = config.embedding.model_copy(update={"dropout": 0.0, "word_dropout": 0.0})
    return config.model_copy(update={"layers": layers, "head": head, "embedding": embedding})


def _batches(labels: int) -> list[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(5)
    batches = []
    for _ in range(4):
        lengths = draw.integers(1, 25, size=16)
        tokens = draw.integers(1, VOCABULARY, size=(16, lengths.max()))
        tokens[np.arange(tokens.shape[1]) >= lengths[:, np.newaxis]] = 0
        batches.append((tokens.astype(np.int32), draw.integers(0, labels, size=16).astype(np.int32)))
    return batches


@pytest.mark.parametrize("name", BY_HAND)
def test_outputs_and_losses_are_those_of_the_model_written_by_hand(name: str) -> None:
    """The same weights: outputs to 1e-5; then 50 steps of Adam over four batches, no dropout: losses to 1e-4."""
    import keras
    import tensorflow as tf

    from seqclf.model.build import build_model, logits_model
    from seqclf.tasks.classification.task import Classification
    from seqclf.training.step import build_train_step

    config = _without_dropout(name)
    count = 7 if name == "seven_labels" else 2
    model = build_model(config, VOCABULARY, [str(i) for i in range(count)])
    by_hand = keras.Sequential([keras.Input((None,)), *BY_HAND[name](keras, config.embedding.dim)])
    by_hand.set_weights(model.get_weights())
    batches = _batches(count)
    np.testing.assert_allclose(logits_model(model)(batches[0][0]), by_hand(batches[0][0]), atol=1e-5)

    optimizer = config.training.optimizer
    assert optimizer.type == "adam"
    adam = keras.optimizers.Adam(optimizer.learning_rate, global_clipnorm=optimizer.clip_norm)
    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    loss_of = binary if count == 2 else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    weights = by_hand.trainable_variables

    targets = tf.TensorSpec([None, 1] if count == 2 else [None], tf.int32)

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32), targets], autograph=False)
    def step(tokens: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = loss_of(labels, by_hand(tokens, training=True))
        adam.apply(tape.gradient(loss, weights), weights)
        return loss

    ours = build_train_step(model, optimizer.build(), Classification(Labels(("a", "b"))))
    losses = [
        (
            float(ours(tokens, labels).loss) / len(tokens),
            float(step(tokens, labels[:, np.newaxis] if count == 2 else labels)),
        )
        for tokens, labels in itertools.islice(itertools.cycle(batches), STEPS)
    ]
    np.testing.assert_allclose(*zip(*losses, strict=True), rtol=0, atol=1e-4)
    assert losses[0][0] - 0.05 > np.mean([ours for ours, _ in losses[-4:]]), "it was trained"


def test_every_shipped_config_of_lstm_gru_or_simple_rnn_alone_is_compared() -> None:
    """Configs with classifiers of the course: only such layers before dense ones."""
    kinds = {"lstm", "gru", "simple_rnn"}
    plain = set()
    for path in sorted((ROOT / "configs").glob("*.yaml")):
        config = load_config(path, [Override(("name",), "x", "test")])
        found = {layer.short_name for layer in config.layers}
        if config.task.needs_labels and found and found <= kinds and config.ngrams is None:
            plain.add(path.stem)
    assert plain == set(BY_HAND) - set(VARIANTS) | {"quickstart"}
