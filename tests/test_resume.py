"""A training that was stopped goes on as if it never had been."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import small_config, trained

from seqclf.cli import cli
from seqclf.config import checked_config, load_config
from seqclf.errors import InputError, SeqclfError
from seqclf.run_choice import find_resumable
from seqclf.runs import Run, begin_run
from seqclf.training.checkpoints import Checkpoints

# Dropout, schedules, averages, accumulated gradients and early stopping: all that has a state.
TRAINING = {
    "epochs": 4,
    "batch_size": 16,
    "log_every": 3,
    "accumulate_steps": 2,
    "optimizer": {"type": "adam", "learning_rate": 0.01, "clip_norm": 1.0},
    "schedule": {"type": "plateau", "warmup": 2},
    "moving_average": {"decay": 0.9},
    "early_stopping": {"monitor": "val_loss", "patience": 3},
    "checkpoint_steps": 4,
}
TIMES = {"seconds", "validation_seconds", "tokens_per_second"}


def training_config(train: Path, **training: Any) -> dict[str, Any]:
    layers = [
        {"type": "gru", "units": 4, "dropout": 0.2, "return_sequences": True},
        {"type": "batch_norm"},
        {"type": "lstm", "units": 3, "recurrent_dropout": 0.1},
    ]
    return small_config(
        data__train=str(train), data__test=None, layers=layers, training=TRAINING | training, embedding__dropout=0.2
    )


class Killed(BaseException):
    pass


def _killed_after(steps: int) -> Any:
    """A listener that ends everything at once."""
    from seqclf.training.events import StepDone

    seen = 0

    def listen(event: Any) -> None:
        nonlocal seen
        seen += isinstance(event, StepDone)
        if seen > steps:
            raise Killed

    return listen


def result(run: Run) -> dict[str, Any]:
    """All that must not depend on when a training was stopped."""
    import keras

    import seqclf.model  # noqa: F401

    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    weights = keras.models.load_model(run.model, compile=False).get_weights()
    return {
        "weights": [weight.tobytes() for weight in weights],
        "history": [{name: value for name, value in line.items() if name not in TIMES} for line in lines],
        "metrics": run.metrics,
        **{name: run.manifest[name] for name in ("status", "best_epoch", "epochs", "stopped_by")},
    }


def _train(run: Run, **options: Any) -> None:
    from seqclf.training.train import train

    train(load_config(run.config) if options.get("resume") else options.pop("config"), run, **options)


@pytest.fixture(scope="module")
def whole(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return result(trained(training_config(sample_csv), tmp_path_factory.mktemp("whole")))


@pytest.mark.parametrize("stops", [[1], [11, 3, 13]], ids=str)
def test_stopped_anywhere_the_result_is_bit_equal(
    stops: list[int], whole: dict[str, Any], sample_csv: Path, tmp_path: Path
) -> None:
    """Before the first checkpoint, within an epoch, and several times."""
    run = begin_run(tmp_path, "small")
    options: dict[str, Any] = {"config": checked_config(training_config(sample_csv))}
    for stop in stops:
        with pytest.raises(Killed):
            _train(run, listen=_killed_after(stop), **options)
        options = {"resume": True}
    _train(run, resume=True)
    assert result(run) == whole
    assert len(run.manifest["resumed"]) == len(stops)


def test_an_interrupted_run_goes_on(whole: dict[str, Any], sample_csv: Path, tmp_path: Path) -> None:
    """Its models were written at the interruption and are replaced at the end."""
    from seqclf.training.events import StepDone

    steps = []
    run = trained(
        training_config(sample_csv),
        tmp_path,
        listen=lambda event: steps.append(event) if isinstance(event, StepDone) else None,
        should_stop=lambda: len(steps) == 6,
    )
    assert run.manifest["status"] == "interrupted"
    assert find_resumable(tmp_path, None) == find_resumable(tmp_path, run.name) == run
    _train(run, resume=True)
    assert result(run) == whole
    with pytest.raises(InputError, match="is finished; there is nothing to resume"):
        find_resumable(tmp_path, run.name)
    with pytest.raises(InputError, match="holds no run whose training was stopped"):
        find_resumable(tmp_path, None)


def test_a_damaged_checkpoint_is_named_and_the_one_before_it_taken(
    whole: dict[str, Any], sample_csv: Path, tmp_path: Path
) -> None:
    from seqclf.training.events import Stage

    run = begin_run(tmp_path, "small")
    with pytest.raises(Killed):
        _train(run, config=checked_config(training_config(sample_csv)), listen=_killed_after(15))
    older, newer = sorted(run.checkpoints.iterdir())
    content = newer.read_bytes()
    newer.write_bytes(content[:-1000] + bytes([content[-1000] ^ 1]) + content[-999:])
    said: list[str] = []
    _train(run, resume=True, listen=lambda event: said.append(event.what) if isinstance(event, Stage) else None)
    assert any(f"{newer.name}: damaged (its checksum is another)" in line for line in said)
    assert f"Going on with {run.folder} after step {int(older.stem[-8:])} of epoch {int(older.stem[5:11]) + 1}" in said
    assert result(run) == whole


def test_checkpoints_are_whole_or_noticed(tmp_path: Path) -> None:
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
    with pytest.raises(InputError, match="no checkpoint in it is whole"):
        checkpoints.newest(damaged.append)
    assert len(damaged) == 2


def test_two_processes_cannot_train_one_run(sample_csv: Path, tmp_path: Path) -> None:
    run = begin_run(tmp_path, "small")
    with run.locked(), pytest.raises(InputError, match=rf"is being trained by process {os.getpid()} on \S+ since 20"):
        _train(run, config=checked_config(training_config(sample_csv)))
    assert run.manifest["status"] == "running", "the one that holds it goes on"
    with run.locked():
        pass
    with pytest.raises(InputError, match="cannot be opened"), Run(tmp_path / "none").locked():
        pass


def test_what_cannot_be_written_is_said_and_what_was_is_whole(
    whole: dict[str, Any], sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
        _train(run, config=checked_config(training_config(sample_csv)))
    assert run.manifest["status"] == "failed"
    monkeypatch.undo()
    _train(run, resume=True)
    assert result(run) == whole


def test_texts_that_changed_are_not_gone_on_with(sample_csv: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(sample_csv.read_bytes())
    run = begin_run(tmp_path, "small")
    with pytest.raises(Killed):
        _train(run, config=checked_config(training_config(table)), listen=_killed_after(2))
    table.write_text(table.read_text(encoding="utf-8") + "one more,positive\n", encoding="utf-8")
    run.update_manifest(status="interrupted")
    with pytest.raises(InputError, match="its texts have changed since it was begun"):
        _train(run, resume=True)
    assert run.manifest["status"] == "interrupted", "what is whole stays whole"


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_the_command_s_options(tmp_path: Path, binary_run: Run) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("x: 1", encoding="utf-8")
    for arguments in ([], [str(config), "--resume", "x"], ["--resume", "x", "--set", "seed=1"]):
        refused = _call("train", *arguments)
        assert refused.exit_code == 2
        assert "--resume" in refused.stderr
    for name, message in (("x-1", "no run x-1"), ("latest", "holds no run whose training was stopped")):
        assert message in _call("train", "--resume", name, "--runs", str(tmp_path)).stderr
    begin_run(tmp_path, "early")
    refused = _call("train", "--resume", "early-1", "--runs", str(tmp_path))
    assert "was stopped before it had begun" in refused.stderr
    assert "is finished" in _call("train", "--resume", str(binary_run.folder)).stderr
