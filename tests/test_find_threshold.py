"""``seqclf find-threshold``: what it prints, and the threshold that a run then has in all its forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibrating import call, copied, killed_at, refusals

from seqclf.runs import Run


def found_by(run: Run, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(call("find-threshold", "--run", str(run.folder), *arguments, "--json").stdout))


@pytest.fixture(scope="module")
def saved(binary_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    """A copy of the run with a saved threshold, and what the command printed."""
    run = copied(binary_run, tmp_path_factory.mktemp("saved"))
    return run, found_by(run, "--precision", "0.8", "--save")


def test_it_prints_what_the_threshold_costs(binary_run: Run) -> None:
    found = found_by(binary_run, "--precision", "0.8")
    assert found["precision"] >= 0.8 > found["precision_low"]
    assert found["saved"] is False and not (binary_run.folder / "thresholds.json").exists()
    shown = call("find-threshold", "--run", str(binary_run.folder), "--precision", "0.8").stdout
    assert f"Threshold {found['threshold']!r}: precision of at least 0.8, and the most recall with it" in shown
    for name in ("precision", "recall", "flagged_share"):
        assert f"{found[name]:.4f}" in shown
        assert f"{found[f'{name}_low']:.4f} to {found[f'{name}_high']:.4f}" in shown
    assert "add --save" in shown
    command = next(line for line in shown.splitlines() if "seqclf predict" in line)
    assert command.endswith(f"--threshold {found['threshold']!r} TEXT")
    assert max(map(len, shown.splitlines()[3:-3])) <= 80


def test_its_numbers_are_those_of_eval(saved: tuple[Run, dict[str, Any]], binary_run: Run) -> None:
    """``eval`` counts with other code."""
    run, found = saved
    assert found["saved"] is True
    second = run.labels[1]
    measured = json.loads(call("eval", "--run", str(run.folder), "--split", "validation", "--json").stdout)
    assert measured["labels"][second]["precision"] == pytest.approx(found["precision"])
    assert measured["labels"][second]["recall"] == pytest.approx(found["recall"])
    (used,) = [row for row in measured["threshold_table"] if row["used"]]
    assert used["threshold"] == found["threshold"]
    assert used["accuracy"] == measured["accuracy"]
    before = binary_run.metrics["validation"]
    unchanged = ("loss", "roc_auc", "brier_score", "expected_calibration_error")
    assert {name: measured[name] for name in unchanged} == pytest.approx({name: before[name] for name in unchanged})
    (at_half,) = [row for row in before["threshold_table"] if row["used"]]
    assert at_half["precision"] == pytest.approx(found["now"]["precision"])


def test_every_form_of_the_model_uses_it(saved: tuple[Run, dict[str, Any]], tmp_path: Path, sample_csv: Path) -> None:
    import csv

    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    run, found = saved
    with sample_csv.open(encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)][:60] + [""]
    keras = KerasClassifier.load(run)
    probabilities = keras.probabilities(texts)[:, 1]
    expected = [run.labels[int(one > found["threshold"])] for one in probabilities]
    assert expected != [run.labels[int(one > 0.5)] for one in probabilities], "the threshold makes a difference"
    call("export", "--run", str(run.folder), "--format", "onnx", "--to", str(tmp_path / "onnx"))
    call("export", "--run", str(run.folder), "--to", str(tmp_path / "saved_model"))
    for folder in (run.folder, tmp_path / "onnx"):
        assert Classifier.load(folder).thresholds == (found["threshold"],)
        assert [one.label for one in Classifier.load(folder).predict(texts)] == expected
    loaded = tf.saved_model.load(str(tmp_path / "saved_model"))
    answer = loaded.signatures["serving_default"](text=tf.constant(texts))
    assert [label.decode() for label in answer["label"].numpy()] == expected
    names = loaded.signatures["labels"]()
    np.testing.assert_allclose(names["thresholds"].numpy(), [found["threshold"]], rtol=1e-6)
    lines = call("predict", "--run", str(run.folder), "--json", *texts[:5]).stdout.splitlines()
    assert [json.loads(line)["label"] for line in lines] == expected[:5]
    again = call("predict", "--run", str(run.folder), "--threshold", "0.5", "--json", *texts[:5]).stdout.splitlines()
    assert [json.loads(line)["label"] for line in again] == [run.labels[int(one > 0.5)] for one in probabilities[:5]]


def test_one_label_of_several(several_label_run: Run, tmp_path: Path, no_saved_models: None) -> None:
    from seqclf.inference import Classifier

    run = copied(several_label_run, tmp_path)
    run.write_thresholds([0.5, 0.5, 0.5])
    found = found_by(run, "--recall", "0.9", "--label", "money", "--save")
    assert run.labels.names == ("money", "space", "sport")
    assert run.thresholds == (found["threshold"], 0.5, 0.5) == Classifier.load(run.folder).thresholds
    measured = run.metrics["validation"]["labels"]["money"]
    assert measured["recall"] == pytest.approx(found["recall"]) and found["recall"] >= 0.9
    assert measured["threshold"] == found["threshold"]
    shared = found_by(run, "--recall", "0.8", "--save")
    assert run.thresholds == (shared["threshold"],) * 3
    assert shared["now"]["threshold"] is None, "each label had its own"
    assert run.metrics["validation"]["micro_recall"] == pytest.approx(shared["recall"])


def test_metrics_of_other_splits_are_forgotten(binary_run: Run, tmp_path: Path, no_saved_models: None) -> None:
    run = copied(binary_run, tmp_path)
    run.write_metrics("test", run.metrics["validation"])
    run.report.write_text('<meta name="generator" content="seqclf report 1">', encoding="utf-8")
    done = call("find-threshold", "--run", str(run.folder), "--recall", "0.9", "--save")
    assert "test scores in metrics.json" in done.stderr and "Saved:" in done.stdout
    said = " ".join(done.stderr.split())
    assert "report.html was that of the earlier threshold and is removed" in said and not run.report.exists()
    assert said.endswith(f"to have it again: seqclf eval --run {run.folder}")
    assert set(run.metrics) == {"validation"}
    baseline, before = (one.metrics["validation"]["baseline"] for one in (run, binary_run))
    paired, paired_before = baseline.pop("paired"), before.pop("paired")
    assert baseline == before
    assert paired["scores"]["accuracy"]["network"] == run.metrics["validation"]["accuracy"], "compared again"
    assert paired_before["scores"]["accuracy"]["linear"] == paired["scores"]["accuracy"]["linear"]
    assert paired_before != paired
    assert not list(run.folder.glob(".*")), "no temporary files"


@pytest.mark.parametrize("at", ["write_thresholds", "write_metrics", "rename"])
def test_a_killed_call_leaves_a_run_that_agrees_with_itself(
    at: str, binary_run: Run, tmp_path: Path, no_saved_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.calibration import store
    from seqclf.evaluation.opening import open_classifier

    run = copied(binary_run, tmp_path)
    asked = ["find-threshold", "--run", str(run.folder), "--recall", "0.99", "--save"]
    where, name = (store, "_move") if at == "rename" else (Run, at)
    killed_at(monkeypatch, where, name, *asked)
    classifier = open_classifier(run)
    assert classifier.thresholds == run.thresholds
    assert type(classifier).__name__ == "KerasClassifier", "the ONNX model, which had other thresholds, is gone"
    call(*asked)
    assert open_classifier(run).thresholds == run.thresholds is not None
    assert type(open_classifier(run)).__name__ == "Classifier"


def test_more_epochs_forget_the_threshold(
    saved: tuple[Run, dict[str, Any]], tmp_path: Path, no_saved_models: None
) -> None:
    run = copied(saved[0], tmp_path)
    done = call("train", "--resume", str(run.folder), "--epochs", "3")
    assert "find-threshold" in done.stderr
    assert run.thresholds is None
    assert set(run.metrics) == {"validation"}


def test_what_cannot_be_chosen_is_an_error(binary_run: Run, three_label_run: Run, tmp_path: Path) -> None:
    run = str(binary_run.folder)

    def refused(*arguments: str) -> str:
        return " ".join(call("find-threshold", *arguments, code=2).stderr.split())

    assert "give --precision P or --recall R" in refused("--run", run)
    assert "not both" in refused("--run", run, "--precision", "0.5", "--recall", "0.5")
    assert "0.0: expected" in refused("--run", run, "--precision", "0.0")
    assert 'no label "x"' in refused("--run", run, "--precision", "0.9", "--label", "x")
    assert "one of 3" in refused("--run", str(three_label_run.folder), "--precision", "0.9")
    errors = refusals(["find-threshold", "--recall", "0.9"], binary_run, tmp_path)
    assert "is a language model" in errors["language model"]
    assert "the run is incomplete" in errors["incomplete"]
    assert "was trained without validation texts" in errors["without validation"]
    assert "held_out.npz" in errors["refit"] and "train again" in errors["refit"]
