"""Cross-validation: one run per fold, the summary, and the command."""

from __future__ import annotations

import dataclasses
import io
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import POOLED, small_config
from metric_examples import baseline_with, metrics_with

from seqclf.cli import cli
from seqclf.cli.against_baseline import folds_behind
from seqclf.cli.train_summary import folds_summary, summary
from seqclf.config import Config, checked_config
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError, SeqclfError
from seqclf.new_runs import begin_folds, begin_run, now
from seqclf.runs import FINISHED, INTERRUPTED, Run
from seqclf.training.checkpoints import Checkpoints
from seqclf.training.folds import cross_validate
from seqclf.training.folds_summary import Spread
from seqclf.training.options import Callbacks, Outcome, TrainOptions


def _train(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["train", *arguments])


@pytest.fixture
def config_file(three_labels_csv: Path, tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    config = small_config(data__train=str(three_labels_csv), layers=POOLED, training__epochs=1)
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


# --- one after the other ----------------------------------------------------------------------------------------------


def _outcome(accuracy: float, status: str = FINISHED) -> Outcome:
    return Outcome(status, 1, metrics_with(accuracy, loss=1.0), 1.0)


def _pretend(accuracies: list[Any]) -> Callable[[Config, Callable[[], Run]], tuple[Run, Outcome]]:
    """Replace training by the next of these results: an accuracy, an outcome or an error."""

    def train_fold(config: Config, begin: Callable[[], Run]) -> tuple[Run, Outcome]:
        assert config.data.fold is not None
        this = accuracies[config.data.fold - 1]
        if isinstance(this, BaseException):
            raise this
        run, outcome = begin(), this if isinstance(this, Outcome) else _outcome(this)
        run.update_manifest(status=outcome.status, ended=now())
        return run, outcome

    return train_fold


def _folds_config(folds: int) -> Config:
    return checked_config(small_config(data={"source": "sample", "folds": folds, "fold": 1}))


def test_the_summary_is_over_finished_folds(tmp_path: Path) -> None:
    runs = begin_folds(tmp_path, "x")
    found = cross_validate(_folds_config(3), runs, _pretend([0.5, 0.7, 0.9]))
    saved = json.loads(runs.summary.read_text(encoding="utf-8"))
    assert found.to_json() == saved
    assert saved["validation"]["accuracy"] == pytest.approx({"mean": 0.7, "std": 0.2, "min": 0.5, "max": 0.9})
    assert (saved["status"], saved["finished"]) == (FINISHED, [1, 2, 3])
    assert [one["run"] for one in saved["runs"]] == ["x-1-fold1", "x-1-fold2", "x-1-fold3"]
    assert Spread.of([0.25]) == Spread(mean=0.25, std=None, min=0.25, max=0.25)


def test_the_baseline_has_a_mean_too(tmp_path: Path) -> None:
    def with_baseline(network: float, linear: float) -> Outcome:
        return dataclasses.replace(_outcome(network), baseline=baseline_with(linear, 0.25, texts=50))

    outcomes = [with_baseline(0.7, 0.8), with_baseline(0.6, 0.9)]
    config = _folds_config(2)
    found = cross_validate(config, begin_folds(tmp_path, "x"), _pretend(outcomes))
    saved = found.to_json()
    assert saved["baseline"]["score"] == "accuracy"
    assert saved["baseline"]["linear"]["accuracy"]["mean"] == pytest.approx(0.85)
    assert saved["baseline"]["majority"]["accuracy"]["mean"] == 0.25
    assert saved["baseline"]["texts"] == 100
    assert saved["runs"][1]["baseline"]["linear"]["accuracy"] == 0.9
    shown = folds_summary(tmp_path / "x-1-folds.json", found).splitlines()
    assert shown[0].split() == ["fold", "accuracy", "loss", "macro", "F1", "linear", "run"]
    assert [line.split()[-2] for line in shown[1:3]] == ["0.8000", "0.9000"]
    assert shown[3].split() == ["mean", "0.6500", "1.0000", "0.6500", "0.8500"]
    warned = folds_behind(config, found)
    assert warned is not None and "by 20.0 points of validation accuracy" in warned
    # Of folds without one there is no mean to compare.
    found = cross_validate(config, begin_folds(tmp_path, "x"), _pretend([outcomes[0], 0.6]))
    assert found.baseline is None and folds_behind(config, found) is None
    assert "linear" not in folds_summary(tmp_path / "x-2-folds.json", found)


def test_commands_after_an_interrupted_run_name_it(tmp_path: Path) -> None:
    config = checked_config(small_config(data__train="t.csv"))
    for status, named in ((FINISHED, ""), (INTERRUPTED, " --run x-1")):
        said = summary(tmp_path / "x-1", tmp_path, config, _outcome(0.5, status), advised=True)
        assert f"seqclf eval --runs {tmp_path}{named}\n" in said
        assert f'seqclf predict --runs {tmp_path}{named} "a text"' in said
        assert f'seqclf explain --runs {tmp_path}{named} "a text"  (also: suspects, calibrate, report)' in said


def test_an_interrupted_fold_is_not_counted(tmp_path: Path) -> None:
    runs = begin_folds(tmp_path, "x")
    found = cross_validate(_folds_config(4), runs, _pretend([0.5, _outcome(0.1, INTERRUPTED), 0.9, 0.9]))
    saved = found.to_json()
    assert (saved["status"], saved["finished"]) == (INTERRUPTED, [1])
    assert [one["status"] for one in saved["runs"]] == [FINISHED, INTERRUPTED]
    assert saved["validation"]["accuracy"]["mean"] == 0.5


def test_a_stop_between_two_folds(tmp_path: Path) -> None:
    runs = begin_folds(tmp_path, "x")
    asked = iter([False, True])
    found = cross_validate(_folds_config(3), runs, _pretend([0.5, 0.6, 0.7]), lambda: next(asked))
    assert (found.status, [one.fold for one in found.finished]) == (INTERRUPTED, [1])
    assert not (tmp_path / "x-1-fold2").exists()


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), "interrupted"), (SeqclfError("the loss is nan"), "failed")]
)
def test_finished_folds_stay_when_a_later_one_fails(error: BaseException, status: str, tmp_path: Path) -> None:
    runs = begin_folds(tmp_path, "x")
    with pytest.raises(type(error)):
        cross_validate(_folds_config(3), runs, _pretend([0.5, 0.6, error]))
    left = json.loads(runs.summary.read_text(encoding="utf-8"))
    assert (left["status"], left["finished"]) == (status, [1, 2])
    assert left["validation"]["accuracy"]["mean"] == pytest.approx(0.55)
    assert Run(tmp_path / "x-1-fold2").manifest["status"] == FINISHED


