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
from seqclf.data.prepare import TrainingData, prepare
from seqclf.model.encoder import encoded
from seqclf.tasks.base import Sums
from seqclf.training.events import EpochDone, StepDone, TrainingDone
from seqclf.training.loop import training_events
from seqclf.training.state import TrainingState
from seqclf.training.step import build_train_step


@dataclass(frozen=True)
class IsLong:
    """Whether a text has more than ``tokens`` tokens; each of its tokens counts as one prediction of it."""

    tokens: int

    def model(self, config: Config, vocabulary_size: int) -> keras.Model:
        token_ids = keras.Input((None,), dtype="int32")
        return keras.Model(token_ids, keras.layers.Dense(1)(encoded(config, token_ids, vocabulary_size)))

    def training_model(self, model: keras.Model) -> keras.Model:
        return model

    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        return [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)]

    def sums(self, forward: keras.Model, batch: Any) -> Sums:
        lengths = tf.math.count_nonzero(batch[0], axis=1, dtype=tf.float32)
        outputs = forward(batch[0], training=True)[:, 0]
        truth = lengths > self.tokens
        losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(truth, tf.float32), outputs)
        correct = tf.where((outputs > 0) == truth, lengths, 0.0)
        return Sums(tf.reduce_sum(losses * lengths), tf.reduce_sum(lengths), tf.cast(tf.reduce_sum(correct), tf.int64))

    def validator(self, model: keras.Model) -> LengthValidator:
        return LengthValidator(model, self.tokens)

    def score(self, metrics: dict[str, Any], monitor: str) -> float:
        return float(metrics["accuracy"])


@dataclass(frozen=True)
class LengthValidator:
    trained: keras.Model
    tokens: int

    def metrics(self, validation: Batches) -> dict[str, Any]:
        token_ids = validation.batch(range(len(validation.texts)))[0]
        correct = (np.asarray(self.trained(token_ids))[:, 0] > 0) == (np.count_nonzero(token_ids, axis=1) > self.tokens)
        return {"loss": 0.0, "accuracy": float(correct.mean())}


def _prepared(data: Path, **training: Any) -> tuple[Config, TrainingData]:
    options = {"epochs": 4, "batch_size": 16, "optimizer": {"learning_rate": 0.02}, **training}
    layers = [{"type": "gru", "units": 8}]
    changes: dict[str, Any] = {"layers": layers, "head": [], "training": options, "embedding__dropout": 0.0}
    config = checked_config(small_config(data__train=str(data), **changes))
    return config, prepare(config)


@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_second_task_trains(sample_csv: Path, accumulate: int) -> None:
    config, data = _prepared(sample_csv, accumulate_steps=accumulate, epochs=4 * accumulate)
    train, validation = (Batches.of(texts, config) for texts in (data.train, data.validation) if texts is not None)
    task = IsLong(int(np.median(train.lengths)))
    state = TrainingState.begin(task.model(config, data.tokenizer.vocabulary_size), config.training)
    events = list(training_events(state, train, validation, task, config.training, seed=1))
    steps = [event for event in events if isinstance(event, StepDone)]
    assert all(step.weight == step.tokens for step in steps), "a loss for each token, not for each text"
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert epochs[-1].loss < 0.5 * epochs[0].loss
    assert epochs[-1].accuracy > 0.9
    assert state.best_validation is not None and state.best_validation["accuracy"] > 0.9
    assert isinstance(events[-1], TrainingDone)
    content = state.to_bytes()
    again = TrainingState.begin(task.model(config, data.tokenizer.vocabulary_size), config.training)
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
        state = TrainingState.begin(task.model(config, data.tokenizer.vocabulary_size), config.training)
        step = build_train_step(state.model, state.optimizer, task, state.accumulator)
        for number, places in enumerate(plan, 1):
            step(*train.batch(places), update=number == len(plan))
        weights.append([np.asarray(weight) for weight in state.model.get_weights()])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6)
