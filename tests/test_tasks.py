"""A second task, added as one class: the loop, the step, the state and the events know nothing about labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import small_config

from seqclf.config import Config, checked_config
from seqclf.data.batches import Batches
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import TrainingData, prepare
from seqclf.labels import Labels
from seqclf.model.build import build_model
from seqclf.model.encoder import encode
from seqclf.model.forward import Forward
from seqclf.tasks.base import Sums, Task
from seqclf.tasks.classification.losses import cross_entropy
from seqclf.tasks.classification.objectives import OnePass, Terms, TextForward
from seqclf.tasks.classification.task import Classification
from seqclf.training.events import EpochDone, StepDone, TrainingDone
from seqclf.training.loop import training_events
from seqclf.training.state import TrainingState
from seqclf.training.step import build_train_step


@dataclass(frozen=True)
class IsLong(Task):
    """Whether a text has more than ``tokens`` tokens; each of its tokens counts as one prediction of it."""

    tokens: int

    def model(
        self, config: Config, data: TrainingData, *, vectors: Any = None, tokens: int | None = None
    ) -> keras.Model:
        token_ids = keras.Input((tokens,), dtype="int32")
        flow = encode(config, token_ids, data.tokenizer.vocabulary_size, vectors=vectors)
        return keras.Model(token_ids, keras.layers.Dense(1, name="is_long")(flow.x))

    def batches(self, texts: EncodedTexts, config: Config, *, training: bool) -> Batches:
        return Batches.of(texts, config)

    def forward(self, model: keras.Model, carried: Any = ()) -> Forward:
        return Forward(model, "is_long")

    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        return [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)]

    def sums(self, forward: Forward, batch: Any) -> Sums:
        lengths = tf.math.count_nonzero(batch[0], axis=1, dtype=tf.float32)
        outputs = forward(batch[0])[:, 0]
        truth = lengths > self.tokens
        losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(truth, tf.float32), outputs)
        correct = tf.where((outputs > 0) == truth, lengths, 0.0)
        return Sums(tf.reduce_sum(losses * lengths), tf.reduce_sum(lengths), tf.cast(tf.reduce_sum(correct), tf.int64))

    def validator(self, model: keras.Model) -> LengthValidator:
        return LengthValidator(model, self.tokens)

    @property
    def metrics(self) -> type[LengthMetrics]:
        return LengthMetrics


@dataclass(frozen=True)
class LengthMetrics:
    accuracy: float

    @classmethod
    def monitored(cls) -> tuple[str, ...]:
        return ("accuracy",)

    def headline(self) -> tuple[tuple[str, float], ...]:
        return (("accuracy", self.accuracy),)

    def score(self, name: str) -> float:
        return self.accuracy

    def to_json(self) -> dict[str, Any]:
        return {"accuracy": self.accuracy}

    @classmethod
    def from_json(cls, saved: Any) -> LengthMetrics:
        return cls(**saved)


@dataclass(frozen=True)
class LengthValidator:
    trained: keras.Model
    tokens: int

    def metrics(self, validation: Batches) -> LengthMetrics:
        token_ids = validation.batch(range(len(validation.texts)))[0]
        correct = (np.asarray(self.trained(token_ids))[:, 0] > 0) == (np.count_nonzero(token_ids, axis=1) > self.tokens)
        return LengthMetrics(float(correct.mean()))


def _prepared(data: Path, cell: str = "simple_rnn", **training: Any) -> tuple[Config, TrainingData]:
    options = {"epochs": 4, "batch_size": 16, "optimizer": {"learning_rate": 0.02}, **training}
    layers = [{"type": cell, "units": 8}]
    changes: dict[str, Any] = {"layers": layers, "head": [], "training": options, "embedding__dropout": 0.0}
    config = checked_config(small_config(data__train=str(data), **changes))
    return config, prepare(config)


@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_second_task_trains(sample_csv: Path, accumulate: int) -> None:
    config, data = _prepared(sample_csv, "gru", accumulate_steps=accumulate, epochs=4 * accumulate)
    assert data.validation is not None
    task = IsLong(int(np.median(Batches.of(data.train, config).lengths)))
    train = task.batches(data.train, config, training=True)
    validation = task.batches(data.validation, config, training=False)
    state = TrainingState.begin(task.model(config, data), config.training)
    events = list(training_events(state, train, validation, task, config.training, seed=1))
    steps = [event for event in events if isinstance(event, StepDone)]
    assert all(step.weight == step.tokens for step in steps), "a loss for each token, not for each text"
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert epochs[-1].loss < 0.5 * epochs[0].loss
    assert epochs[-1].accuracy > 0.9
    assert state.best_validation is not None and task.metrics.from_json(state.best_validation).accuracy > 0.9
    assert isinstance(events[-1], TrainingDone)
    content = state.to_bytes()
    again = TrainingState.begin(task.model(config, data), config.training)
    again.load(content)
    assert again.to_bytes() == content


def test_batches_of_unequal_weight_are_one_batch(sample_csv: Path) -> None:
    """The mean is over all tokens of an update, not over the means of its batches."""
    config, data = _prepared(sample_csv, accumulate_steps=2, optimizer={"type": "sgd", "learning_rate": 0.5})
    train, task = Batches.of(data.train, config), IsLong(7)
    order = np.argsort(train.lengths)[:24]
    weights = []
    for plan in ([order], [order[:4], order[4:]]):
        keras.utils.set_random_seed(1)
        state = TrainingState.begin(task.model(config, data), config.training)
        step = build_train_step(state.model, state.optimizer, task, state.accumulator)
        for number, places in enumerate(plan, 1):
            step(*train.batch(places), update=number == len(plan))
        weights.append([np.asarray(weight) for weight in state.model.get_weights()])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6)


class TwoPasses:
    """Cross-entropy, and how much two passes with different dropout disagree (R-Drop, Liang et al. 2021)."""

    passes = 2

    def __call__(
        self, forward: TextForward, token_ids: tf.Tensor, label_ids: tf.Tensor, unlabelled: Any = None
    ) -> Terms:
        one, other = forward(token_ids), forward(token_ids)
        losses = cross_entropy(one, label_ids) + cross_entropy(other, label_ids)
        return Terms(losses + tf.reduce_sum((one - other) ** 2, axis=1), one)


class MovedVectors:
    """The loss at vectors moved by a fixed amount; one pass reads the texts as they are."""

    passes = 2

    def __call__(
        self, forward: TextForward, token_ids: tf.Tensor, label_ids: tf.Tensor, unlabelled: Any = None
    ) -> Terms:
        logits = forward(token_ids)
        moved = forward(token_ids, vectors=forward.embed(token_ids) + 0.5)
        return Terms(cross_entropy(logits, label_ids) + cross_entropy(moved, label_ids), logits)


NGRAMS = {"orders": [1, 2], "buckets": 64}
IDS, LABELS = np.array([[5, 6, 7], [8, 9, 0]], np.int32), np.array([0, 1], np.int32)


def _classifier(objective: Any, **changes: Any) -> tuple[TrainingState, Any, Classification]:
    options = {"optimizer": {"type": "sgd", "learning_rate": 0.1}, "accumulate_steps": 2}
    layers = [{"type": "simple_rnn", "units": 4, "dropout": 0.5}]
    changed = {"layers": layers, "head": [], "training": options, **changes}
    config = checked_config(small_config(data__train="a.csv", **changed))
    task = Classification(Labels(("a", "b")), config.training, objective)
    state = TrainingState.begin(build_model(config, 30, task.labels), config.training)
    return state, build_train_step(state.model, state.optimizer, task, state.accumulator), task


@pytest.mark.parametrize("ngrams", [None, NGRAMS], ids=["network", "with n-grams"])
def test_an_objective_of_two_passes_draws_two_dropout_masks(ngrams: Any) -> None:
    state, step, task = _classifier(TwoPasses(), ngrams=ngrams)
    batch = task.forward(state.model)
    scores = [] if ngrams is None else [tf.zeros((2, 1))]
    one, other = (batch.with_given(*scores)(tf.constant(IDS)) for _ in range(2))
    assert not np.array_equal(one, other)
    before = state.to_bytes()
    first = step(IDS, LABELS, *scores)
    after = state.to_bytes()
    state.load(before)
    again = step(IDS, LABELS, *scores)
    assert state.to_bytes() == after
    assert float(first.loss) == float(again.loss)
    assert task.passes == 2


@pytest.mark.parametrize("ngrams", [None, NGRAMS], ids=["network", "with n-grams"])
def test_an_objective_may_change_the_vectors_of_tokens(ngrams: Any) -> None:
    plain = [{"type": "simple_rnn", "units": 4}]
    state, step, task = _classifier(MovedVectors(), ngrams=ngrams, layers=plain, embedding__dropout=0.0)
    scores = [] if ngrams is None else [tf.ones((2, 1))]
    forward = task.forward(state.model).with_given(*scores)
    ids = tf.constant(IDS)
    logits = forward(ids)
    np.testing.assert_array_equal(forward(ids, vectors=forward.embed(ids)), logits)
    loss = float(step(IDS, LABELS, *scores, update=False).loss)
    table = state.model.get_layer("embedding").embeddings
    table.assign(np.array(table) + 0.5)
    expected = cross_entropy(logits, LABELS) + cross_entropy(forward(ids), LABELS)
    assert loss == pytest.approx(float(np.sum(expected)), rel=1e-5)


def test_penalties_count_once_whatever_the_number_of_passes() -> None:
    class Nothing:
        passes = 3

        def __call__(
            self, forward: TextForward, token_ids: tf.Tensor, label_ids: tf.Tensor, unlabelled: Any = None
        ) -> Terms:
            logits, *_ = (forward(token_ids) for _ in range(3))
            return Terms(0.0 * cross_entropy(logits, label_ids), logits)

    layers = [{"type": "simple_rnn", "units": 4, "kernel_l2": 0.5}]
    state, step, _ = _classifier(Nothing(), layers=layers)
    kernel = state.model.get_layer("layers_0_simple_rnn").weights[0]
    before = np.array(kernel)
    step(IDS, LABELS)
    np.testing.assert_allclose(kernel, before * (1 - 0.1 * 2 * 0.5), rtol=1e-5)


def test_the_memory_estimate_counts_the_passes(sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.training.memory_estimate import memory_needs

    config, data = _prepared(sample_csv)
    one = memory_needs(config, data)
    monkeypatch.setattr(OnePass, "passes", 3)
    three = memory_needs(config, data)
    assert three.batch_bytes == 3 * one.batch_bytes
    assert three.state_bytes == one.state_bytes


@pytest.mark.parametrize("workers", [2, 3])
def test_the_parts_of_several_workers_add_up_to_the_batch(sample_csv: Path, workers: int) -> None:
    """Worker k of n takes every n-th row; with more workers than rows, some parts are empty."""
    config, data = _prepared(sample_csv, accumulate_steps=2, optimizer={"type": "sgd"})
    task = Classification.of(config, data)
    train = task.batches(data.train, config, training=True)
    plan = [train.shuffled(1, 1)[0], np.array([3, 5])]
    updated, results = [], []
    for count in (1, workers):
        state = TrainingState.begin(task.model(config, data), config.training)
        step = build_train_step(state.model, state.optimizer, task, state.accumulator)
        for indices in plan:
            parts = [step(*train.batch(indices[k::count]), update=k == count - 1) for k in range(count)]
            results.append([sum(float(part[i]) for part in parts) for i in range(4)])
        updated.append([np.asarray(weight) for weight in state.model.get_weights()])
    np.testing.assert_allclose(results[:2], results[2:], rtol=1e-5)
    for one, other in zip(*updated, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6)


def test_a_batch_without_rows_has_token_ids_of_one_step(sample_csv: Path) -> None:
    config, data = _prepared(sample_csv)
    token_ids, labels = Batches.of(data.train, config).batch([])
    assert token_ids.shape == (0, 1)
    assert labels.shape == (0,)
