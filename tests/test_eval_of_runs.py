"""All scores of trained runs: at the end of a training, and from ``seqclf eval``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.kinds import all_scores, score_names
from seqclf.runs import Run


@pytest.fixture
def run(binary_run: Run, tmp_path: Path) -> Run:
    """A copy, since eval writes into the run."""
    copy = Run(tmp_path / "copy-1")
    shutil.copytree(binary_run.folder, copy.folder)
    return copy


def _eval(run: Run, *options: str) -> Result:
    return CliRunner().invoke(cli, ["eval", "--runs", str(run.folder.parent), "--run", run.name, *options])


def test_the_end_of_a_training_writes_what_eval_finds(run: Run) -> None:
    written: dict[str, Any] = run.metrics["validation"]
    metrics = ClassificationMetrics.from_json(written)
    scores = all_scores(metrics)
    assert set(scores) == set(score_names(False))
    found = json.loads(_eval(run, "--split", "validation", "--json").stdout)
    for name, value in scores.items():
        assert found.get(name, value) == (None if value is None else pytest.approx(value, rel=1e-5)), name
    assert [row["texts"] for row in found["calibration"]] == [row["texts"] for row in written["calibration"]]
    assert len(found["threshold_table"]) == len(written["threshold_table"]) == 9
    assert metrics.evaluation is not None
    for epoch in (json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()):
        assert "val_roc_auc" not in epoch, "not computed after each epoch"


def test_single_numbers_and_markdown(run: Run) -> None:
    alone = _eval(run, "--metric", "accuracy", "--metric", "macro-F1", "--metric", "log_loss")
    kept = run.metrics["test"]
    assert alone.exit_code == 0, alone.output
    assert alone.stdout.split() == [repr(kept[name]) for name in ("accuracy", "macro_f1", "loss")]
    shown = _eval(run, "--markdown")
    assert shown.stdout.startswith("## copy-1 on test (")
    assert f"| ROC AUC | {kept['roc_auc']:.4f} |" in shown.stdout
    assert "| true \\\\ predicted | negative | positive |" in shown.stdout


def test_an_unknown_metric_is_refused_before_anything_is_measured(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqclf.tensorflow_startup.start_tensorflow", lambda *_: pytest.fail("too late"))
    refused = _eval(run, "--metric", "roc")
    assert refused.exit_code == 2
    assert "--metric: there is no metric" in refused.stderr and "roc_auc" in refused.stderr
