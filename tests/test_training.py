"""The loop: events, kept weights, determinism, state."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, trained

from seqclf.config import checked_config, load_config
from seqclf.errors import InputError, SeqclfError
from seqclf.labels import Labels
from seqclf.new_runs import begin_run
from seqclf.run_catalogue.entry import read_run
from seqclf.runs import Run


def _history(run: Run, kind: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["type"] == kind]


def _weights(run: Run) -> list[np.ndarray]:
    import keras

    return list(keras.models.load_model(run.model, compile=False).get_weights())


def _same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_run_is_complete(binary_run: Run, sample_csv: Path) -> None:
    names = {path.name for path in binary_run.folder.iterdir()}
    assert names == {
        "manifest.json", "config.yaml", "tokenizer", "labels.json", "history.jsonl", "checkpoint", "model.keras",
        "saved_model", "model.onnx", "metrics.json", "prior.json", "evidence", "answers",
    }  # fmt: skip
    manifest = binary_run.manifest
    assert manifest["status"] == "finished"
    assert manifest["seed"] == 3
    assert manifest["versions"]["keras"].startswith("3.")
    assert manifest["parameters"] == sum(weight.size for weight in _weights(binary_run))
    assert manifest["epochs"] == 2
    assert manifest["wall_seconds"] > 0
    assert 0 < manifest["processor_seconds"] < 1000
    assert manifest["peak_memory_bytes"] > 50e6
    assert {split: len(value) for split, value in manifest["data_fingerprint"].items()} == {
        "train": 64,
        "validation": 64,
    }
    assert load_config(binary_run.config).data.train == str(sample_csv)  # type: ignore[union-attr]
    assert set(binary_run.metrics) == {"validation"}, "the test split is not looked at while training"


def test_the_time_of_a_training_is_the_same_everywhere(
    sample_csv: Path, tmp_path: Path, no_saved_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written after the manifest, such as the report, is not part of it."""
    from seqclf.training.evidence import TrainingEvidence
    from seqclf.training.options import TrainOptions
    from seqclf.training.train import train

    write = TrainingEvidence.write

    def slow(self: TrainingEvidence, *arguments: Any) -> None:
        time.sleep(0.1)
        write(self, *arguments)

    monkeypatch.setattr(TrainingEvidence, "write", slow)
    options = {"layers": POOLED, "training__epochs": 1, "training__baseline": False}
    config = checked_config(small_config(data__train=str(sample_csv), **options))
    run = begin_run(tmp_path, config.name)
    outcome = train(config, run, TrainOptions(report=True))
    assert outcome.seconds == run.manifest["wall_seconds"] == read_run(run.folder).seconds


def test_history_has_windows_and_epochs(binary_run: Run) -> None:
    steps, epochs = _history(binary_run, "steps"), _history(binary_run, "epoch")
    assert [(line["epoch"], line["step"]) for line in steps] == [(e, s) for e in (1, 2) for s in (3, 6, 8)]
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert all(line["val_loss"] > 0 and line["tokens_per_second"] > 0 for line in epochs)
    best = max((line for line in epochs if line["best"]), key=lambda line: line["epoch"])
    assert binary_run.metrics["validation"]["loss"] == best["val_loss"]
    assert binary_run.manifest["best_epoch"] == best["epoch"]


def test_history_has_the_time_since_the_beginning(binary_run: Run) -> None:
    first, second = _history(binary_run, "epoch")
    took = second["seconds"] + second["validation_seconds"]
    assert first["wall_seconds"] > first["seconds"] + first["validation_seconds"], "reading and building come before"
    assert second["wall_seconds"] > first["wall_seconds"] + took - 0.01
    assert second["wall_seconds"] < binary_run.manifest["wall_seconds"]


def test_it_learns(three_label_run: Run) -> None:
    assert three_label_run.metrics["validation"]["accuracy"] > 0.9


@pytest.mark.usefixtures("no_saved_models")
def test_another_seed_has_other_weights(binary_run: Run, sample_csv: Path, tmp_path: Path) -> None:
    other = trained(small_config(data__train=str(sample_csv), seed=4), tmp_path)
    assert not _same(_weights(binary_run), _weights(other))


def _loop(config: dict[str, Any]) -> tuple[Any, Any]:
    """A fresh state and its generator of events."""
    from seqclf.data.batches import Batches
    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of
    from seqclf.training.loop import training_events
    from seqclf.training.state import TrainingState

    checked = checked_config(config)
    data = prepare(checked)
    task = task_of(checked, data)
    model = task.model(checked, data)
    state = TrainingState.begin(model, checked.training, carried=task.carried(model))
    sets = [Batches(texts, 16, 12, "middle") for texts in (data.train, data.validation) if texts is not None]
    return state, training_events(state, *sets, task, checked.training, seed=checked.seed)


