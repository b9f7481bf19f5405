"""A stopped training resumes as if it had never stopped."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, small_config, trained
from trainings import Killed, killed_after, result, training_config, without_saved_models

from seqclf.cli import cli
from seqclf.config import Config, checked_config, load_config
from seqclf.errors import InputError, SeqclfError
from seqclf.new_runs import begin_run
from seqclf.run_choice import find_resumable
from seqclf.runs import Run
from seqclf.training.checkpoints import Checkpoints
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.train import _note_failure


def _train(run: Run, config: Config, **callbacks: Any) -> None:
    from seqclf.training.train import train

    train(config, run, callbacks=Callbacks(**callbacks))


def _resume(run: Run, **callbacks: Any) -> None:
    from seqclf.training.train import train

    train(load_config(run.config), run, TrainOptions(resume=True), Callbacks(**callbacks))


@pytest.mark.usefixtures("no_saved_models")
def test_stopped_anywhere_the_result_is_bit_equal(
    uninterrupted: dict[str, Any], sample_csv: Path, tmp_path: Path
) -> None:
    """Before the first checkpoint, within an epoch, and several times."""
    run = begin_run(tmp_path, "small")
    with pytest.raises(Killed):
        _train(run, checked_config(training_config(sample_csv)), listen=killed_after(1))
    assert [path.stem for path in run.checkpoints.iterdir()] == ["epoch000000-step00000000"]
    for stop in (11, 3, 13):
        with pytest.raises(Killed):
            _resume(run, listen=killed_after(stop))
    _resume(run)
    assert result(run) == uninterrupted
    assert len(run.manifest["resumed"]) == 4


def test_an_interrupted_run_resumes(uninterrupted: dict[str, Any], sample_csv: Path, tmp_path: Path) -> None:
    """Its models were written on interruption and are replaced at the end."""
    from seqclf.training.events import StepDone

    steps = []
    run = trained(
        training_config(sample_csv),
        tmp_path,
        listen=lambda event: steps.append(event) if isinstance(event, StepDone) else None,
        should_stop=lambda: len(steps) == 6,
    )
    assert run.manifest["status"] == "interrupted"
    spent = {name: run.manifest[name] for name in ("wall_seconds", "processor_seconds")}
    assert find_resumable(tmp_path, None) == find_resumable(tmp_path, run.name) == run
    before = (run.saved_model / "variables" / "variables.data-00000-of-00001").read_bytes()
    _resume(run)
    assert (run.saved_model / "variables" / "variables.data-00000-of-00001").read_bytes() != before
    assert result(run) == uninterrupted
    assert all(run.manifest[name] > seconds for name, seconds in spent.items())
    with pytest.raises(InputError, match="is already finished. To train it for N epochs"):
        find_resumable(tmp_path, run.name)
    with pytest.raises(InputError, match="no stopped run to resume"):
        find_resumable(tmp_path, None)


@pytest.mark.usefixtures("no_saved_models")
def test_a_damaged_checkpoint_is_reported_and_the_previous_one_used(
    uninterrupted: dict[str, Any], sample_csv: Path, tmp_path: Path
) -> None:
    from seqclf.training.events import Stage

    run = begin_run(tmp_path, "small")
    with pytest.raises(Killed):
        _train(run, checked_config(training_config(sample_csv)), listen=killed_after(15))
    older, newer = sorted(run.checkpoints.iterdir())
    content = newer.read_bytes()
    newer.write_bytes(content[:-1000] + bytes([content[-1000] ^ 1]) + content[-999:])
    said: list[str] = []
    _resume(run, listen=lambda event: said.append(event.what) if isinstance(event, Stage) else None)
    assert any(f"{newer.name}: damaged (checksum mismatch)" in line for line in said)
    assert int(older.stem[-8:]) == 0
    assert f"Resuming {run.folder} after epoch {int(older.stem[5:11])}" in said
    assert result(run) == uninterrupted


def test_damaged_checkpoints_are_detected(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "c")
    assert checkpoints.newest() is None
    for step in range(5):
        checkpoints.save(1, step, b"content %d" % step)
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        "epoch000001-step00000003.state",
        "epoch000001-step00000004.state",
    ]
    assert checkpoints.newest() == ("epoch000001-step00000004", b"content 4")
    damaged: list[str] = []
    for path in (tmp_path / "c").iterdir():
        path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(InputError, match="every checkpoint is damaged"):
        checkpoints.newest(damaged.append)
    assert len(damaged) == 2


def test_two_processes_cannot_train_one_run(sample_csv: Path, tmp_path: Path) -> None:
    run = begin_run(tmp_path, "small")
    since = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    said = rf"is being trained by process {os.getpid()} on \S+ since {since}; wait until it ends$"
    with run.locked(), pytest.raises(InputError, match=said):
        _train(run, checked_config(training_config(sample_csv)))
    assert run.manifest["status"] == "running", "the process with the lock continues"
    with run.locked():
        pass
    with pytest.raises(InputError, match="cannot be opened"), Run(tmp_path / "none").locked():
        pass


@pytest.mark.usefixtures("no_saved_models")
def test_write_failures_are_reported_and_written_files_are_complete(
    uninterrupted: dict[str, Any], sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin_run(tmp_path, "small")
    saved, save = [], Checkpoints.save

    def full(self: Checkpoints, *arguments: Any) -> None:
        if len(saved) == 3:
            raise OSError(28, "No space left on device")
        saved.append(arguments)
        save(self, *arguments)

    monkeypatch.setattr(Checkpoints, "save", full)
    with pytest.raises(SeqclfError, match=r"cannot be written \(No space left on device\).*--resume \S+/small-1"):
        _train(run, checked_config(training_config(sample_csv)))
    assert run.manifest["status"] == "failed"
    monkeypatch.undo()
    _resume(run)
    assert result(run) == uninterrupted


def test_a_run_with_changed_texts_is_not_resumed(sample_csv: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(sample_csv.read_bytes())
    run = begin_run(tmp_path, "small")
    with pytest.raises(Killed):
        _train(run, checked_config(training_config(table)), listen=killed_after(2))
    table.write_text(table.read_text(encoding="utf-8") + "one more,positive\n", encoding="utf-8")
    run.update_manifest(status="interrupted")
    with pytest.raises(InputError, match="its texts or their splits have changed since it began"):
        _resume(run)
    assert run.manifest["status"] == "interrupted", "a complete run stays complete"


def test_a_complete_language_model_stays_complete(tmp_path: Path) -> None:
    """It has no SavedModel."""
    run = begin_run(tmp_path, "lm")
    run.model.touch()
    run.update_manifest(status="running", before="finished", task="language_model")
    _note_failure(run, InputError("its texts have changed"))
    assert run.manifest["status"] == "interrupted"


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_the_command_s_options(tmp_path: Path, binary_run: Run) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("x: 1", encoding="utf-8")
    for arguments in ([], [str(config), "--resume", "x"], ["--resume", "x", "--set", "seed=1"]):
        refused = _call("train", *arguments)
        assert refused.exit_code == 2
        assert "--resume" in refused.stderr
    for name, message in (("x-1", "no run x-1"), ("latest", "no stopped run to resume")):
        assert message in _call("train", "--resume", name, "--runs", str(tmp_path)).stderr
    begin_run(tmp_path, "early")
    refused = _call("train", "--resume", "early-1", "--runs", str(tmp_path))
    assert "was stopped before training started" in refused.stderr
    assert "is already finished" in _call("train", "--resume", str(binary_run.folder)).stderr


@pytest.fixture(scope="module")
def finished_early(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Trained for two of the four epochs of ``uninterrupted``."""
    with without_saved_models():
        run: Run = trained(training_config(sample_csv, epochs=2), tmp_path_factory.mktemp("finished"))
    return run


