"""``report.html`` at the end of ``seqclf train`` and ``seqclf eval``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, written_config

from seqclf import report
from seqclf.cli import cli
from seqclf.runs import Run

pytestmark = pytest.mark.usefixtures("no_saved_models")


def _call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


@pytest.fixture
def config(sample_csv: Path, tmp_path: Path) -> Path:
    return written_config(tmp_path, sample_csv, layers=POOLED, training__epochs=1)


@pytest.fixture
def run(binary_run: Run, tmp_path: Path) -> Run:
    """A copy, since eval writes into the run."""
    copy = Run(tmp_path / "copy-1")
    shutil.copytree(binary_run.folder, copy.folder)
    return copy


@pytest.mark.usefixtures("real_reports")
def test_train_and_eval_write_the_page_and_say_where_it_is(config: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    trained = _call("train", config, "--runs", runs)
    assert trained.exit_code == 0, trained.output
    path = runs / "small-1" / "report.html"
    assert f"Report      {path}\n" in trained.stdout
    of_training = path.read_text(encoding="utf-8")
    evaluated = _call("eval", "--runs", runs)
    assert evaluated.exit_code == 0 and evaluated.stdout.endswith(f"\nReport: {path}\n"), evaluated.output
    assert path.read_text(encoding="utf-8") != of_training


def test_no_report_writes_no_page(config: Path, run: Run, tmp_path: Path) -> None:
    trained = _call("train", config, "--runs", tmp_path / "runs", "--no-report")
    assert trained.exit_code == 0 and "Report" not in trained.stdout
    written = Run(tmp_path / "runs" / "small-1")
    assert not written.report.exists() and not written.evidence.exists()
    evaluated = _call("eval", "--runs", run.folder.parent, "--no-report")
    assert evaluated.exit_code == 0 and "Report" not in evaluated.stdout and not run.report.exists()


@pytest.mark.parametrize("form", [["--json"], ["--markdown"], ["--metric", "accuracy"]])
def test_other_programs_read_what_they_did_before(run: Run, form: list[str]) -> None:
    done = _call("eval", "--runs", run.folder.parent, *form)
    assert done.exit_code == 0 and "Report" not in done.stdout and run.report.exists()
    if form == ["--json"]:
        json.loads(done.stdout)


def test_each_fold_has_its_report(config: Path, tmp_path: Path) -> None:
    done = _call("train", config, "--folds", "2", "--runs", tmp_path / "runs", "--set", "data.validation=0")
    assert done.exit_code == 0, done.output
    folds = [Run(tmp_path / "runs" / f"small-1-fold{fold}") for fold in (1, 2)]
    assert all(fold.report.exists() and fold.evidence_file("validation").exists() for fold in folds)
    page = tmp_path / "runs" / "small-1-folds.html"
    assert f"\nReport      {page}\n" in done.stdout
    assert "small-1-fold2" in page.read_text(encoding="utf-8")


def test_a_cross_validation_without_reports_has_no_page(config: Path, tmp_path: Path) -> None:
    done = _call("train", config, "--folds", "2", "--runs", tmp_path / "runs", "--no-report")
    assert done.exit_code == 0 and "Report" not in done.stdout, done.output
    assert not list((tmp_path / "runs").rglob("*.html"))


@pytest.mark.usefixtures("real_reports")
def test_a_report_that_fails_is_a_warning(
    config: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(run: Run) -> Path:
        raise RuntimeError("no ink")

    monkeypatch.setattr(report, "write_report", fail)
    for done in (_call("train", config, "--runs", tmp_path / "runs"), _call("eval", "--runs", run.folder.parent)):
        assert done.exit_code == 0 and "warning: the report is not written: no ink" in done.stderr, done.output
        assert "Report" not in done.stdout


@pytest.mark.usefixtures("real_reports")
def test_a_page_of_the_user_stays(run: Run) -> None:
    run.report.write_text("<html>my own", encoding="utf-8")
    done = _call("eval", "--runs", run.folder.parent)
    assert done.exit_code == 0 and "exists and is not a report of seqclf" in done.stderr, done.output
    run.forget_metrics()
    assert run.report.read_text(encoding="utf-8") == "<html>my own"


def test_another_model_takes_the_report_away(run: Run) -> None:
    assert _call("eval", "--runs", run.folder.parent, "--run", run.name).exit_code == 0
    assert run.report.exists()
    run.forget_metrics()
    assert not run.report.exists() and not run.evidence_file("test").exists()
