"""``seqclf calibrate --abstain`` and ``seqclf predict --set-coverage``, on the command line and in files."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibrating import call, copied

from seqclf.calibration.calibrate import Calibrated
from seqclf.calibration.temperature import Fit, in_words
from seqclf.cli.calibration_report import few_answers, show_abstention
from seqclf.inference import Classifier
from seqclf.metrics.intervals import wilson
from seqclf.run_calibration import Abstention, RunCalibration
from seqclf.runs import Run


@pytest.fixture(scope="module")
def careful(three_label_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    """A copy of the run that abstains, and what the command printed."""
    from trainings import without_saved_models

    folder = tmp_path_factory.mktemp("careful")
    run = copied(three_label_run, folder)
    with without_saved_models():
        return run, json.loads(call("calibrate", "--run", str(run.folder), "--abstain", "0.0", "--json").stdout)


@pytest.fixture(scope="module")
def texts(three_labels_csv: Path) -> list[str]:
    with three_labels_csv.open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)][:40] + ["said", "the old", "", "goal bank moon"]


def test_a_run_that_is_never_wrong_always_answers(careful: tuple[Run, dict[str, Any]]) -> None:
    run, printed = careful
    assert run.metrics["validation"]["accuracy"] == 1, "else another run is needed here"
    assert printed["abstain"] == {"rate": 0.0, "below": 0.0, "error": 0.0, "coverage": 1.0}
    assert printed["abstention"]["validation"]["error"] == 0
    assert printed["abstention"]["validation"]["error_high"] == pytest.approx(wilson(0, 30).high)
    assert printed["abstention"]["validation"]["coverage_low"] == pytest.approx(wilson(1, 30).low)
    assert "conformal" not in printed and run.calibration is not None and run.calibration.conformal is not None


def test_no_label_below_the_stored_confidence(
    careful: tuple[Run, dict[str, Any]], texts: list[str], tmp_path: Path
) -> None:
    run = copied(careful[0], tmp_path)
    probabilities = Classifier.load(run.folder).probabilities(texts)
    below = float(np.median(probabilities.max(axis=1)) + 1e-4)
    assert run.calibration is not None
    run.write_calibration(replace(run.calibration, abstention=Abstention(0.1, below, 0.1, 0.5)))
    run.onnx.unlink()
    call("export", "--run", str(run.folder), "--format", "onnx", "--to", str(tmp_path / "exported"))
    card = (tmp_path / "exported" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "calibrated: temperature scaling on 30 validation texts" in card
    assert f"Below a confidence of {below:.4g}, seqclf gives no label. 50.0 % of the" in card
    assert "validation texts are answered, and 10.0 % of the answers are wrong. A SavedModel answers all texts." in card
    assert "or no label if the confidence is too low" in card and "Every text gets one" not in card
    expected = [run.labels[int(row.argmax())] if row.max() >= below else None for row in probabilities]
    assert None in expected and len(set(expected)) == 4
    for folder in (run.folder, tmp_path / "exported"):
        assert [one.label for one in Classifier.load(folder).predict(texts)] == expected
    done = call("predict", "--run", str(run.folder), "--json", *texts)
    assert [json.loads(line)["label"] for line in done.stdout.splitlines()] == expected
    assert f"below a confidence of {below:.4g}" in done.stderr
    every = call("predict", "--run", str(run.folder), "--json", "--answer-all", *texts)
    assert [json.loads(line)["label"] for line in every.stdout.splitlines()] == [
        run.labels[int(row.argmax())] for row in probabilities
    ]
    plain = call("predict", "--run", str(run.folder), *texts).stdout.splitlines()
    assert [line.startswith("- ") for line in plain] == [one is None for one in expected]


def test_sets_on_the_screen_and_in_files(careful: tuple[Run, dict[str, Any]], texts: list[str], tmp_path: Path) -> None:
    run, _ = careful
    classifier = Classifier.load(run.folder)
    assert classifier.calibration is not None and classifier.calibration.conformal is not None
    sets = classifier.calibration.conformal.sets(0.9)
    expected = [sets.of(one.probabilities) for one in classifier.predict(texts)]
    asked = ["predict", "--run", str(run.folder), "--set-coverage", "0.9"]
    found = [json.loads(line) for line in call(*asked, "--json", *texts).stdout.splitlines()]
    assert [one["set"] for one in found] == expected
    assert "{" + ", ".join(expected[0]) + "}" in call(*asked, texts[0]).stdout
    (tmp_path / "in.csv").write_text("text\n" + "\n".join(texts[:40]) + "\n", encoding="utf-8")
    for name in ("out.csv", "out.jsonl", "out.parquet"):
        call(*asked, "--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / name))
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert [row["set"].split("|") for row in csv.DictReader(file)] == expected[:40]
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["set"] for line in lines] == expected[:40]
    import pyarrow.parquet

    assert pyarrow.parquet.read_table(tmp_path / "out.parquet")["set"].to_pylist() == expected[:40]


def test_again_changes_nothing_and_undo_removes_it(careful: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    from trainings import without_saved_models

    run = copied(careful[0], tmp_path)
    once = run.calibration_file.read_bytes(), run.onnx.read_bytes()
    with without_saved_models():
        shown = call("calibrate", "--run", str(run.folder)).stdout
        assert "The run had this calibration already" in shown
        assert "at most 0 of the answers wrong" in shown and "validation (chosen on it)" in shown
        assert "A temperature of 1 changes nothing: labels and probabilities stay." in shown
        assert (run.calibration_file.read_bytes(), run.onnx.read_bytes()) == once
        call("calibrate", "--run", str(run.folder), "--undo")
    assert Classifier.load(run.folder).calibration is None
    assert (
        "calibrate it first" in call("predict", "--run", str(run.folder), "--set-coverage", "0.9", "x", code=2).stderr
    )


@pytest.mark.parametrize("own", [True, False])
def test_a_report_that_stays_is_written_again(
    own: bool, careful: tuple[Run, dict[str, Any]], tmp_path: Path, no_saved_models: None
) -> None:
    """It shows the confidence below which the run abstains; a page of the user is kept."""
    run = copied(careful[0], tmp_path)
    before = '<meta name="generator" content="seqclf report of an earlier call">' if own else "mine"
    run.report.write_text(before, encoding="utf-8")
    call("calibrate", "--run", str(run.folder), "--abstain", "0.2")
    assert (run.report.read_text(encoding="utf-8") != before) is own


@pytest.mark.parametrize(
    ("multi", "below", "said"),
    [
        (False, 0.0, "Every text gets a label: already at most 0.1 of the answers wrong"),
        (True, 0.0, "Every text is answered: already at most 0.1 of the answers wrong"),
        (False, 0.75, "No label below a confidence of 0.75: at most 0.1 of the answers wrong"),
        (True, 0.75, "No answer below a confidence of 0.75: at most 0.1 of the answers wrong"),
    ],
)
def test_several_labels_have_answers_without_a_label(
    multi: bool, below: float, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    calibration = RunCalibration((1.0,), None, 50, Abstention(0.1, below, 0.0, 1.0))
    show_abstention(Calibrated(calibration, Fit((1.0,)), {}, {}, None, True, False), {}, is_multi=multi)
    assert said in capsys.readouterr().out


def test_temperatures_that_are_equal_are_named_once() -> None:
    assert in_words((1.5,)) == "1.5000" and in_words((1.1, 2.0, 1.3)) == "1.1000 to 2.0000"
    assert in_words((1.0, 1.00001, 1.0)) == "1.0000"


def test_a_run_that_hardly_answers_brings_a_warning(binary_run: Run) -> None:
    def warning(below: float, coverage: float, texts: int) -> str | None:
        calibration = RunCalibration((1.0,), None, texts, Abstention(0.05, below, 0.0, coverage))
        return few_answers(binary_run, Calibrated(calibration, Fit((1.0,)), {}, {}, None, True, False))

    assert warning(0.9, 0.06, 1000) is None and warning(0.0, 1.0, 10) is None
    assert "answers only 1 of the 296 validation texts" in str(warning(0.9, 0.0034, 296))
    assert "answers only 40 of the 1,000" in str(warning(0.9, 0.04, 1000))


def test_options_that_contradict_each_other(careful: tuple[Run, dict[str, Any]]) -> None:
    run = str(careful[0].folder)
    assert "contradict" in call("predict", "--run", run, "--answer-all", "--abstain-below", "0.5", "x", code=2).stderr
    assert "give one of them" in call("calibrate", "--run", run, "--undo", "--abstain", "0.1", code=2).stderr
    assert "--set-coverage" in call("predict", "--run", run, "--set-coverage", "1", "x", code=2).stderr
