"""The evidence that a training leaves in its run."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import POOLED, small_config, trained, write_csv
from language_models import lm_config
from test_multi_label import WORDS, rows_of, write_jsonl

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.evaluation.evidence import curves
from seqclf.evaluation.evidence.store import read_evidence
from seqclf.runs import Run
from seqclf.training.events import Event, Stage
from seqclf.training.extend import extended
from seqclf.training.options import TrainOptions
from seqclf.training.train import train


def test_a_training_keeps_evidence_of_its_training_and_validation_texts(binary_run: Run, sample_csv: Path) -> None:
    train, validation = (read_evidence(binary_run, split) for split in ("train", "validation"))
    assert train is not None and validation is not None
    assert (train.origin.texts, validation.origin.texts) == (120, 40)
    assert {one.label: one.training_texts for one in validation.labels} == {
        one.label: one.texts for one in train.labels
    }
    assert train.wrong_texts is None and not train.wrong and not train.curves
    measured = binary_run.measured("validation")["validation"].metrics
    assert validation.wrong_texts == round((1 - measured.accuracy) * 40)
    assert [one.roc_auc for one in validation.curves] == pytest.approx([measured.evaluation.roc_auc])
    assert sum(one.texts for one in validation.slices["label"]) == 40
    assert sum(one.texts for one in validation.lengths.bins) == 40 and validation.lengths.limit == 12
    assert validation.duplicates.in_training == 0
    with sample_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(validation.wrong) == min(20, validation.wrong_texts) > 0
    for one in validation.wrong:
        assert one.shown.part == str(sample_csv) and one.shown.row is not None
        row = rows[one.shown.row - 2]
        assert (one.shown.text, one.labels) == (row["text"], (row["label"],))
        assert one.predicted != one.labels


def test_no_report_keeps_no_texts(sample_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    run = trained(small_config(data__train=str(sample_csv), layers=POOLED, training__epochs=1), tmp_path)
    assert not run.evidence.exists()


def test_an_interrupted_training_keeps_none(sample_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    config = small_config(data__train=str(sample_csv), layers=POOLED)
    run = trained(config, tmp_path, report=True, should_stop=lambda: True)
    assert run.manifest["status"] == "interrupted" and not run.evidence.exists()


@pytest.fixture
def hostile_csv(tmp_path: Path) -> Path:
    texts = [
        "<script>alert(1)</script>",
        "a " * 50_000,
        "\u202e\u05d0\u05d1 \u0627",
        "👩\u200d👩\u200d👧 👍🏽",
        "a\x01b",
        "",
        "  ",
    ]
    rows = [
        (f"{text} {number}" if text.strip() else text, "yes" if number % 2 else "no")
        for number, text in enumerate(texts * 8)
    ]
    return write_csv(tmp_path / "hostile.csv", [("text", "label"), *rows])


def test_hostile_and_empty_texts_are_kept_as_they_are(hostile_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    config = small_config(data__train=str(hostile_csv), data__test=None, data__validation=0.5, layers=POOLED)
    run = trained(config, tmp_path / "runs", report=True)
    found = read_evidence(run, "validation")
    assert found is not None and found.wrong
    assert all(len(one.shown.text) <= 2_000 for one in (*found.wrong, *found.label_errors))
    assert run.evidence_file("validation").stat().st_size < 200_000


def test_without_validation_texts_only_the_training_texts_are_described(
    sample_csv: Path, tmp_path: Path, no_saved_models: None
) -> None:
    config = small_config(data__train=str(sample_csv), data__validation=0.0, layers=POOLED)
    run = trained(config, tmp_path, report=True)
    assert read_evidence(run, "validation") is None
    train = read_evidence(run, "train")
    assert train is not None and train.lengths is not None


def test_what_fails_is_a_warning_and_no_failure(
    sample_csv: Path, tmp_path: Path, no_saved_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any) -> None:
        raise RuntimeError("no curve today")

    monkeypatch.setattr(curves, "_curve", fail)
    events: list[Event] = []
    config = small_config(data__train=str(sample_csv), layers=POOLED, training__epochs=1)
    run = trained(config, tmp_path, report=True, listen=events.append)
    said = [event.what for event in events if isinstance(event, Stage) and event.what.startswith("warning")]
    assert run.manifest["status"] == "finished" and len(said) == 1 and "no curve today" in said[0]
    found = read_evidence(run, "validation")
    assert found is not None and found.lengths is not None and not found.wrong


def test_texts_that_changed_meanwhile_are_not_shown(sample_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    copy = tmp_path / "copy.csv"
    copy.write_bytes(sample_csv.read_bytes())
    said = []

    def listen(event: Event) -> None:
        if isinstance(event, Stage):
            said.append(event.what)
            if event.what.startswith("Writing the model"):
                copy.write_text(copy.read_text().replace("the ", "thy "))

    run = trained(small_config(data__train=str(copy), layers=POOLED), tmp_path / "runs", report=True, listen=listen)
    assert any(one.startswith("warning") and "changed" in one for one in said)
    found = read_evidence(run, "validation")
    assert found is not None and found.wrong_texts and found.curves and not found.wrong


def test_texts_of_a_folder_are_from_files(tmp_path: Path, no_saved_models: None) -> None:
    for number in range(60):
        path = tmp_path / "data" / "ab"[number % 2] / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"a text {number}")
    config = small_config(layers=POOLED, data__train=str(tmp_path / "data"), data__test=None, training__epochs=1)
    config["data"]["source"] = "folder"
    found = read_evidence(trained(config, tmp_path / "runs", report=True), "validation")
    assert found is not None and found.wrong
    for one in found.wrong:
        assert one.shown.row is None and one.shown.part is not None
        assert Path(one.shown.part).read_text() == one.shown.text


def _further(run: Run, epochs: int, **options: Any) -> None:
    config = extended(load_config(run.config), run, epochs, None)
    train(config, run, TrainOptions(resume=True, further=True, **options))


def test_evidence_belongs_to_the_last_weights(sample_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    rate = {"type": "adam", "learning_rate": 0.002}  # every epoch is better
    config = small_config(data__train=str(sample_csv), layers=POOLED, training__epochs=1, training__optimizer=rate)
    run = trained(config, tmp_path, report=True)
    run.evidence_file("test").write_bytes(run.evidence_file("validation").read_bytes())
    run.report.write_text('<meta name="generator" content="seqclf report">', encoding="utf-8")
    before = read_evidence(run, "validation")
    _further(run, 3)
    after = read_evidence(run, "validation")
    assert before is not None and after is not None and before.origin.model != after.origin.model
    assert after.wrong_texts is not None and not run.evidence_file("test").exists() and not run.report.exists()
    _further(run, 5, report=False)
    assert [path.name for path in run.evidence.iterdir()] == ["train.json"]


def test_a_language_model_has_lengths_and_equal_texts(sample_csv: Path, tmp_path: Path) -> None:
    run = trained(lm_config(sample_csv, training__epochs=1), tmp_path, report=True)
    done = CliRunner().invoke(cli, ["eval", "--runs", str(tmp_path)])
    assert done.exit_code == 0, done.output
    for split, texts in (("train", 120), ("validation", 40), ("test", 40)):
        found = read_evidence(run, split)
        assert found is not None and found.origin.texts == texts
        assert found.lengths is not None and found.lengths.limit is None and not found.lengths.truncated
        assert found.duplicates is not None and found.duplicates.contradictory == 0
        assert not (found.curves or found.slices or found.labels or found.wrong) and found.wrong_texts is None


def test_a_refit_of_ngrams_leaves_what_the_model_said_before(
    three_labels_csv: Path, tmp_path: Path, no_saved_models: None
) -> None:
    ngrams = {"buckets": 64, "refit": True}
    config = small_config(data__train=str(three_labels_csv), layers=[], head=[], ngrams=ngrams, training__epochs=1)
    run = trained(config, tmp_path, report=True)
    before = read_evidence(run, "validation")
    assert run.was_fitted_to_validation and before is not None
    assert before.wrong_texts == round((1 - run.metrics["validation"]["accuracy"]) * 30)
    assert not any(one.words for one in before.wrong)
    options = ["--runs", str(tmp_path), "--split", "validation"]
    assert CliRunner().invoke(cli, ["eval", *options]).exit_code == 0
    assert read_evidence(run, "validation") == before


def test_weights_of_texts_count(sample_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    with sample_csv.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"], str(number % 3)) for number, row in enumerate(csv.DictReader(file))]
    table = write_csv(tmp_path / "weighted.csv", [("text", "label", "weight"), *rows])
    config = small_config(data__train=str(table), data__weight="weight", layers=POOLED, training__epochs=1)
    run = trained(config, tmp_path / "runs", report=True)
    found, measured = read_evidence(run, "validation"), run.measured("validation")["validation"].metrics
    assert found is not None and found.origin.texts == 40 > measured.texts
    assert [one.roc_auc for one in found.curves] == pytest.approx([measured.evaluation.roc_auc])
    assert sum(one.texts for one in found.slices["label"]) == measured.texts
    assert all(rows[one.shown.row - 2][2] != "0" for one in found.wrong if one.shown.row is not None)


def test_several_labels_per_text(tmp_path: Path, no_saved_models: None) -> None:
    path = tmp_path / "several.jsonl"
    write_jsonl(path, rows_of(200, list(WORDS)))
    config = small_config(data__train=str(path), layers=POOLED, training__epochs=1)
    run = trained(config, tmp_path / "runs", report=True)
    found, measured = read_evidence(run, "validation"), run.measured("validation")["validation"].metrics
    assert found is not None and found.wrong_texts == round((1 - measured.accuracy) * measured.texts) > 0
    losses = [one.loss for one in found.wrong]
    assert losses == sorted(losses, reverse=True)
    assert {one.label: one.roc_auc for one in found.curves if one.kind == "label"}.keys() == set(run.labels)
    micro = next(one for one in found.curves if one.kind == "micro")
    assert micro.roc_auc == pytest.approx(measured.evaluation.micro_roc_auc)
    for one in found.wrong:
        assert set(one.labels) != set(one.predicted) and one.target in {*one.labels, *one.predicted}
