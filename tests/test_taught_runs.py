"""Trainings with teachers: a run like any other, which the teachers change, and what ``check`` shows of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import trained
from teacher_examples import values_of
from trainings import Killed, killed_after, result, without_saved_models

from seqclf.cli import cli
from seqclf.cli.run_facts import facts
from seqclf.config import checked_config, load_config
from seqclf.config.loading import plain
from seqclf.errors import InputError
from seqclf.inference import Classifier
from seqclf.report import write_report
from seqclf.run_catalogue.entry import read_run
from seqclf.training.options import TrainOptions
from seqclf.training.resolve import resolved

STEPS = {"epochs": 3, "batch_size": 16, "checkpoint_steps": 2, "accumulate_steps": 2, "unlabelled_batch_size": 7}


def _student(teachers: Path) -> dict[str, Any]:
    values = values_of(teachers, ["one", "two"], data={"unlabelled": str(teachers / "more.csv")}, temperature=2)
    values["training"] |= STEPS
    return values


def test_a_student_is_an_ordinary_run_and_resumes_bit_equally(teachers: Path, tmp_path: Path, own_cache: Path) -> None:
    from seqclf.new_runs import begin_run
    from seqclf.training.options import Callbacks
    from seqclf.training.train import train

    copies = tmp_path / "teachers"
    shutil.copytree(teachers / "runs", copies)
    config = resolved(checked_config(_student(teachers)), copies)
    with without_saved_models():
        expected = begin_run(tmp_path / "runs", "student")
        train(config, expected, TrainOptions(report=False))
        run = begin_run(tmp_path / "runs", "student")
        with pytest.raises(Killed):
            train(config, run, TrainOptions(report=False), Callbacks(listen=killed_after(4)))
        (copies / "one-1" / "thresholds.json").write_text("{}", encoding="utf-8")  # another teacher
        with pytest.raises(InputError, match="has changed since the run that learns from it began"):
            train(load_config(run.config), run, TrainOptions(resume=True, report=False))
        shutil.rmtree(copies)  # what they said is in the cache
        train(load_config(run.config), run, TrainOptions(resume=True, report=False))
    assert result(run) == result(expected)
    names = [(row["name"], len(row["fingerprint"])) for row in run.manifest["teacher"]["runs"]]
    assert names == [("one-1", 64), ("two-1", 64)]
    assert run.manifest["unlabelled_texts"] == {"found": 60, "left_out": {"validation": 0}}
    shown = dict(facts(read_run(run.folder), run.folder.parent, []))
    assert shown["learnt from"] == "one-1, two-1"
    page = write_report(run).read_text(encoding="utf-8")
    assert "Learnt from <bdi>one-1</bdi>, <bdi>two-1</bdi>." in page
    assert Classifier.load(run.folder).predict(["good film"])[0].label in ("0", "1")


def test_what_a_teacher_says_changes_the_weights(teachers: Path, tmp_path: Path) -> None:
    """With a smaller weight of the unlabelled texts, the training ends elsewhere."""
    weights = []
    for options in ({}, {"unlabelled": 0.25}):
        values = _student(teachers)
        values["training"]["teacher"] |= options
        config = resolved(checked_config(values), teachers / "runs")
        with without_saved_models():
            run = trained(plain(config), tmp_path)
        weights.append(result(run)["weights"])
    assert weights[0] != weights[1]


def test_check_shows_what_a_teacher_says(teachers: Path, tmp_path: Path) -> None:
    import yaml

    values = values_of(teachers, "both", data={"unlabelled": str(teachers / "more.csv")}, confidence={"at_least": 0.6})
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    shown = CliRunner().invoke(cli, ["check", str(path), "--runs", str(teachers / "runs")])
    assert shown.exit_code == 0, shown.stderr
    assert "Also 60 unlabelled texts." in shown.stdout
    text = " ".join(shown.stdout.split())
    assert "The model learns from both-1 with weight 0.5; it was trained on all 40 training texts" in text
    assert "of 60 unlabelled texts have a confidence of at least 0.6" in text
    assert any(line.startswith("unlabelled ") for line in shown.stdout.splitlines()), "their tokens"
    as_json = CliRunner().invoke(cli, ["check", str(path), "--runs", str(teachers / "runs"), "--json"])
    found = json.loads(as_json.stdout)["splits"]["unlabelled"]
    assert found["found"] == 60
    assert found["tokens"]["truncated"] == 0
    values["training"]["teacher"]["runs"] = ["one", "nobody"]
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    wrong = CliRunner().invoke(cli, ["check", str(path), "--runs", str(teachers / "runs")])
    assert wrong.exit_code == 2
    assert "training.teacher.runs[1]: no run nobody in" in " ".join(wrong.stderr.split())
