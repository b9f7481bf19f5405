"""``seqclf train --track``: real trainings with TensorBoard's files, and trackers that do not exist or fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, small_config, written_config
from tracked_runs import MadeUp, Remembering, begun_run, remembering, tell
from trainings import result

from seqclf.cli import cli
from seqclf.cli.tracker_options import TrackerChoice
from seqclf.cli.train_runs import _monitored, _Tracking
from seqclf.config import checked_config
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, Run
from seqclf.trackers import kinds
from seqclf.trackers.base import FINAL, PROBES, TRAIN
from seqclf.trackers.kinds.tensorboard import events_in
from seqclf.trackers.record import Record
from seqclf.trackers.tracking import tracking
from seqclf.training.events import StepDone
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.session import resume, train_folds, train_new

pytestmark = pytest.mark.usefixtures("no_saved_models")


def _config(sample_csv: Path, **changes: Any) -> Any:
    return checked_config(small_config(data__train=str(sample_csv), layers=POOLED, training__log_every=4, **changes))


def _scalars(run: Run) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for event in events_in(run.folder / "tensorboard"):
        for value in event.summary.value:
            if value.WhichOneof("value") == "simple_value":
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def _history(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]


def _losses(run: Run) -> list[float]:
    return [line["loss"] for line in _history(run) if line["type"] == "steps"]


def _train(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["train", *map(str, arguments)])


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Remembering]]:
    with remembering(monkeypatch, "one") as (kind,):
        yield kind


def test_tensorboard_has_the_history_and_the_final_scores(sample_csv: Path, tmp_path: Path) -> None:
    config = written_config(tmp_path, sample_csv, layers=POOLED)
    done = _train(config, "--runs", tmp_path / "runs", "--track", "tensorboard", "--no-report")
    assert done.exit_code == 0, done.output
    assert f"Tracking with tensorboard; to look: tensorboard --logdir {tmp_path / 'runs'}" in done.stderr
    run = Run(tmp_path / "runs" / "small-1")
    found = _scalars(run)
    assert [value for _, value in found["train/loss"]] == pytest.approx(_losses(run))
    steps = [step for step, _ in found["train/loss"]]
    assert steps == sorted(set(steps))
    epochs = [line for line in _history(run) if line["type"] == "epoch"]
    assert [value for _, value in found["val/macro_f1"]] == pytest.approx([line["val_macro_f1"] for line in epochs])
    assert found["epoch/loss"][-1][0] == steps[-1] == found["final/epochs"][0][0]
    assert found["final/val_accuracy"][0][1] == pytest.approx(run.metrics["validation"]["accuracy"])
    texts = {
        value.tag: value.tensor.string_val[0].decode()
        for event in events_in(run.folder / "tensorboard")
        for value in event.summary.value
        if value.HasField("tensor")
    }
    assert "| training.optimizer.learning_rate | 0.001 |" in texts["config"] and "| seed | 3 |" in texts["facts"]
    assert texts["status"] == FINISHED


def test_a_training_is_the_same_whoever_tracks_it(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, options = _config(sample_csv), TrainOptions(report=False)
    plain, _ = train_new(config, tmp_path / "plain", options)
    with remembering(monkeypatch, "good", "bad") as (good, bad):
        bad.fails_in = "write"
        warnings: list[str] = []
        with tracking(["good", "bad", "tensorboard"], warnings.append) as listen:
            tracked, outcome = train_new(config, tmp_path / "tracked", options, Callbacks(listen))
    assert len(warnings) == 1 and outcome.status == FINISHED
    assert result(tracked) == result(plain)
    (told,) = good.runs.values()
    assert [point.values["train/loss"] for point in told.points if point.kind == TRAIN] == _losses(plain)


def test_a_stopped_training_continues_as_the_same_run(sample_csv: Path, tmp_path: Path, one: type[Remembering]) -> None:
    config, options = _config(sample_csv, training__checkpoint_steps=3), TrainOptions(report=False)
    whole, _ = train_new(config, tmp_path / "whole", options)
    seen: list[StepDone] = []
    with tracking(["one", "tensorboard"], print) as listen:

        def hear(event: Any) -> None:
            listen(event)
            seen.extend([event] if isinstance(event, StepDone) else [])

        run, outcome = train_new(config, tmp_path / "runs", options, Callbacks(hear, lambda: len(seen) == 5))
    assert outcome.status == INTERRUPTED
    with tracking(["one", "tensorboard"], print) as listen:
        resume(run, options, Callbacks(listen))
    (told,) = one.runs.values()
    assert told.statuses == [INTERRUPTED, FINISHED]
    for name, numbers in {name: list(map(list, found)) for name, found in _scalars(run).items()}.items():
        of_one = [[point.step, point.values[name]] for point in told.points if name in point.values]
        assert [step for step, _ in numbers] == [step for step, _ in of_one], name
    losses = [point.values["train/loss"] for point in told.points if point.kind == TRAIN]
    steps = [point.step for point in told.points if point.kind == TRAIN]
    assert steps == sorted(set(steps)) and losses == _losses(run) == _losses(whole)
    assert [point.step for point in told.points if point.kind == FINAL] == [5, steps[-1]]


def test_nan_ends_the_tracked_run_as_failed(sample_csv: Path, tmp_path: Path, one: type[Remembering]) -> None:
    optimizer = {"type": "sgd", "learning_rate": 1e30}
    config = _config(sample_csv, training__optimizer=optimizer)
    with pytest.raises(Exception, match="is NaN|is nan|is inf|infinite"), tracking(["one"], print) as listen:
        train_new(config, tmp_path / "runs", TrainOptions(report=False), Callbacks(listen))
    (told,) = one.runs.values()
    assert told.statuses == [FAILED]


def test_each_fold_is_a_run_of_its_group(sample_csv: Path, tmp_path: Path, one: type[Remembering]) -> None:
    config = _config(sample_csv, training__epochs=1)
    with tracking(["one"], print) as listen:
        train_folds(config, tmp_path, TrainOptions(report=False), Callbacks(listen), folds=2)
    assert {told.about.name: told.about.group for told in one.runs.values()} == {
        "small-1-fold1": "small-1",
        "small-1-fold2": "small-1",
    }
    for told in one.runs.values():
        assert told.statuses == [FINISHED] and {name for name in PROBES.values()} <= {
            name for point in told.points for name in point.values
        }


def test_resuming_from_the_command_line_tracks_as_before(sample_csv: Path, tmp_path: Path) -> None:
    config = written_config(tmp_path, sample_csv, layers=POOLED, training__epochs=1)
    runs = ("--runs", tmp_path / "runs")
    assert _train(config, *runs, "--track", "tensorboard", "--no-report").exit_code == 0
    run = Run(tmp_path / "runs" / "small-1")
    once = _scalars(run)["epoch/loss"]
    resumed = _train("--resume", "small-1", "--epochs", 2, *runs, "--no-report")
    assert resumed.exit_code == 0 and "Tracking with tensorboard" in resumed.stderr, resumed.output
    assert _scalars(run)["epoch/loss"][:1] == once and len(_scalars(run)["epoch/loss"]) == 2
    untracked = _train("--resume", "small-1", "--epochs", 3, *runs, "--no-report", "--track", "none")
    assert untracked.exit_code == 0 and "Tracking" not in untracked.stderr, untracked.output
    assert len(_scalars(run)["epoch/loss"]) == 2


def test_a_run_whose_tracker_is_not_installed_is_resumed_without_it(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = written_config(tmp_path, sample_csv, layers=POOLED, training__epochs=1)
    runs = ("--runs", tmp_path / "runs", "--no-report")
    assert _train(config, *runs).exit_code == 0
    note = tmp_path / "runs" / "small-1" / "tracking" / "mlflow.json"
    note.parent.mkdir()
    note.write_text('{"id": "x"}', encoding="utf-8")
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    done = _train("--resume", "small-1", "--epochs", 2, *runs)
    assert done.exit_code == 0, done.output
    assert "warning: this run is also tracked with mlflow, which is not installed" in done.stderr
    assert 'pip install "seqclf[mlflow]"' in done.stderr and "Tracking with" not in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--track", "mlfow"], "did you mean mlflow?"),
        (["--track", "wandb"], "is not one of"),
        (["--track", "tensorboard,none"], "--track none means no tracker"),
        (["--track", "tensorboard", "--track-files", "model.onnx"], "needs a tracker that keeps files; add --track"),
        (["--track-files", "secrets.txt"], "is not one of"),
        (["--track-project", "x"], "--track-project: names where trackers write; add --track"),
        (["--track-project", " ", "--track", "tensorboard"], "expected a name"),
    ],
)
def test_wrong_options_are_rejected_before_anything_is_read(options: list[str], message: str) -> None:
    done = _train("there-is-no-such-config.yaml", *options)
    assert done.exit_code == 2 and message in " ".join(done.stderr.split()), done.stderr


@pytest.mark.parametrize("command", [["train"], ["launch", "--local", "2"]])
def test_a_missing_package_is_named_before_anything_is_read(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    done = CliRunner().invoke(
        cli, [*command, "there-is-no-such-config.yaml"], env={"SEQCLF_TRACK": "tensorboard,trackio"}
    )
    said = " ".join(done.stderr.split())
    assert done.exit_code == 2 and "needs the package trackio" in said and 'pip install "seqclf[trackio]"' in said


def test_a_resumed_run_keeps_its_trackers_project_and_files(tmp_path: Path) -> None:
    run = begun_run(tmp_path / "small-1")
    assert TrackerChoice().of(run) == () and TrackerChoice().files_of(run) == ()
    Record("x", "mine", ("model.onnx",)).write(run, "mlflow")
    Record("y", None, ("model.onnx", "report.html")).write(run, "tensorboard")
    before, again = TrackerChoice(), TrackerChoice(("mlflow",), "other", ("config.yaml",))
    assert before.of(run) == ("mlflow", "tensorboard") and before.files_of(run) == ("model.onnx", "report.html")
    assert before.project_of("mlflow", run) == "mine" and before.project_of("tensorboard", run) is None
    assert again.of(run) == ("mlflow",) and again.files_of(run) == ("config.yaml",)
    assert again.project_of("mlflow", run) == "other"
    assert TrackerChoice(()).of(run) == TrackerChoice(()).files_of(run) == ()
    TrackerChoice(("tensorboard",)).check(run)


def test_only_the_worker_that_writes_the_run_tracks(tmp_path: Path) -> None:
    for writes in (False, True):
        made = MadeUp(begun_run(tmp_path / str(writes)), steps=(2,))
        tracked = _Tracking(TrackerChoice(("tensorboard",)), tmp_path)
        with _monitored(tracking=tracked, writes=writes) as (_, callbacks):
            tell(callbacks.listen, [*made.events(), made.end(FINISHED)])
        assert (made.run.folder / "tensorboard").exists() == writes
