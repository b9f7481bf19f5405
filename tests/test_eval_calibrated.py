"""``seqclf eval`` of calibrated runs with thresholds that abstain: their scores, slices and comparisons."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibrating import call, copied

from seqclf.metrics.intervals import wilson
from seqclf.run_calibration import Abstention
from seqclf.runs import Run


def calibrated(run: Run, folder: Path, thresholds: list[float]) -> Run:
    """A copy with these thresholds, a calibration, and a confidence that half of the test texts reach."""
    from trainings import without_saved_models

    run = copied(run, folder)
    run.write_thresholds(thresholds)
    run.onnx.unlink()
    with without_saved_models():
        call("calibrate", "--run", str(run.folder))
    below = float(np.median([confidence_of(run, row) for row in predictions(run, folder)]))
    assert run.calibration is not None and run.calibration.temperatures[0] != 1
    run.write_calibration(replace(run.calibration, abstention=Abstention(0.1, below + 1e-6, 0.1, 0.5)))
    return run


def measured(run: Run, *options: str) -> dict[str, Any]:
    return dict(json.loads(call("eval", "--run", str(run.folder), "--no-report", "--json", *options).stdout))


def compared(run: Run, other: Run, *options: str) -> dict[str, Any]:
    asked = ["eval", "--run", str(run.folder), "--against", str(other.folder), "--json"]
    return dict(json.loads(call(*asked, *options).stdout))


def predictions(run: Run, folder: Path) -> list[dict[str, str]]:
    """The test texts with their predictions."""
    path = folder / f"{run.folder.parent.name}.csv"
    call("eval", "--run", str(run.folder), "--no-report", "--predictions", str(path), "--overwrite")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def confidence_of(run: Run, row: dict[str, str]) -> float:
    """Of the predicted label, or, multi-label, of exactly the predicted ones."""
    given = np.array([float(row[f"probability_of_{label}"]) for label in run.labels])
    if not run.labels.multi:
        return given[list(run.labels).index(row["prediction"])].item()
    chosen = given > np.array(run.thresholds)
    return float(np.where(chosen, given, 1 - given).prod())


@pytest.fixture(scope="module")
def of_two(binary_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return calibrated(binary_run, tmp_path_factory.mktemp("two"), [0.55])


@pytest.fixture(scope="module")
def of_several(several_label_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return calibrated(several_label_run, tmp_path_factory.mktemp("several"), [0.4, 0.5, 0.6])


@pytest.fixture(params=["of_two", "of_several"])
def careful(request: pytest.FixtureRequest) -> Run:
    run: Run = request.getfixturevalue(request.param)
    return run


def uncalibrated(run: Run, folder: Path) -> Run:
    run = copied(run, folder)
    thresholds = run.uncalibrated_thresholds
    run.write_calibration(None)
    assert run.thresholds == thresholds
    return run


def test_eval_measures_all_answers_and_says_what_abstaining_leads_to(careful: Run, tmp_path: Path) -> None:
    rows = predictions(careful, tmp_path)
    assert careful.calibration is not None and careful.calibration.abstention is not None
    below = careful.calibration.abstention.below
    right = np.array([row["correct"] == "true" for row in rows])
    answered = np.array([confidence_of(careful, row) >= below for row in rows])
    found = measured(careful)
    assert found["accuracy"] == pytest.approx(right.mean())
    abstention = found["abstention"]
    assert 0 < answered.mean() < 1
    assert abstention["below"] == below and abstention["coverage"] == pytest.approx(answered.mean())
    assert abstention["error"] == pytest.approx((~right)[answered].mean())
    interval = wilson(float((~right)[answered].mean()), int(answered.sum()))
    assert (abstention["error_low"], abstention["error_high"]) == pytest.approx((interval.low, interval.high))
    assert "abstention" not in careful.metrics["test"], "it is not a score of the model"
    for form in ([], ["--markdown"]):
        shown = " ".join(call("eval", "--run", str(careful.folder), "--no-report", *form).stdout.split())
        assert f"it answers {answered.mean():.4f} (95 % interval" in shown
        assert f"{abstention['error']:.4f} (95 % interval" in shown
    assert "abstention" not in measured(uncalibrated(careful, tmp_path / "raw"))


def test_slices_are_of_all_answers(careful: Run, tmp_path: Path) -> None:
    rows = predictions(careful, tmp_path)
    slices = measured(careful)["slices"]["length"]
    assert sum(one["texts"] for one in slices) == len(rows)
    right = sum(one["texts"] * one["accuracy"] for one in slices)
    assert right == pytest.approx(sum(row["correct"] == "true" for row in rows))


def test_a_calibration_changes_no_label_but_the_loss(careful: Run, tmp_path: Path) -> None:
    """Thresholds move with the probabilities."""
    raw = uncalibrated(careful, tmp_path)
    found = compared(careful, raw)
    assert found["differing"] == [] and found["right"]["only_run"] == found["right"]["only_against"] == 0
    accuracy, loss = found["scores"]["accuracy"], found["scores"]["loss"]
    assert accuracy["run"] == accuracy["against"] == measured(careful)["accuracy"]
    assert loss["run"] == pytest.approx(measured(careful)["loss"])
    assert loss["against"] == pytest.approx(measured(raw)["loss"])
    assert loss["run"] != pytest.approx(loss["against"], abs=1e-6)
    back = compared(raw, careful)["scores"]["loss"]
    assert (back["run"], back["against"], back["difference"]) == pytest.approx(
        (loss["against"], loss["run"], -loss["difference"])
    )


def test_each_run_decides_by_its_own_thresholds(careful: Run, tmp_path: Path) -> None:
    other = copied(careful, tmp_path)
    names, rows = careful.labels.with_thresholds, predictions(careful, tmp_path)
    other.write_thresholds([float(np.median([float(row[f"probability_of_{name}"]) for row in rows])) for name in names])
    assert other.calibration is not None and other.calibration.abstention is None
    found = compared(careful, other)
    mine, theirs = (predictions(run, tmp_path) for run in (careful, other))
    column = "predictions" if careful.labels.multi else "prediction"
    differ = [place for place, rows in enumerate(zip(mine, theirs, strict=True)) if rows[0][column] != rows[1][column]]
    assert differ and sorted(one["place"] for one in found["differing"]) == differ
    only = [
        sum(one["correct"] == "true" != another["correct"] for one, another in zip(*pair, strict=True))
        for pair in ((mine, theirs), (theirs, mine))
    ]
    assert [found["right"]["only_run"], found["right"]["only_against"]] == only
    assert found["scores"]["loss"]["difference"] == pytest.approx(0, abs=1e-9), "the probabilities are the same"
