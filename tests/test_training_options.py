"""The effects of training options: learning rates, decay, accumulated gradients, averaged weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, trained

from seqclf.config import checked_config
from seqclf.config.schema.optimizers import OPTIMIZERS
from seqclf.config.schema.optimizers.adamw import AdamW
from seqclf.config.schema.optimizers.sgd import Sgd
from seqclf.labels import Labels
from seqclf.runs import Run

NO_DROPOUT = {"embedding": {"dim": 8}, "layers": POOLED, "head": [{"type": "dense", "units": 5}]}


def _started(config: dict[str, Any]) -> tuple[Any, Any]:
    """The state before the first epoch, and the events of the training."""
    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of
    from seqclf.training.loop import training_events
    from seqclf.training.state import TrainingState

    checked = checked_config(config)
    data = prepare(checked)
    task = task_of(checked, data)
    state = TrainingState.begin(task.model(checked, data), checked.training)
    train = task.batches(data.train, checked, training=True)
    validation = task.batches(data.validation, checked, training=False) if data.validation else None
    return state, training_events(state, train, validation, task, checked.training, seed=checked.seed)


def _weights(state: Any) -> list[np.ndarray]:
    return list(state.model.get_weights())


def _rates(events: Any) -> list[float]:
    from seqclf.training.events import StepDone

    return [event.learning_rate for event in events if isinstance(event, StepDone)]


def _close(a: Sequence[np.ndarray], b: Sequence[np.ndarray], tolerance: float) -> None:
    for x, y in zip(a, b, strict=True):
        np.testing.assert_allclose(x, y, atol=tolerance, rtol=0)


def _same(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


# --- learning rates ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_saved_models")
def test_each_update_has_the_schedule_s_rate_and_history_tells_it(sample_csv: Path, tmp_path: Path) -> None:
    options = {"epochs": 2, "batch_size": 16, "log_every": 3, "schedule": {"type": "linear", "warmup": 4}}
    run = trained(small_config(data__train=str(sample_csv), training=options, layers=POOLED), tmp_path)
    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    messages = [line["learning_rate"] for line in lines if line["type"] == "steps"]
    expected = [1e-3 * min(n / 4, (17 - n) / 13) for n in (3, 6, 8, 11, 14, 16)]
    assert messages == pytest.approx(expected, rel=1e-12)


def test_the_optimizer_has_the_rate_and_the_step_is_traced_once(
    sample_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.tasks.classification import task
    from seqclf.training.events import StepDone

    traces = []
    build = task.build_loss

    def counting(*arguments: Any) -> Any:
        objective = build(*arguments)
        return lambda *batch: (traces.append(1), objective(*batch))[1]

    monkeypatch.setattr(task, "build_loss", counting)
    for extra in ({}, {"accumulate_steps": 3, "moving_average": {}}):
        traces.clear()
        options = {"epochs": 2, "batch_size": 16, "schedule": {"type": "cosine"}, **extra}
        state, events = _started(small_config(data__train=str(sample_csv), training=options))
        for event in events:
            if isinstance(event, StepDone):
                assert float(state.optimizer.learning_rate) == np.float32(event.learning_rate)
        assert len(traces) == 1


def test_a_schedule_counts_updates_not_steps(sample_csv: Path) -> None:
    """Eight batches per epoch in groups of three: three updates, the last one from two."""
    options = {"epochs": 2, "batch_size": 16, "accumulate_steps": 3, "schedule": {"type": "linear"}}
    state, events = _started(small_config(data__train=str(sample_csv), training=options))
    expected = [1e-3 * (7 - n) / 6 for n in (1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6)]
    assert _rates(events) == pytest.approx(expected, rel=1e-12)
    assert int(state.optimizer.iterations) == 6


def test_a_plateau_cuts_the_rate_down_to_its_least(sample_csv: Path) -> None:
    options = {
        "epochs": 7,
        "batch_size": 200,
        "early_stopping": {"min_delta": 9.0, "patience": 99},  # only the first epoch is best
        "schedule": {"type": "plateau", "factor": 0.1, "patience": 2, "final": 0.05},
    }
    _, events = _started(small_config(data__train=str(sample_csv), training=options))
    assert _rates(events) == pytest.approx([1e-3 * share for share in (1, 1, 1, 0.1, 0.1, 0.05, 0.05)])


def test_a_plateau_lets_better_epochs_pass(sample_csv: Path) -> None:
    """At a rate at which losses only fall a little with every epoch."""
    optimizer = {"type": "sgd", "learning_rate": 1e-3}
    options = {"epochs": 4, "batch_size": 16, "optimizer": optimizer, "schedule": {"type": "plateau", "patience": 1}}
    config = small_config(data__train=str(sample_csv), training=options, **NO_DROPOUT)
    _, events = _started(config)
    assert set(_rates(events)) == {1e-3}


# --- weight decay -----------------------------------------------------------------------------------------------------


RECURRENT = [{"type": "lstm", "units": 4}, {"type": "gru", "units": 3, "bidirectional": True}]


@pytest.mark.parametrize(("kind", "layers"), [(kind, RECURRENT if kind == "adam" else POOLED) for kind in OPTIMIZERS])
def test_weight_decay_applies_to_all_but_biases(kind: str, layers: list[dict[str, Any]], sample_csv: Path) -> None:
    from seqclf.training.events import StepDone

    def after_one_update(decay: float) -> tuple[Any, list[np.ndarray], list[np.ndarray]]:
        options = {"batch_size": 16, "optimizer": {"type": kind, "learning_rate": 0.1, "weight_decay": decay}}
        state, events = _started(small_config(data__train=str(sample_csv), training=options, layers=layers))
        before = _weights(state)
        next(event for event in events if isinstance(event, StepDone))
        return state, before, _weights(state)

    state, before, plain = after_one_update(0.0)
    _, _, decayed = after_one_update(0.5)
    names = [weight.name for weight in state.model.weights]
    assert {"bias", "kernel", "embeddings"} == set(names) - {"recurrent_kernel"}
    assert ("recurrent_kernel" in names) == (layers is RECURRENT)
    for name, start, without, found in zip(names, before, plain, decayed, strict=True):
        expected = without if name == "bias" else without - 0.1 * 0.5 * start
        np.testing.assert_allclose(found, expected, atol=1e-6, rtol=0)


def test_no_decay_is_no_decay() -> None:
    assert Sgd(type="sgd").build().weight_decay is None
    assert AdamW(type="adamw", weight_decay=0.0).build().weight_decay == 0.0


@pytest.mark.parametrize(
    ("kind", "options"),
    [*((kind, {}) for kind in OPTIMIZERS), ("sgd", {"momentum": 0.9}), ("rmsprop", {"momentum": 0.9})],
)
def test_an_optimizer_keeps_as_many_numbers_as_it_says(kind: str, options: dict[str, Any]) -> None:
    import keras

    chosen = OPTIMIZERS[kind](type=kind, **options)
    optimizer = chosen.build()
    optimizer.build([keras.Variable(np.zeros([3, 4], np.float32))])
    assert sum(variable.shape == (3, 4) for variable in optimizer.variables) == chosen.slots


# --- gradients --------------------------------------------------------------------------------------------------------


def _step_of(optimizer: dict[str, Any], accumulate: int) -> tuple[Any, Any]:
    from seqclf.model.build import build_model
    from seqclf.tasks.classification.task import Classification
    from seqclf.training.state import TrainingState
    from seqclf.training.step import build_train_step

    training = {"optimizer": optimizer, "accumulate_steps": accumulate}
    config = checked_config(small_config(data__train="a.csv", training=training, **NO_DROPOUT))
    state = TrainingState.begin(build_model(config, 30, ["a", "b", "c"]), config.training)
    task = Classification(Labels(("a", "b", "c")))
    return state, build_train_step(state.model, state.optimizer, task, state.accumulator, state.average)


CONFIGURED = [
    {"type": "sgd", "learning_rate": 0.5, "momentum": 0.9},
    {"type": "sgd", "learning_rate": 0.5, "clip_norm": 0.01},
    {"type": "adam", "learning_rate": 0.01, "epsilon": 1e-3},
    {"type": "rmsprop", "learning_rate": 0.01, "epsilon": 1e-3, "clip_norm": 0.1},
    {"type": "adamw", "learning_rate": 0.01, "epsilon": 1e-3, "weight_decay": 0.5},
]


@pytest.mark.parametrize("sizes", [(8, 8, 8), (2, 9, 13)], ids=str)
@pytest.mark.parametrize("optimizer", CONFIGURED, ids=str)
def test_several_batches_are_one_batch_of_all_their_texts(optimizer: dict[str, Any], sizes: tuple[int, ...]) -> None:
    draw = np.random.default_rng(1)
    whole, step = _step_of(optimizer, 2)  # where a word's gradients are added up first, too
    parts, part_step = _step_of(optimizer, len(sizes))
    assert _same(_weights(whole), _weights(parts))
    for _ in range(4):
        ids = draw.integers(1, 30, (sum(sizes), 6)).astype(np.int32)
        labels = draw.integers(0, 3, sum(sizes)).astype(np.int32)
        step(ids, labels)
        stops = np.cumsum(sizes)
        for start, stop in zip(stops - sizes, stops, strict=True):
            before = _weights(parts)
            part_step(ids[start:stop], labels[start:stop], update=bool(stop == stops[-1]))
            assert _same(before, _weights(parts)) == (stop != stops[-1])
    _close(_weights(whole), _weights(parts), 2e-5)
    assert all(not np.any(variable) for variable in parts.accumulator.variables), "nothing is left over"
    assert int(parts.optimizer.iterations) == 4


@pytest.mark.parametrize("optimizer", CONFIGURED, ids=str)
def test_a_word_s_gradient_is_the_sum_over_its_places(optimizer: dict[str, Any]) -> None:
    """With accumulated gradients. Otherwise, as in ``fit``, Keras's optimizers square and clip the rows of an
    embedding's gradient, one for each place of a word, before they add them up."""
    import tensorflow as tf

    from seqclf.tasks.classification.losses import cross_entropy

    state, step = _step_of(optimizer, 2)
    other, _ = _step_of(optimizer, 1)
    weights = other.model.trainable_variables
    dense = checked_config(small_config(data__train="a", training__optimizer=optimizer)).training.optimizer.build()
    dense.exclude_from_weight_decay(var_list=[weight for weight in weights if weight.name == "bias"])
    ids = np.array([[5, 5, 5, 5, 2], [5, 2, 5, 7, 7]], np.int32)
    labels = np.array([0, 2], np.int32)
    from seqclf.model.build import logits_model

    logits = logits_model(other.model)
    for _ in range(3):
        step(ids, labels)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(cross_entropy(logits(ids, training=True), labels))
        gradients = [np.array(tf.convert_to_tensor(gradient)) for gradient in tape.gradient(loss, weights)]
        dense.apply([tf.constant(gradient) for gradient in gradients], weights)
    _close(_weights(state), _weights(other), 2e-6)