def _copy(run: Run, folder: Path) -> Run:
    shutil.copytree(run.folder, folder / "copy-1")
    return Run(folder / "copy-1")


def _further(run: Run, epochs: int | None = None, patience: int | None = None, **callbacks: Any) -> None:
    from seqclf.training.extend import extended
    from seqclf.training.train import train

    config = extended(load_config(run.config), run, epochs, patience)
    train(config, run, TrainOptions(resume=True, further=True), Callbacks(**callbacks))


def test_a_finished_run_keeps_one_state_without_the_best_weights(finished_early: Run) -> None:
    (state,) = finished_early.checkpoints.iterdir()
    assert state.name == "final.state"
    _, content = Checkpoints(finished_early.checkpoints).newest() or ("", b"")
    with np.load(io.BytesIO(content)) as arrays:
        assert [name for name in arrays if name.startswith("best_")] == []


@pytest.mark.usefixtures("no_saved_models")
def test_more_epochs_for_a_finished_run_are_those_of_a_longer_training(
    finished_early: Run, uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    run = _copy(finished_early, tmp_path)
    run.write_metrics("test", {"accuracy": 1.0})
    _further(run, epochs=4)
    measured = uninterrupted["metrics"] | {"test": {"accuracy": 1.0}}
    assert result(run) == uninterrupted | {"metrics": measured}, "the best epoch is the same, so its test metrics stay"
    assert load_config(run.config).training.epochs == 4
    with pytest.raises(InputError, match=r"already trained for 4 epochs; .*--epochs \d+"):
        _further(run, epochs=3)
    assert run.manifest["status"] == "finished"
    run.model.unlink()
    with pytest.raises(InputError, match=r"model\.keras: is missing, so the run cannot be resumed; train it again"):
        _further(run, epochs=5)


@pytest.mark.usefixtures("no_saved_models")
def test_more_epochs_survive_a_kill(finished_early: Run, uninterrupted: dict[str, Any], tmp_path: Path) -> None:
    run = _copy(finished_early, tmp_path)
    with pytest.raises(Killed):
        _further(run, epochs=4, listen=killed_after(1))
    assert run.manifest["status"] == "interrupted", "its models are complete"
    with pytest.raises(Killed):
        _resume(run, listen=killed_after(7))
    _resume(run)
    assert result(run) == uninterrupted


@pytest.mark.usefixtures("no_saved_models")
def test_more_patience_for_a_run_that_was_stopped_early(sample_csv: Path, tmp_path: Path) -> None:
    """A score that cannot improve stops the training after the first epoch and the patience."""
    stopping = {"monitor": "val_loss", "patience": 1, "min_delta": 9.0}

    def config(**changes: Any) -> dict[str, Any]:
        return training_config(sample_csv, early_stopping=stopping | changes) | {"layers": POOLED}

    run = trained(config(), tmp_path)
    assert (run.manifest["stopped_by"], run.manifest["epochs"]) == ("early_stopping", 2)
    other = _copy(run, tmp_path)
    _further(run, patience=2)
    patient = trained(config(patience=2), tmp_path)
    assert result(run) == result(patient)
    said: list[str] = []
    _further(other, epochs=9, listen=lambda event: said.append(str(getattr(event, "what", ""))))
    assert other.manifest["epochs"] == 3
    assert any(
        "stopped early: no improvement since epoch 1; it now stops after 1 more epochs without" in what for what in said
    )


@pytest.mark.parametrize(
    ("schedule", "planned"),
    [
        (None, False),
        ({"type": "constant", "warmup": 5}, False),
        ({"type": "constant", "warmup": 0.1}, True),
        ({"type": "exponential", "rate": 0.5}, False),
        ({"type": "inverse_sqrt", "warmup": 5}, False),
        ({"type": "plateau"}, False),
        ({"type": "linear"}, True),
        ({"type": "cosine"}, True),
        ({"type": "one_cycle"}, True),
    ],
)
def test_a_rate_that_was_planned_for_fewer_epochs_is_not_extended(
    schedule: dict[str, Any] | None, planned: bool, tmp_path: Path
) -> None:
    from seqclf.training.extend import extended

    config = checked_config(small_config(data__train="x.csv", training__epochs=3, training__schedule=schedule))
    run = Run(tmp_path / "r-1")
    if not planned:
        assert extended(config, run, 5, None).training.epochs == 5
        return
    with pytest.raises(
        InputError, match=r"planned for 3 epochs .* train again: seqclf train \S+ --set training.epochs=5"
    ):
        extended(config, run, 5, None)
    with pytest.raises(InputError, match="has no training.early_stopping"):
        extended(config, run, None, 5)


@pytest.mark.usefixtures("no_saved_models")
def test_test_metrics_stay_while_the_weights_do(sample_csv: Path, tmp_path: Path) -> None:
    rate = {"training__optimizer": {"type": "sgd", "learning_rate": 1e-30}}
    run = trained(small_config(data__train=str(sample_csv), layers=POOLED, training__epochs=1, **rate), tmp_path)
    run.write_metrics("test", {"accuracy": 0.5})
    done = _call("train", "--resume", str(run.folder), "--epochs", "2")
    assert done.exit_code == 0, done.output
    assert run.manifest["epochs"] == 2
    assert (run.metrics["test"], "Dropped" in done.stdout) == ({"accuracy": 0.5}, False)
    assert run.metrics["validation"]["texts"] > 0


@pytest.mark.usefixtures("no_saved_models")
def test_what_a_finished_run_keeps_is_an_option(sample_csv: Path, tmp_path: Path) -> None:
    small = {"data__train": str(sample_csv), "layers": POOLED, "training__epochs": 1}
    none = trained(small_config(**small, training__keep_checkpoints=False), tmp_path)
    assert not none.checkpoints.exists()
    refused = _call("train", "--resume", str(none.folder), "--epochs", "3")
    assert (refused.exit_code, "has no checkpoint to continue from" in refused.stderr) == (2, True)
    every = trained(small_config(**small, training__keep_checkpoints=True), tmp_path)
    assert len(list(every.checkpoints.glob("epoch*.state"))) == 2
    every.write_metrics("test", {"accuracy": 0.5})
    done = _call("train", "--resume", str(every.folder), "--epochs", "2")
    assert done.exit_code == 0, done.output
    assert "Dropped     test metrics" in done.stdout and f"--run {every.name}" in done.stdout
    assert "test" not in every.metrics
    assert every.manifest["epochs"] == 2