EVERYTHING = {
    "epochs": 4,
    "batch_size": 16,
    "accumulate_steps": 3,
    "loss": {"type": "focal"},
    "objectives": ["mixup", "entropy"],
    "sharpness": {"rho": 0.02},
    "class_weights": "balanced",
    "optimizer": {"type": "rmsprop", "momentum": 0.5, "weight_decay": 0.1, "clip_norm": 1.0},
    # No epoch but the first is best, so that the rate is cut before the state is saved, and after.
    "early_stopping": {"min_delta": 9.0, "patience": 9},
    "schedule": {"type": "plateau", "warmup": 5},
    "moving_average": {"decay": 0.9},
}


@pytest.mark.parametrize("training", [{"epochs": 4}, EVERYTHING], ids=["defaults", "everything"])
def test_a_restored_state_continues_as_if_never_stopped(
    training: dict[str, Any], sample_csv: Path, tmp_path: Path
) -> None:
    """Dropout's counters, the optimizer's moments, averages, cuts and the order of the data are part of it."""
    from seqclf.training.events import EpochDone, StepDone

    layers = [{"type": "simple_rnn", "units": 4, "dropout": 0.2, "recurrent_dropout": 0.1}]
    config = small_config(data__train=str(sample_csv), layers=layers, training=training)
    whole, events = _loop(config)
    seen = list(events)
    done = [event for event in seen if isinstance(event, EpochDone)]
    rates = [event.learning_rate for event in seen if isinstance(event, StepDone)]
    first, events = _loop(config)
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == 2:
            break
    second, events = _loop(config | {"seed": 3})
    assert second.load(first.to_bytes(place=[1.5])) == {"place": [1.5]}
    seen = list(events)
    rest = [event for event in seen if isinstance(event, EpochDone)]
    assert [event.learning_rate for event in seen if isinstance(event, StepDone)] == rates[len(rates) // 2 :]
    assert [(event.epoch, event.loss, event.validation) for event in rest] == [
        (event.epoch, event.loss, event.validation) for event in done[2:]
    ]
    assert _same(whole.model.get_weights(), second.model.get_weights())
    assert whole.best_epoch == second.best_epoch
    assert _same(whole.best_weights, second.best_weights)
    saved, again = (dict(np.load(io.BytesIO(state.to_bytes()))) for state in (whole, second))
    assert saved.keys() == again.keys()
    assert _same(list(saved.values()), list(again.values()))
    if "schedule" in training:
        assert whole.rate_share == 0.125
        assert first.rate_share == 0.5


def test_a_state_of_something_else_is_refused(sample_csv: Path, three_labels_csv: Path) -> None:
    state, _ = _loop(small_config(data__train=str(three_labels_csv), layers=[{"type": "gru", "units": 3}]))
    other, _ = _loop(small_config(data__train=str(sample_csv)))
    with pytest.raises(InputError, match="the checkpoint belongs to another model or optimizer"):
        state.load(other.to_bytes())
    whole = state.to_bytes()
    for broken in (b"", whole[:100], whole[: len(whole) // 2]):
        with pytest.raises(InputError, match="the checkpoint is not a training state"):
            state.load(broken)
    older = io.BytesIO()
    np.savez(older, **dict(np.load(io.BytesIO(whole))) | {"scalars": np.array("{}")})
    with pytest.raises(InputError, match="the checkpoint is not a training state"):
        state.load(older.getvalue())


@pytest.mark.usefixtures("no_saved_models")
def test_best_weights_are_kept_and_training_stops_early(sample_csv: Path, tmp_path: Path) -> None:
    config = small_config(
        data__train=str(sample_csv),
        training__epochs=30,
        training__optimizer={"type": "adam", "learning_rate": 0.05},
        training__early_stopping={"monitor": "val_loss", "patience": 2},
    )
    run = trained(config, tmp_path)
    epochs = _history(run, "epoch")
    losses = [line["val_loss"] for line in epochs]
    best = int(np.argmin(losses)) + 1
    assert run.manifest["stopped_by"] == "early_stopping"
    assert run.manifest["best_epoch"] == best == len(epochs) - 2
    from seqclf.data.prepare import prepare_split
    from seqclf.evaluation.classifier import KerasClassifier

    classifier = KerasClassifier.load(run)
    validation = prepare_split(
        classifier.config, "validation", classifier.tokenizer, classifier.labels, run.manifest["data_fingerprint"]
    )
    assert classifier.evaluate(validation).loss == pytest.approx(losses[best - 1], rel=1e-5)


@pytest.mark.usefixtures("no_saved_models")
def test_monitor_decides_what_is_best(sample_csv: Path, tmp_path: Path) -> None:
    config = small_config(
        data__train=str(sample_csv),
        layers=POOLED,
        training__early_stopping={"monitor": "val_accuracy", "patience": 50, "min_delta": 0.9},
    )
    run = trained(config, tmp_path)
    assert run.manifest["best_epoch"] == 1, "no later epoch is better by 0.9"


@pytest.mark.usefixtures("no_saved_models")
def test_without_validation_the_last_weights_are_kept(sample_csv: Path, tmp_path: Path) -> None:
    run = trained(small_config(data__train=str(sample_csv), layers=POOLED, data__validation=0), tmp_path)
    assert run.metrics == {}
    assert run.manifest["best_epoch"] is None
    assert [line["val_loss"] for line in _history(run, "epoch")] == [None, None]


@pytest.mark.usefixtures("no_saved_models")
def test_an_interrupted_run_is_complete(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.training.events import StepDone

    steps = []
    run = trained(
        small_config(data__train=str(sample_csv), layers=POOLED),
        tmp_path,
        listen=lambda event: steps.append(event) if isinstance(event, StepDone) else None,
        should_stop=lambda: len(steps) == 5,
    )
    assert len(steps) == 5
    assert run.manifest["status"] == "interrupted"
    assert run.metrics == {}
    assert run.saved_model.is_dir()
    assert _weights(run)


def test_a_nan_loss_ends_the_run(sample_csv: Path, tmp_path: Path) -> None:
    config = small_config(data__train=str(sample_csv), training__optimizer={"type": "sgd", "learning_rate": 1e30})
    where = r"at step \d+ of epoch 1 \(learning rate 1e\+30; a batch of \d+ x \d+ tokens\)"
    cure = "lower training.optimizer.learning_rate, .*--on-nan rewind"
    with pytest.raises(SeqclfError, match=rf"the loss is (nan|inf) {where}: {cure}"):
        trained(config, tmp_path)
    assert Run(tmp_path / "small-1").manifest["status"] == "failed"


def test_a_training_can_go_back_and_take_smaller_steps(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.training.events import Stage

    config = small_config(
        data__train=str(sample_csv),
        layers=POOLED,
        training__optimizer={"type": "sgd", "learning_rate": 1e30},
        training__epochs=1,
    )
    messages: list[str] = []
    with pytest.raises(SeqclfError, match=r"lower training.optimizer.learning_rate.*good$") as error:
        trained(
            config,
            tmp_path,
            on_nan="rewind",
            listen=lambda event: messages.append(event.what) if isinstance(event, Stage) else None,
        )
    assert "--on-nan" not in str(error.value), "it has been tried"
    rewinds = [line for line in messages if "with learning rate x " in line]
    factors = [line.partition("with learning rate x ")[2].split()[0] for line in rewinds]
    assert factors == ["0.5", "0.25", "0.125", "0.0625", "0.03125"]
    assert [line for line in messages if line.endswith("from its beginning")]


def test_a_failed_run_is_marked_failed(tmp_path: Path) -> None:
    from seqclf.training.train import train

    config = checked_config(small_config(data__train=str(tmp_path / "missing.csv")))
    run = begin_run(tmp_path, "small")
    with pytest.raises(InputError):
        train(config, run)
    assert run.manifest["status"] == "failed"
    assert "missing.csv" in run.manifest["error"]


def test_penalties_on_weights_make_them_smaller() -> None:
    """They are not part of the reported loss, with and without accumulated gradients."""
    from seqclf.model.build import build_model
    from seqclf.tasks.classification.task import Classification
    from seqclf.training.state import TrainingState
    from seqclf.training.step import build_train_step

    token_ids, label_ids = np.array([[5, 6, 7], [8, 9, 0]], np.int32), np.array([0, 1], np.int32)
    norms, losses, task = [], [], Classification(Labels(("a", "b")))
    for penalty, accumulate in ((0.0, 1), (1.0, 1), (1.0, 2)):
        layers = [{"type": "gru", "units": 4, "kernel_l2": penalty, "recurrent_l2": penalty}]
        training = {"optimizer": {"type": "sgd", "learning_rate": 0.1}, "accumulate_steps": accumulate}
        config = checked_config(small_config(data__train="a.csv", layers=layers, training=training))
        state = TrainingState.begin(build_model(config, 30, ["a", "b"]), config.training)
        step = build_train_step(state.model, state.optimizer, task, state.accumulator, state.average)
        losses.append([float(step(token_ids, label_ids).loss) for _ in range(3)])
        norms.append(
            [float(np.linalg.norm(np.array(weight))) for weight in state.model.get_layer("layers_0_gru").weights]
        )
    assert losses[0][0] == pytest.approx(losses[1][0])
    for kind in (0, 1):  # a step of 0.1 takes a fifth off
        assert norms[1][kind] == pytest.approx(norms[0][kind] * 0.8**3, rel=0.1)
        assert norms[2][kind] == pytest.approx(norms[1][kind], rel=0.02)


def test_an_interruption_while_a_file_is_closed_is_an_interruption(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.training.events import StepDone

    def listen(event: Any) -> None:
        if isinstance(event, StepDone):
            try:
                raise KeyboardInterrupt(15)
            finally:
                raise ValueError("cannot close the file while something writes to it")

    with pytest.raises(KeyboardInterrupt) as stopped:
        trained(small_config(data__train=str(sample_csv), layers=POOLED), tmp_path, listen=listen)
    assert stopped.value.args == (15,)
