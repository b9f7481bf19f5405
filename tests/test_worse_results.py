"""What is said of an ensemble that is worse than one of its runs, and of a calibration that raised an error."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import small_config
from run_folders import made_run, scores

from seqclf.cli.calibration_report import worse_errors
from seqclf.cli.ensemble_report import as_values, behind_best
from seqclf.config import Config
from seqclf.ensembles.ensemble import Made
from seqclf.ensembles.measure import Scored
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.runs import Run

CONFIG = Config.model_validate(small_config(data__train="train.csv"))


def _scored(name: str, accuracy: float, loss: float) -> Scored:
    return Scored(name, ClassificationMetrics.from_json(scores(accuracy, loss=loss) | {"confusion": [[4, 1], [1, 4]]}))


def _made(folder: Path, accuracy: float, *, chose: bool = False, loss: float = 0.5) -> Made:
    members = [{"name": "a-1", "weight": 0.5}, {"name": "b c-1", "weight": 0.5}]
    run = made_run(folder, "a-ensemble-1", ensemble={"members": members})
    parts = (_scored("a-1", 0.7, 0.6), _scored("b c-1", 0.8, 0.6))
    return Made(run, parts, _scored(run.name, accuracy, loss), chose_weights=chose)


def test_an_ensemble_that_is_worse_than_one_of_its_runs(tmp_path: Path) -> None:
    made = _made(tmp_path, 0.75)
    assert behind_best(made, CONFIG, tmp_path) == (
        "note: b c-1 alone has the higher accuracy, 0.8000 against 0.7500; the new run has the lower loss. "
        f"`seqclf runs compare --runs {tmp_path} 'b c-1' a-ensemble-1` tests whether that may be chance; fewer runs, "
        "or --weights validation, may be better"
    )
    assert as_values(made, CONFIG)["better_alone"] == "b c-1"


def test_its_weights_were_chosen_already_and_its_loss_is_no_lower(tmp_path: Path) -> None:
    said = behind_best(_made(tmp_path, 0.75, chose=True, loss=0.6), CONFIG, tmp_path)
    assert said is not None and "against 0.7500. `seqclf" in said and said.endswith("; fewer runs may be better")


@pytest.mark.parametrize("accuracy", [0.8, 0.9])
def test_a_good_ensemble_needs_no_remark(tmp_path: Path, accuracy: float) -> None:
    made = _made(tmp_path, accuracy)
    assert behind_best(made, CONFIG, tmp_path) is None
    assert as_values(made, CONFIG)["better_alone"] is None
    assert behind_best(Made(made.run), CONFIG, tmp_path) is None, "nothing was measured"


def test_the_score_is_the_one_that_compares_runs(tmp_path: Path) -> None:
    """Macro F1, where class weights make all labels count the same."""
    balanced = Config.model_validate(small_config(data__train="train.csv", training__class_weights="balanced"))
    said = behind_best(_made(tmp_path, 0.75), balanced, tmp_path)
    assert said is not None and "the higher macro F1, 0.7900 against 0.7400" in said


def _rose(losses: tuple[float, float], errors: tuple[float | None, float | None], split: str = "validation") -> str:
    old, new = (
        SimpleNamespace(loss=loss, evaluation=SimpleNamespace(expected_calibration_error=error))
        for loss, error in zip(losses, errors, strict=True)
    )
    before: dict[str, Any] = {split: old}
    after: dict[str, Any] = {split: new}
    return " ".join(worse_errors(Run(Path("runs/a-1")), before, after))


def test_a_calibration_error_that_rose_is_explained_by_the_log_loss() -> None:
    said = _rose((0.8648, 0.8648), (0.0489, 0.0523))
    assert said == (
        "note: the calibration error of the validation texts rose from 0.0489 to 0.0523, but the log loss, to which "
        "temperatures are fitted, hardly changed. The probabilities were about right before, and a difference of this "
        "kind comes from the 15 bins of the error; `seqclf calibrate --run runs/a-1 --undo` removes the temperature"
    )
    assert "but the log loss, to which temperatures are fitted, fell. Both measure" in _rose((0.9, 0.8), (0.04, 0.05))
    test = _rose((0.8, 0.9), (0.04, 0.05), "test")
    assert "of the test texts rose from 0.0400 to 0.0500, and the log loss rose. What was fitted" in test
    assert test.endswith("--undo` removes the temperature")


@pytest.mark.parametrize("errors", [(0.05, 0.04), (0.05, 0.05), (0.05001, 0.05002), (None, 0.1), (0.1, None)])
def test_an_error_that_is_shown_alike_or_unknown_brings_no_note(errors: Any) -> None:
    assert not _rose((0.9, 0.8), errors)
