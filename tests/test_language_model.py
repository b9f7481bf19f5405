"""Language models: the model, its training step, its validation, and what is carried from window to window."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from language_models import lm_config

from seqclf.config import Config, checked_config
from seqclf.data.prepare import TrainingData, prepare
from seqclf.data.windows import Windows
from seqclf.metrics.language_model import LanguageModelMetrics, Surprise
from seqclf.model.language_model import build_language_model
from seqclf.tasks.kinds import task_of
from seqclf.training.state import TrainingState
from seqclf.training.step import build_train_step

VOCABULARY = 60


def _prepared(train: Path, **changes: Any) -> tuple[Config, TrainingData]:
    config = checked_config(lm_config(train, **changes))
    return config, prepare(config)


def _model(**changes: Any) -> keras.Model:
    return build_language_model(checked_config(lm_config(data={"source": "sample"}, **changes)), VOCABULARY)


LAYERS: dict[str, list[dict[str, Any]]] = {
    "lstm": [{"type": "lstm", "units": 8}],
    "two": [{"type": "gru", "units": 6}, {"type": "spatial_dropout", "rate": 0.5}, {"type": "simple_rnn", "units": 8}],
    "input gated": [{"type": "qrnn", "units": 6}, {"type": "layer_norm"}, {"type": "min_lstm", "units": 8}],
    "residual": [{"type": "residual", "layer": {"type": "sru", "units": 8}}],
}


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_windows_with_carried_states_give_the_logits_of_the_whole_text(name: str, tied: bool) -> None:
    model = _model(layers=LAYERS[name], task={"tied": tied})
    tokens = tf.constant(np.random.default_rng(0).integers(1, VOCABULARY, size=(3, 20)).astype(np.int32))
    zeros = [tf.zeros([3, state.shape[1]]) for state in model.inputs[1:]]
    whole = model([tokens, *zeros])
    states: list[Any] = zeros
    pieces = []
    for start, stop in ((0, 1), (1, 9), (9, 20)):
        logits, *states = model([tokens[:, start:stop], *states])
        pieces.append(logits)
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole[0], atol=1e-6)
    for state, last in zip(states, whole[1:], strict=True):
        np.testing.assert_allclose(state, last, atol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_no_prediction_depends_on_later_tokens(name: str) -> None:
    model = _model(layers=LAYERS[name])
    tokens = np.random.default_rng(0).integers(1, VOCABULARY, size=(2, 12)).astype(np.int32)
    zeros = [np.zeros((2, state.shape[1]), np.float32) for state in model.inputs[1:]]
    changed = tokens.copy()
    changed[:, 7:] = 1
    before, after = (model([one, *zeros])[0][:, :7] for one in (tokens, changed))
    np.testing.assert_allclose(before, after, atol=1e-6)


def test_tied_weights_are_one_variable_and_load_again(tmp_path: Path) -> None:
    tied, free = _model(), _model(task={"tied": False})
    assert free.count_params() - tied.count_params() == VOCABULARY * 8
    assert [weight.shape for weight in tied.weights].count((VOCABULARY, 8)) == 1
    tied.weights[0].assign(tied.weights[0] + 1)
    tied.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    inputs = [np.array([[3, 4, 5]], np.int32), np.ones((1, 8), np.float32)]
    np.testing.assert_array_equal(loaded(inputs)[0], tied(inputs)[0])
    embedding = loaded.get_layer("embedding")
    embedding.embeddings.assign(embedding.embeddings * 0)
    np.testing.assert_array_equal(loaded(inputs)[0], np.zeros((1, 3, VOCABULARY)))


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_losses_of_50_steps_are_those_of_the_model_written_by_hand(kind: str, sample_csv: Path) -> None:
    """A stateful Keras model over the same windows, with Adam: losses to one part in 10,000."""
    layers, adam = [{"type": kind.lower(), "units": 8}], {"learning_rate": 0.01, "clip_norm": 1.0}
    config, data = _prepared(
        sample_csv, layers=layers, embedding__dropout=0.0, task={"tied": False, "window": 7}, training__optimizer=adam
    )
    task = task_of(config, data)
    model = task.model(config, data)
    windows = task.batches(data.train, config, training=True)
    tokens, units = data.tokenizer.vocabulary_size + 1, 8
    inputs = keras.Input(batch_shape=(windows.streams, None), dtype="int32")
    recurrent = getattr(keras.layers, kind)(units, return_sequences=True, stateful=True)
    embedded = keras.layers.Embedding(tokens, 8)(inputs)
    by_hand = keras.Model(inputs, keras.layers.Dense(tokens)(recurrent(embedded)))
    embedding, ours, output = (model.get_layer(name) for name in ("embedding", f"layers_0_{kind.lower()}", "logits"))
    kernel, bias = output.get_weights()
    by_hand.set_weights([*embedding.get_weights(), *ours.get_weights(), kernel.T, bias])
    theirs = keras.optimizers.Adam(0.01, global_clipnorm=1.0)

    @tf.function(reduce_retracing=True)
    def step(token_ids: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, by_hand(token_ids, training=True))
            loss = tf.reduce_mean(losses)
        theirs.apply(tape.gradient(loss, by_hand.trainable_variables), by_hand.trainable_variables)
        return loss

    state = TrainingState.begin(model, config.training, carried=task.carried(model))
    take_step = build_train_step(model, state.optimizer, task, carried=state.carried)
    found = []
    epochs = (windows.shuffled(1, epoch) for epoch in itertools.count(1))
    full = (window for plan in epochs for window in plan if window.stop - window.start == 7)
    for window in itertools.islice(full, 50):
        batch = windows.batch(window)
        if (batch[1] == 0).any():
            continue
        if batch[2].any():
            recurrent.reset_states()
        result = take_step(*batch)
        found.append((float(result.loss) / float(result.weight), float(step(batch[0], batch[1]))))
    assert len(found) >= 45
    np.testing.assert_allclose(*zip(*found, strict=True), rtol=1e-4)
    assert found[0][0] - 0.3 > found[-1][0], "it was trained"


def test_a_step_starts_from_the_states_of_the_step_before(sample_csv: Path) -> None:
    config, data = _prepared(sample_csv, embedding__dropout=0.0)
    task = task_of(config, data)
    model = task.model(config, data)
    carried = task.carried(model)
    forward = task.forward(model, carried)
    windows = task.batches(data.train, config, training=True)
    first, second = (windows.batch(window) for window in windows.shuffled(1, 1)[:2])
    assert first[2].all()
    assert not second[2].any()
    task.sums(forward, list(map(tf.constant, first)))
    after_first = carried[0].numpy()
    assert np.abs(after_first).max() > 0
    expected = model([second[0], after_first])
    task.sums(forward, list(map(tf.constant, second)))
    np.testing.assert_allclose(carried[0], expected[1], atol=1e-6)
    task.sums(forward, list(map(tf.constant, first)))
    np.testing.assert_allclose(carried[0], after_first, atol=1e-6)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_validation_is_the_mean_over_all_tokens_of_one_stream(direction: str, sample_csv: Path) -> None:
    """Cut into overlapping streams or not, and against a pass over the whole sequence at once."""
    config, data = _prepared(sample_csv, task={"direction": direction}, embedding__dropout=0.0)
    assert data.validation is not None
    task = task_of(config, data)
    model = task.model(config, data)
    texts = data.validation
    one = Windows(texts, data.tokenizer.vocabulary_size, 1, 10, backward=direction == "backward")
    metrics = task.validator(model).metrics(one)
    order = one.in_order()[0].order
    sequence = one._read(order, 0, one.predictions + 1)
    logits = model([sequence[np.newaxis, :-1], np.zeros((1, 8), np.float32)])[0]
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(sequence[np.newaxis, 1:], logits)
    assert metrics.loss == pytest.approx(float(tf.reduce_mean(losses)), rel=1e-5)
    assert metrics.tokens == one.predictions == int(texts.offsets[-1]) + len(texts)
    several = task.batches(texts, config, training=False)
    assert several.streams > 1
    assert task.validator(model).metrics(several).loss == pytest.approx(metrics.loss, rel=1e-3)


def test_scores_follow_from_the_summed_surprise() -> None:
    metrics = LanguageModelMetrics.of(Surprise(math.log(2) * 300, tokens=100, words=50, characters=600), texts=7)
    assert metrics.loss == pytest.approx(3 * math.log(2))
    assert metrics.perplexity == pytest.approx(8)
    assert metrics.word_perplexity == pytest.approx(64)
    assert metrics.bits_per_character == pytest.approx(0.5)
    assert LanguageModelMetrics.from_json(metrics.to_json()) == metrics
    assert metrics.score("perplexity") == pytest.approx(-8)
    hopeless = LanguageModelMetrics.of(Surprise(1e9, tokens=1, words=1, characters=1), texts=1)
    assert math.isfinite(hopeless.perplexity)


@pytest.mark.parametrize("penalty", ["activation_penalty", "change_penalty"])
def test_penalties_add_the_mean_square_of_what_they_name(penalty: str, sample_csv: Path) -> None:
    losses = {}
    for strength in (0.0, 2.0):
        config, data = _prepared(sample_csv, task={penalty: strength}, embedding__dropout=0.0)
        task = task_of(config, data)
        model = task.model(config, data)
        windows = task.batches(data.train, config, training=True)
        batch = windows.batch(windows.shuffled(1, 1)[0])
        sums = task.sums(task.forward(model, task.carried(model)), list(map(tf.constant, batch)))
        losses[strength] = float(sums.loss) / float(sums.weight)
    outputs = model.get_layer("layers_0_gru")(
        model.get_layer("embedding")(batch[0]), initial_state=[tf.zeros([windows.streams, 8])]
    )[0].numpy()
    squares = outputs if penalty == "activation_penalty" else np.diff(outputs, axis=1)
    assert losses[2.0] - losses[0.0] == pytest.approx(2 * float(np.mean(squares**2)), rel=1e-3)