def test_nothing_remains_if_the_first_fold_fails(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        cross_validate(_folds_config(3), begin_folds(tmp_path, "x"), _pretend([InputError("no")]))
    assert list(tmp_path.iterdir()) == []


def test_folds_are_numbered_with_the_runs(tmp_path: Path) -> None:
    assert begin_run(tmp_path, "x").name == "x-1"
    group = begin_folds(tmp_path, "x")
    assert group.name == "x-2"
    assert group.begin(1).name == "x-2-fold1"
    group.summary.unlink()
    assert begin_run(tmp_path, "x").name == "x-3", "a fold's name is taken even if the summary is missing"
    with pytest.raises(InputError, match="x-2-fold1: cannot be created"):
        group.begin(1)


# --- the command ------------------------------------------------------------------------------------------------------


def test_a_small_cross_validation(config_file: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    result = _train(str(config_file), "--folds", "2", "--runs", str(runs))
    assert result.exit_code == 0, result.output
    made = ["small-1-fold1", "small-1-fold2", "small-1-folds.html", "small-1-folds.json"]
    assert sorted(path.name for path in runs.iterdir()) == made
    summary = json.loads((runs / "small-1-folds.json").read_text(encoding="utf-8"))
    assert (summary["status"], summary["finished"], summary["folds"]) == (FINISHED, [1, 2], 2)
    for word in ("Fold 2 of 2", "Validation of 2 finished of 2 folds", "small-1-fold2"):
        assert word in result.output
    mean = summary["validation"]["accuracy"]["mean"]
    assert f"mean  {mean:>8.4f}" in result.stdout
    validated = []
    for fold in (1, 2):
        run = Run(runs / f"small-1-fold{fold}")
        assert run.manifest["status"] == FINISHED
        assert run.metrics["validation"]["accuracy"] == summary["runs"][fold - 1]["validation"]["accuracy"]
        validated.append(run.metrics["validation"]["texts"])
        assert (run.saved_model / "saved_model.pb").is_file()
        # The run knows its own splits: both are measured as training had them.
        for split in ("validation", "test"):
            arguments = ["eval", "--runs", str(runs), "--run", run.name, "--split", split, "--json"]
            measured = CliRunner().invoke(cli, arguments)
            assert measured.exit_code == 0, measured.output
            if split == "validation":
                loss = json.loads(measured.stdout)["loss"]
                assert loss == pytest.approx(run.metrics["validation"]["loss"], rel=1e-5)
    assert sum(validated) == 120, "all but the 30 test texts"
    newest = json.loads(CliRunner().invoke(cli, ["eval", "--runs", str(runs), "--json"]).stdout)
    assert newest["run"] == "small-1-fold2"


@pytest.mark.usefixtures("no_saved_models")
def test_a_fold_is_trained_again_from_its_own_config(config_file: Path, tmp_path: Path) -> None:
    """It has the fold's number and needs no other fold: the weights are the same as before."""
    runs = tmp_path / "runs"
    assert _train(str(config_file), "--folds", "2", "--runs", str(runs)).exit_code == 0
    again = _train(str(runs / "small-1-fold2" / "config.yaml"), "--runs", str(runs))
    assert again.exit_code == 0, again.output
    newest = (Checkpoints(Run(runs / name).checkpoints).newest() for name in ("small-1-fold2", "small-2"))
    first, second = (dict(np.load(io.BytesIO(found[1]))) for found in newest if found is not None)
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first.keys() - {"scalars"})


@pytest.mark.usefixtures("no_saved_models")
def test_ctrl_c_keeps_finished_folds(config_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.training import session

    original, begun = session.train, []

    def train(config: Config, run: Run, options: TrainOptions, callbacks: Callbacks, data: TrainingData) -> Outcome:
        def interrupting(event: Any) -> None:
            callbacks.listen(event)
            if len(begun) == 2 and type(event).__name__ == "StepDone":
                signal.raise_signal(signal.SIGINT)

        begun.append(run.name)
        return original(config, run, options, dataclasses.replace(callbacks, listen=interrupting), data)

    monkeypatch.setattr(session, "train", train)
    runs, before = tmp_path / "runs", signal.getsignal(signal.SIGINT)
    result = _train(str(config_file), "--folds", "3", "--runs", str(runs))
    assert result.exit_code == 130, result.output
    assert "Validation of 1 finished of 3 folds" in result.stdout
    assert "small-1-fold2 (interrupted)" in result.stdout
    assert [Run(runs / name).manifest["status"] for name in begun] == [FINISHED, INTERRUPTED]
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--folds", "1"), "1: expected 2 or more"),
        (("--folds", "x"), "'x': expected a whole number, 2 or more"),
        (("--folds", "20000"), "--folds: data.folds: expected at most 10,000"),
        (
            ("--folds", "45"),
            '45 folds need 45 texts of every label, but "money" has 40 training texts; use at most 40 folds',
        ),
        (("--folds", "3", "--set", "data.validation=dev.csv"), 'data.validation names its own: "dev.csv"'),
        (("--set", "data.folds=3"), "needs data.fold, the fold to validate on; `seqclf train --folds` trains"),
    ],
)
def test_data_without_enough_texts_for_folds_are_rejected_and_nothing_remains(
    arguments: tuple[str, ...], words: str, config_file: Path, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    result = _train(str(config_file), *arguments, "--runs", str(runs))
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
    assert not runs.exists() or list(runs.iterdir()) == []