# --- averaged weights -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decay", [0.5, 0.999, 0.9999999])
def test_the_average_is_the_weighted_mean_over_the_updates(decay: float, sample_csv: Path) -> None:
    from seqclf.training.events import StepDone

    options = {
        "batch_size": 16, "epochs": 1, "moving_average": {"decay": decay}, "optimizer": {"learning_rate": 0.05}
    }  # fmt: skip
    state, events = _started(small_config(data__train=str(sample_csv), training=options, layers=POOLED))
    seen = [
        [np.array(weight, np.float64) for weight in state.model.trainable_variables]
        for event in events
        if isinstance(event, StepDone)
    ]
    counts = decay ** np.arange(len(seen) - 1, -1, -1.0)
    for index, average in enumerate(state.average.variables):
        expected = np.tensordot(counts / counts.sum(), np.stack([weights[index] for weights in seen]), 1)
        np.testing.assert_allclose(np.array(average), expected, atol=2e-6)


def test_averages_are_validated_and_kept_but_training_continues_without_them(sample_csv: Path) -> None:
    from seqclf.training.events import EpochDone

    config = small_config(data__train=str(sample_csv), training__epochs=3)
    plain, plain_events = _started(config)
    state, events = _started(small_config(data__train=str(sample_csv), training__epochs=3, training__moving_average={}))
    scores = []
    for event, other in zip(events, plain_events, strict=True):
        if isinstance(event, EpochDone) and isinstance(other, EpochDone):
            assert event.loss == other.loss
            assert event.validation != other.validation
            assert _same(_weights(state), _weights(plain))
            assert event.validation is not None
            scores.append(event.validation.to_json())
            if event.best:
                averages = [np.array(variable) for variable in state.average.variables]
                assert _same(state.best_weights, averages)
    assert state.best_validation in scores


@pytest.mark.usefixtures("no_saved_models")
def test_the_exported_weights_are_the_ones_that_were_validated(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.data.prepare import prepare_split
    from seqclf.evaluation.classifier import KerasClassifier

    options = {"training__moving_average": {"decay": 0.8}}
    run = trained(small_config(data__train=str(sample_csv), **options), tmp_path)
    classifier = KerasClassifier.load(run)
    fingerprints = run.manifest["data_fingerprint"]
    validation = prepare_split(classifier.config, "validation", classifier.tokenizer, classifier.labels, fingerprints)
    assert classifier.evaluate(validation).loss == pytest.approx(run.metrics["validation"]["loss"], rel=1e-5)

    without = trained(small_config(data__train=str(sample_csv), data__validation=0, **options), tmp_path)
    state, events = _started(small_config(data__train=str(sample_csv), data__validation=0, **options))
    list(events)
    averages = [np.array(variable) for variable in state.average.variables]
    assert not _same(_weights(state), averages)
    assert _same(_kept(without), averages)


def _kept(run: Run) -> list[np.ndarray]:
    import keras

    return list(keras.models.load_model(run.model, compile=False).get_weights())
