"""``seqclf calibrate``: one calibration in all forms of a run's model, and its removal."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibrating import call, copied, files_of, killed_at, refusals
from sklearn.metrics import log_loss

from seqclf.runs import Run


@pytest.fixture(scope="module")
def texts(sample_csv: Path) -> list[str]:
    with sample_csv.open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)][:50] + ["", "日本"]


@pytest.fixture(scope="module")
def calibrated(binary_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    """A copy of the run with a threshold and a calibration, and what the command printed."""
    run = copied(binary_run, tmp_path_factory.mktemp("calibrated"))
    run.write_thresholds([0.6])
    run.onnx.unlink()  # it has no threshold
    return run, json.loads(call("calibrate", "--run", str(run.folder), "--split", "test", "--json").stdout)


def test_every_form_divides_by_the_temperature(
    calibrated: tuple[Run, dict[str, Any]], binary_run: Run, texts: list[str], tmp_path: Path
) -> None:
    import keras
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    run, printed = calibrated
    temperature = printed["temperature"]
    assert temperature != 1
    before = KerasClassifier.load(binary_run).probabilities(texts)[:, 1]
    logits = np.log(before) - np.log1p(-before)
    expected = 1 / (1 + np.exp(-logits / temperature))
    expected[-2:] = before[-2:]  # no known token: label frequencies
    for form in ("onnx", "saved_model", "keras"):
        call("export", "--run", str(run.folder), "--format", form, "--to", str(tmp_path / form))
    loaded = tf.saved_model.load(str(tmp_path / "saved_model")).signatures["serving_default"](text=tf.constant(texts))
    classifier = KerasClassifier.load(run)
    every = {
        "keras": classifier.probabilities(texts)[:, 1],
        "run": Classifier.load(run.folder).probabilities(texts)[:, 1],
        "onnx": Classifier.load(tmp_path / "onnx").probabilities(texts)[:, 1],
        "saved_model": loaded["probabilities"].numpy()[:, 1],
    }
    for form, found in every.items():
        np.testing.assert_allclose(found, expected, atol=1e-5, err_msg=form)
    decided = [run.labels[int(one > 0.6)] for one in before[:-2]]
    assert [one.decode() for one in loaded["label"].numpy()][:-2] == decided
    assert [one.label for one in Classifier.load(tmp_path / "onnx").predict(texts)][:-2] == decided
    (threshold,) = run.thresholds or ()
    assert threshold == pytest.approx(1 / (1 + np.exp(-np.log(0.6 / 0.4) / temperature)))
    assert json.loads((tmp_path / "keras" / "thresholds.json").read_text()) == {run.labels[1]: threshold}
    alone = keras.models.load_model(tmp_path / "keras" / "model.keras", compile=False)
    encoded = [classifier.tokenizer.encode(text) for text in texts[:-2]]
    place = min(range(len(encoded)), key=lambda one: len(encoded[one]))
    assert len(encoded[place]) <= 12, "not truncated"
    found = alone(np.array([encoded[place]], np.int32)).numpy()
    np.testing.assert_allclose(found, [[expected[place]]], atol=1e-5)


def test_its_scores_are_those_of_eval(calibrated: tuple[Run, dict[str, Any]], binary_run: Run, tmp_path: Path) -> None:
    run, printed = calibrated
    for split in ("validation", "test"):
        scores, saved = printed[split], run.metrics[split]
        assert scores["after"] == {
            "texts": saved["texts"],
            "log_loss": saved["loss"],
            "expected_calibration_error": saved["expected_calibration_error"],
        }
    assert printed["validation"]["after"]["log_loss"] < printed["validation"]["before"]["log_loss"]
    assert printed["validation"]["before"]["log_loss"] == pytest.approx(binary_run.metrics["validation"]["loss"])
    written = tmp_path / "predictions.csv"
    call("eval", "--run", str(run.folder), "--predictions", str(written))
    with written.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    second = run.labels[1]
    truth, given = [row["label"] == second for row in rows], [float(row[f"probability_of_{second}"]) for row in rows]
    assert printed["test"]["after"]["log_loss"] == pytest.approx(log_loss(truth, given), abs=1e-5)
    assert run.metrics["test"]["loss"] == pytest.approx(printed["test"]["after"]["log_loss"])


def test_twice_is_once_and_undo_is_before(calibrated: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run = copied(calibrated[0], tmp_path)
    call("calibrate", "--run", str(run.folder), "--undo")
    assert run.calibration is None and run.thresholds == (0.6,)
    before = files_of(run)
    assert "test" not in run.metrics
    shown = call("calibrate", "--run", str(run.folder)).stdout
    assert f"temperature {calibrated[1]['temperature']:.4f}" in shown
    assert "The threshold moved with the probabilities, from 0.6 to" in shown
    assert "validation (fitted on it)" in shown
    once = files_of(run)
    assert once["model.onnx"] != before["model.onnx"] and once["thresholds.json"] == before["thresholds.json"]
    again = call("calibrate", "--run", str(run.folder))
    assert "The run had this calibration already" in again.stdout
    assert files_of(run) == once
    call("calibrate", "--run", str(run.folder), "--undo")
    assert files_of(run) == before
    assert "nothing to undo" in call("calibrate", "--run", str(run.folder), "--undo").stderr


def test_a_threshold_that_is_chosen_later_survives_undo(
    calibrated: tuple[Run, dict[str, Any]], tmp_path: Path, no_saved_models: None
) -> None:
    run = copied(calibrated[0], tmp_path)
    found = json.loads(call("find-threshold", "--run", str(run.folder), "--recall", "0.9", "--save", "--json").stdout)
    assert run.thresholds == (found["threshold"],)
    assert run.calibration is not None and run.calibration.temperatures == (calibrated[1]["temperature"],)
    recall = run.metrics["validation"]["labels"][run.labels[1]]["recall"]
    call("calibrate", "--run", str(run.folder), "--undo")
    assert run.thresholds is not None and run.thresholds[0] != found["threshold"]
    assert run.metrics["validation"]["labels"][run.labels[1]]["recall"] == recall


def test_several_labels(several_label_run: Run, tmp_path: Path, no_saved_models: None) -> None:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    run = copied(several_label_run, tmp_path)
    texts = ["a goal of the bank", "the moon", "match and price", "old star 7"]
    before, thresholds = KerasClassifier.load(run).probabilities(texts), run.thresholds
    printed = json.loads(call("calibrate", "--run", str(run.folder), "--json").stdout)
    temperatures = np.array([printed["temperature"][name] for name in run.labels])
    assert len(set(temperatures)) == 3
    expected = 1 / (1 + ((1 - before) / before) ** (1 / temperatures))
    classifier = Classifier.load(run.folder)
    np.testing.assert_allclose(classifier.probabilities(texts), expected, atol=1e-5)
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(texts), expected, atol=1e-5)
    np.testing.assert_array_equal(before > thresholds, expected > np.array(classifier.thresholds))
    assert classifier.thresholds == run.thresholds != thresholds


def test_three_labels_keep_their_predictions(three_label_run: Run, tmp_path: Path, no_saved_models: None) -> None:
    from seqclf.inference import Classifier

    run = copied(three_label_run, tmp_path)
    texts = ["a goal", "the moon", "bank and price", "said", ""]
    before = Classifier.load(run.folder).probabilities(texts)
    printed = json.loads(call("calibrate", "--run", str(run.folder), "--json").stdout)
    after = Classifier.load(run.folder).probabilities(texts)
    scaled = before ** (1 / printed["temperature"])
    np.testing.assert_allclose(after[:-1], (scaled / scaled.sum(axis=1, keepdims=True))[:-1], atol=1e-5)
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    assert printed["thresholds"] is None
    call("train", "--resume", str(run.folder), "--epochs", "13")
    assert run.calibration is None, "more epochs have other weights"


def test_a_temperature_that_changes_nothing_leaves_the_scores_of_other_splits(
    binary_run: Run, tmp_path: Path, no_saved_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.calibration.temperature import Fit

    run = copied(binary_run, tmp_path)
    run.write_metrics("test", run.metrics["validation"])
    kept = run.metrics["test"]
    for temperature, left in ((1.0, True), (2.0, False)):
        monkeypatch.setattr("seqclf.calibration.calibrate.fitted", lambda *_, one=temperature: Fit((one,)))
        done = call("calibrate", "--run", str(run.folder))
        assert (run.metrics.get("test") == kept, "are removed" in done.output) == (left, not left)
        assert (f"to have them again: seqclf eval --run {run.folder}" in " ".join(done.stderr.split())) is not left
        run.write_metrics("test", kept)
        call("calibrate", "--run", str(run.folder), "--undo")
        assert ("test" in run.metrics) == left


def test_a_removed_report_is_named(binary_run: Run, tmp_path: Path, no_saved_models: None) -> None:
    run = copied(binary_run, tmp_path)
    (run.folder / "metrics.json").write_text("{}", encoding="utf-8")
    run.report.write_text('<meta name="generator" content="seqclf report 1">', encoding="utf-8")
    done = call("calibrate", "--run", str(run.folder))
    assert not run.report.exists()
    said = " ".join(done.stderr.split())
    expected = "report.html was that of other probabilities and is removed; to have it again: seqclf eval --run"
    assert expected in said and said.endswith("--split validation")


@pytest.mark.parametrize("at", ["write_calibration", "write_metrics"])
def test_a_killed_call_leaves_a_run_that_agrees_with_itself(
    at: str, binary_run: Run, tmp_path: Path, no_saved_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.evaluation.opening import open_classifier

    run = copied(binary_run, tmp_path)
    killed_at(monkeypatch, Run, at, "calibrate", "--run", str(run.folder))
    assert open_classifier(run).calibration == run.calibration
    call("calibrate", "--run", str(run.folder))
    assert run.onnx.exists() and run.saved_model.exists()
    assert open_classifier(run).calibration == run.calibration is not None


def test_what_cannot_be_calibrated_is_an_error(binary_run: Run, tmp_path: Path) -> None:
    errors = refusals(["calibrate"], binary_run, tmp_path)
    assert "is a language model" in errors["language model"]
    assert "the run is incomplete" in errors["incomplete"]
    assert "was trained without validation texts" in errors["without validation"]
    assert "data.validation=0.1" in errors["without validation"]
    assert "held_out.npz" in errors["refit"] and "train again" in errors["refit"]
    joined = copied(binary_run, tmp_path / "joined")
    joined.update_manifest(ngrams={"refit": True}, soup={"runs": ["a-1", "b-1"], "shared_validation": False})
    message = " ".join(call("calibrate", "--run", str(joined.folder), code=2).stderr.split())
    assert "the n-grams of runs that it is made of were fitted to the validation texts, too" in message
    assert "train these runs again with --set ngrams.refit=false and join them" in message
    broken = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "broken-1")))
    broken.calibration_file.write_text('{"temperature": 0}', encoding="utf-8")
    shown = call("calibrate", "--run", str(broken.folder), code=2).stderr
    assert "calibration.json: does not have a temperature" in " ".join(shown.split())
