"""Language models: the model, its training step, its validation, and what is carried from window to window."""

from __future__ import annotations

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


def test_frozen_vectors_leave_the_bias_of_a_tied_output_layer_free(tmp_path: Path) -> None:
    model = _model(embedding={"dim": 8, "trainable": False})
    model.save(tmp_path / "model.keras")
    for one in (model, keras.models.load_model(tmp_path / "model.keras")):
        paths = [weight.path for weight in one.trainable_variables]
        assert "embedding/output_bias" in paths
        assert "embedding/embeddings" not in paths
    free = [weight.path for weight in _model().trainable_variables]
    assert {"embedding/output_bias", "embedding/embeddings"} <= set(free)


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
        losses[strength] = float(sums.loss)
    outputs = model.get_layer("layers_0_gru")(
        model.get_layer("embedding")(batch[0]), initial_state=[tf.zeros([windows.streams, 8])]
    )[0].numpy()
    squares = outputs if penalty == "activation_penalty" else np.diff(outputs, axis=1)
    assert sums.penalty is not None
    assert float(sums.penalty) / float(sums.weight) == pytest.approx(2 * float(np.mean(squares**2)), rel=1e-3)
    assert losses[2.0] == losses[0.0], "the perplexity that is shown is that of the tokens alone"
