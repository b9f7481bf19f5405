"""``seqclf report``: of one run, of several, and of a cross-validation."""

from __future__ import annotations

import json
import os
import webbrowser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from paired_examples import made_answers
from report_examples import HOSTILE, Page, full_run, language_model_run, write_history
from run_folders import made_folds, made_run, scores
from test_report import assert_harmless
from test_runs_command import called

from seqclf.cli import cli
from seqclf.evaluation.evidence.store import model_fingerprint
from seqclf.files import write_json
from seqclf.labels import Labels
from seqclf.report.targets import comparison_path, identity
from seqclf.run_answers import Bound, KeptAnswers, answers_file

TWO = Labels(("neg", "pos"))


def _report(runs: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["report", *arguments, "--runs", str(runs)])


def _page(path: Path) -> Page:
    text = path.read_bytes().decode()
    assert_harmless(text)
    return Page(text)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two classifiers and a language model."""
    words = [f"text {number}" for number in range(10)]
    full_run(tmp_path, TWO, words, name="reviews-1")
    full_run(tmp_path, TWO, words, name="reviews-2", seed=8, data="others.csv")
    language_model_run(tmp_path)
    return tmp_path


# --- one run ----------------------------------------------------------------------------------------------------------


def test_a_renamed_run_has_a_report_of_its_new_name(runs: Path, real_reports: None) -> None:
    _report(runs, "reviews-1")
    done = called(runs, "rename", "reviews-1", "the best")
    assert done.stderr == "" and "the best" in _page(runs / "the best" / "report.html").words
    assert "reviews-1" not in _page(runs / "the best" / "report.html").words
    mine = runs / "reviews-2" / "report.html"
    mine.write_text("mine", encoding="utf-8")
    called(runs, "rename", "reviews-2", "other")
    assert (runs / "other" / "report.html").read_text(encoding="utf-8") == "mine"


def test_a_renamed_cross_validation_has_a_page_of_its_new_name(tmp_path: Path, real_reports: None) -> None:
    made_folds(tmp_path, "cv-1")
    _report(tmp_path, "cv-1")
    called(tmp_path, "rename", "cv-1", "all")
    words = _page(tmp_path / "all-folds.html").words
    assert "all-fold1" in words and "cv-1" not in words
    called(tmp_path, "rename", "all-fold1", "first")
    assert "first" in _page(tmp_path / "all-folds.html").words


def test_the_report_of_a_run(runs: Path) -> None:
    done = _report(runs, "reviews-1")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{runs / 'reviews-1' / 'report.html'}\n"
    assert "result" in _page(Path(done.stdout.strip())).sections
    again = _report(runs, "reviews-1")
    assert again.exit_code == 0, "a report is replaced"


def test_without_a_name_the_newest_finished_run(runs: Path) -> None:
    made_run(runs, "later-1", ended="2027-01-01T10:00:00+00:00")
    assert _report(runs).stdout == f"{runs / 'later-1' / 'report.html'}\n"


def test_another_file(runs: Path) -> None:
    output = runs / "sub" / "page.html"
    missing = _report(runs, "reviews-1", "--output", str(output))
    assert missing.exit_code == 2 and f"the folder {output.parent} does not exist" in missing.stderr
    output.parent.mkdir()
    assert _report(runs, "reviews-1", "--output", str(output)).stdout == f"{output}\n"
    assert not (runs / "reviews-1" / "report.html").exists()
    folder = _report(runs, "reviews-1", "--output", str(output.parent))
    assert folder.exit_code == 2 and "is a folder" in folder.stderr


@pytest.mark.parametrize("content", [b"", b"<html>my own", b"\xff\x00" * 5000])
def test_files_that_are_no_reports_are_not_replaced(runs: Path, content: bytes) -> None:
    own = runs / "reviews-1" / "report.html"
    own.write_bytes(content)
    done = _report(runs, "reviews-1")
    assert done.exit_code == 2 and "exists and is not a report of seqclf" in done.stderr
    assert own.read_bytes() == content


def test_what_is_no_file_is_not_waited_for(runs: Path) -> None:
    pipe = runs / "pipe"
    os.mkfifo(pipe)
    (runs / "broken").symlink_to(runs / "nowhere")
    for name in ("pipe", "broken"):
        done = _report(runs, "reviews-1", "--output", str(runs / name))
        assert done.exit_code == 2 and "exists and is not a report" in done.stderr
    os.mkfifo(runs / "comparison.html")
    assert _report(runs, "reviews-1", "reviews-2").stdout == f"{runs / 'comparison-2.html'}\n"


@pytest.mark.parametrize("there", [True, False])
def test_open(runs: Path, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(opened.append(address)) or there)
    done = _report(runs, "reviews-1", "--open")
    assert done.exit_code == 0
    assert opened == [(runs / "reviews-1" / "report.html").absolute().as_uri()]
    assert ("No browser could be started" in done.stderr) is not there


def test_errors_say_what_to_type(runs: Path) -> None:
    unknown = _report(runs, "reviews-3")
    assert unknown.exit_code == 2 and "did you mean" in unknown.stderr
    empty = _report(runs, "")  # as of a variable of the shell that is not set
    assert empty.exit_code == 2 and "the name of the run is empty" in empty.stderr
    twice = _report(runs, "reviews-1", "reviews-1")
    assert twice.exit_code == 2 and "reviews-1 is named twice" in twice.stderr
    (runs / "reviews-1" / "metrics.json").write_text("{", encoding="utf-8")
    poorer = _report(runs, "reviews-1")
    assert poorer.exit_code == 0 and "metrics.json: cannot be read" in " ".join(poorer.stderr.split())
    assert "the page lacks what it says" in " ".join(poorer.stderr.split())
    (runs / "reviews-1" / "manifest.json").write_text("{", encoding="utf-8")
    damaged = _report(runs, "reviews-1")
    assert damaged.exit_code == 2 and "manifest.json" in damaged.stderr and "Traceback" not in damaged.stderr


# --- several runs -----------------------------------------------------------------------------------------------------


def test_a_comparison(runs: Path) -> None:
    _report(runs, "reviews-1")
    done = _report(runs, "reviews-1", "reviews-2")
    assert (done.exit_code, done.stdout) == (0, f"{runs / 'comparison.html'}\n")
    page = _page(runs / "comparison.html")
    assert page.sections == ["scores", "learning", "options", "cost", "reports"]
    assert "Validation scores" in page.words and "Test scores" in page.words
    assert [one["href"] for one in page.all("a") if (one["href"] or "").startswith("./")] == ["./reviews-1/report.html"]
    assert "The configs are the same." in page.words
    assert "seqclf eval --run" not in page.words, "they were measured on different texts"
    assert "different test texts" in page.words


def test_the_command_that_tests_two_runs(tmp_path: Path) -> None:
    for name, rate in (("a-1", 1e-3), ("a-2", 5e-3)):
        run = full_run(tmp_path, TWO, name=name, data="same.csv")
        text = run.config.read_text(encoding="utf-8")
        assert "learning_rate: " in text
        lines = [f"    learning_rate: {rate}" if "learning_rate:" in line else line for line in text.splitlines()]
        run.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _report(tmp_path, "a-1", "a-2")
    page = _page(tmp_path / "comparison.html")
    assert "training.optimizer.learning_rate" in page.words
    assert f"seqclf eval --run {tmp_path / 'a-1'} --against {tmp_path / 'a-2'}" in page.words


def test_runs_that_have_kept_their_answers_are_tested(tmp_path: Path) -> None:
    good, bad = made_answers(0, 60, 2, skill=3.0)
    names = ["a-1", "b-1", "<b>c-1"]
    for name, one in zip(names, (bad, good, bad), strict=True):
        run = full_run(tmp_path, TWO, name=name, data="a.csv" if name == "a-1" else "b.csv")
        kept = KeptAnswers(run.labels, one.ids, one.predicted, one.losses.astype(np.float32))
        kept.write(answers_file(run.answers, "test"), Bound("texts", model_fingerprint(run)))
    _report(tmp_path, "a-1", "b-1", "--output", str(tmp_path / "two.html"))
    page = _page(tmp_path / "two.html")
    assert "Paired test on 60 test texts" in page.words and "b-1 is better than a-1 on texts like these" in page.words
    assert "Both are right about" in page.words and "seqclf eval --run" not in page.words
    assert "different test texts" not in page.words, "the answers say that they are the same"
    _report(tmp_path, *names, "--output", str(tmp_path / "three.html"))
    page = _page(tmp_path / "three.html")
    assert "Better than a-1: b-1. Not shown to differ from a-1: <b>c-1." in " ".join(page.words.split())
    assert "adjusted for 2 comparisons by Holm's method" in page.words


def test_runs_of_different_tasks(runs: Path) -> None:
    done = _report(runs, "reviews-1", "lm-1")
    page = _page(Path(done.stdout.strip()))
    assert "Test scores of language models" in page.words and "perplexity" in page.words
    for kind in ("classifiers", "language models"):  # their losses do not compare
        assert f"Training loss of {kind}." in page.words
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_comparison_of_other_runs_has_another_name(runs: Path) -> None:
    first = _report(runs, "reviews-1", "reviews-2").stdout
    assert _report(runs, "reviews-2", "reviews-1").stdout == first
    second = _report(runs, "reviews-1", "lm-1")
    assert second.stdout == f"{runs / 'comparison-2.html'}\n"
    assert _report(runs, "reviews-1", "lm-1").stdout == second.stdout


def test_a_file_of_the_user_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "comparison.html").write_text("mine", encoding="utf-8")
    assert comparison_path(tmp_path, identity(["a", "b"])) == tmp_path / "comparison-2.html"


def test_names_of_runs_are_only_read(tmp_path: Path) -> None:
    names = ["<script>alert(1)&", '"><img src=x onerror=alert(1)>', "a b\u202ec"]
    for name in names:
        full_run(tmp_path, Labels(HOSTILE), name=name)
    (tmp_path / names[0] / "report.html").write_text("x", encoding="utf-8")
    page = _page(Path(_report(tmp_path, *names).stdout.strip()))
    assert names[0] in page.words and names[1] in page.words and "a b[U+202E]c" in page.words
    assert "./%3Cscript%3Ealert%281%29%26/report.html" in [one["href"] for one in page.all("a")]


def test_many_runs(tmp_path: Path) -> None:
    names = [f"a-{number}" for number in range(1, 13)]
    for name in names:
        write_history(made_run(tmp_path, name, validation=0.5))
    page = _page(Path(_report(tmp_path, *names).stdout.strip()))
    assert "Only the first 10 runs are drawn." in page.words
    assert page.words.count("a-12") >= 3


# --- cross-validations ------------------------------------------------------------------------------------------------


def _folds(runs: Path, **changes: Any) -> Path:
    """A cross-validation whose folds have baselines."""
    summary = made_folds(runs, "cv-1", **changes)
    content = json.loads(summary.read_text(encoding="utf-8"))
    for place, row in enumerate(content["runs"]):
        network, linear = 0.6 + place / 10, 0.5
        row |= {"validation": scores(network), "baseline": {"linear": scores(linear)}, "best_epoch": 2}
        write_history(made_run(runs, f"extra-{place}"))
    spread = {"mean": 0.5, "std": 0.0, "min": 0.5, "max": 0.5}
    content["baseline"] = {"score": "accuracy", "linear": {"accuracy": spread}, "majority": {"accuracy": spread}}
    write_json(summary, content)
    return summary


def test_a_cross_validation(tmp_path: Path) -> None:
    _folds(tmp_path)
    _report(tmp_path, "cv-1-fold2")
    done = _report(tmp_path, "cv-1")
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'cv-1-folds.html'}\n")
    page = _page(tmp_path / "cv-1-folds.html")
    assert page.sections == ["result", "folds", "config", "environment", "cost", "reports"]
    assert "15.0 points of accuracy ahead of the linear model on average, and ahead in 2 of 2 folds" in page.words
    assert "mean accuracy, standard deviation 7.0" in page.words
    assert "Config of the first fold" in page.words and "Environment of the first fold" in page.words
    assert [one["href"] for one in page.all("a") if (one["href"] or "").startswith("./")] == [
        "./cv-1-fold2/report.html"
    ]
    listed = CliRunner().invoke(cli, ["runs", "list", "--only-names", "--runs", str(tmp_path)])
    assert "cv-1-folds.html" not in listed.stdout


def test_folds_that_are_level_with_the_linear_model(tmp_path: Path) -> None:
    summary = _folds(tmp_path)
    content = json.loads(summary.read_text(encoding="utf-8"))
    for row, network in zip(content["runs"], (0.6, 0.4), strict=True):
        row["validation"], row["baseline"] = scores(network), {"linear": scores(1 - network)}
    write_json(summary, content)
    page = _page(Path(_report(tmp_path, "cv-1").stdout.strip()))
    assert "level with the linear model in accuracy on average, and ahead in 1 of 2 folds" in page.words


def test_a_cross_validation_without_baselines(tmp_path: Path) -> None:
    made_folds(tmp_path, "cv-1", status="interrupted")
    page = _page(Path(_report(tmp_path, "cv-1").stdout.strip()))
    assert "Nothing says what the network adds" in page.words
    assert "Not all folds are finished" in page.words


def test_a_cross_validation_without_its_folds(tmp_path: Path) -> None:
    summary = made_folds(tmp_path, "cv-1", folds=0)
    done = _report(tmp_path, "cv-1")
    assert done.exit_code == 2 and f"{summary}: no fold of it is there" in done.stderr


def test_a_cross_validation_beside_a_run(tmp_path: Path) -> None:
    _folds(tmp_path)
    full_run(tmp_path, TWO, name="a-1")
    page = _page(Path(_report(tmp_path, "a-1", "cv-1").stdout.strip()))
    assert "cv-1" in page.words and "data.folds" in page.words


def test_the_page_of_a_cross_validation_goes_with_it(tmp_path: Path) -> None:
    _folds(tmp_path)
    _report(tmp_path, "cv-1")
    runner = CliRunner()
    renamed = runner.invoke(cli, ["runs", "rename", "cv-1", "cv-9", "--runs", str(tmp_path)])
    assert renamed.exit_code == 0, renamed.output
    assert not (tmp_path / "cv-1-folds.html").exists() and (tmp_path / "cv-9-folds.html").is_file()
    removed = runner.invoke(cli, ["runs", "rm", "cv-9", "--yes", "--runs", str(tmp_path)])
    assert removed.exit_code == 0, removed.output
    assert not (tmp_path / "cv-9-folds.html").exists()
