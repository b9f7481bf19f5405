"""The evidence that ``seqclf eval`` keeps, with scores of words, and who never gets it."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, small_config, trained, write_csv

from seqclf.cli import cli
from seqclf.evaluation.evidence.content import SplitEvidence, WrongText
from seqclf.evaluation.evidence.store import read_evidence
from seqclf.explanation import timed
from seqclf.inference import Classifier
from seqclf.runs import Run
from seqclf.text.fields import split_fields


def _copy(run: Run, folder: Path) -> Run:
    """Since eval writes into the run."""
    copy = Run(folder / "copy-1")
    shutil.copytree(run.folder, copy.folder)
    return copy


@pytest.fixture
def run(three_label_run: Run, tmp_path: Path) -> Run:
    return _copy(three_label_run, tmp_path)


def _call(command: str, run: Run, *options: str) -> Result:
    return CliRunner().invoke(cli, [command, "--runs", str(run.folder.parent), "--run", run.name, *options])


def _evidence(run: Run, split: str) -> SplitEvidence:
    found = read_evidence(run, split)
    assert found is not None
    return found


def test_eval_keeps_the_evidence_of_its_split(run: Run) -> None:
    done = _call("eval", run, "--json")
    assert done.exit_code == 0, done.output
    found, shown = _evidence(run, "test"), json.loads(done.stdout)
    assert (found.origin.made_by, found.origin.texts) == ("eval", shown["texts"])
    assert {one.label: one.training_texts for one in found.labels} == {"money": 30, "space": 30, "sport": 30}
    assert [one.accuracy for one in found.slices["label"]] == [one["accuracy"] for one in shown["slices"]["label"]]
    assert found.wrong_texts == round((1 - shown["accuracy"]) * shown["texts"])
    assert {one.kind for one in found.curves} == {"label", "micro", "macro"}
    macro = next(one for one in found.curves if one.kind == "macro")
    assert macro.roc_auc == pytest.approx(shown["roc_auc"])
    assert found.duplicates is not None and found.duplicates.in_training == 0


def test_columns_of_slice_are_kept_as_well(offers_run: Run, tmp_path: Path) -> None:
    copy = _copy(offers_run, tmp_path)
    assert _call("eval", copy, "--slice", "country").exit_code == 0
    found = _evidence(copy, "test")
    assert list(found.slices) == ["length", "label", "country"]


@pytest.mark.parametrize("beside", [{"price": 3.5, "country": "de"}, {"price": float("nan"), "country": ""}])
def test_columns_beside_the_text_stay_as_they_are(offers_run: Run, beside: dict[str, Any]) -> None:
    explain = timed.explainer_of(offers_run, 5.0)
    assert explain is not None
    words = explain("some words of no use", "yes", beside)
    assert [(word.start, word.end) for word in words] == [(0, 4), (5, 10), (11, 13), (14, 16), (17, 20)]
    assert all(word.score is not None and math.isfinite(word.score) for word in words)


def test_training_texts_have_no_likely_label_errors(run: Run) -> None:
    before = _evidence(run, "train")
    assert _call("eval", run, "--split", "train").exit_code == 0
    found = _evidence(run, "train")
    assert (found.lengths, found.labels, found.duplicates) == (before.lengths, before.labels, before.duplicates)
    assert found.curves and found.likely_label_errors is None and not found.label_errors


def test_nothing_is_kept_without_report_and_of_other_texts(run: Run, three_labels_csv: Path) -> None:
    shutil.rmtree(run.evidence)
    assert _call("eval", run, "--no-report").exit_code == 0
    assert _call("eval", run, "--data", str(three_labels_csv)).exit_code == 0
    assert not run.evidence.exists()
    refused = _call("eval", run, "--data", str(three_labels_csv), "--no-report")
    assert refused.exit_code == 2 and "--no-report" in refused.stderr


def test_a_problem_is_a_warning(binary_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _copy(binary_run, tmp_path)
    monkeypatch.setattr(timed, "occlusion", None)  # a call of it raises TypeError
    done = _call("eval", run, "--metric", "accuracy")
    assert done.exit_code == 0 and done.stderr.count("warning: the report will lack") == 1, done.output
    assert done.stdout.count("\n") == 1
    found = _evidence(run, "test")
    assert found.curves and found.wrong_texts is not None and not found.wrong


def _unexplained(one: WrongText) -> set[str]:
    """The words of a text, separated by white space, that no score is about."""
    left = list(one.shown.text)
    for word in one.words:
        left[word.start : word.end] = " " * (word.end - word.start)
    return set("".join(left).split())


def test_words_of_wrong_texts_have_scores(binary_run: Run) -> None:
    wrong = _evidence(binary_run, "validation").wrong
    classifier = Classifier.load(binary_run.folder)
    for one in wrong:
        assert one.target == one.predicted[0] and one.words and not _unexplained(one)
        place = classifier.labels.names.index(one.target)
        assert classifier.probabilities([one.shown.text])[0, place] == pytest.approx(
            one.probabilities[one.target], abs=1e-5
        )
    read = [word for one in wrong for word in one.words if word.score is not None]
    assert read and any(word.score is None for one in wrong for word in one.words)  # longer than the model reads


def test_words_of_several_columns_are_where_they_stand(tmp_path: Path, no_saved_models: None) -> None:
    rows = [(f"title {number}", f"the body of {number}", "ab"[number % 2]) for number in range(60)]
    table = write_csv(tmp_path / "mail.csv", [("title", "body", "label"), *rows])
    config = small_config(data__train=str(table), data__text=["title", "body"], data__validation=0.5, layers=POOLED)
    config["training"]["epochs"] = 1
    wrong = _evidence(trained(config, tmp_path, report=True), "validation").wrong
    assert wrong
    for one in wrong:
        assert len(split_fields(one.shown.text)) == 2 and not _unexplained(one)
        assert one.shown.row is not None and one.shown.text == "\x1f".join(rows[one.shown.row - 2][:2])


def test_no_time_no_scores(binary_run: Run) -> None:
    explain = timed.explainer_of(binary_run, 0.0)
    assert explain is not None and explain("a text", "positive", {}) == ()
    in_time = timed.explainer_of(binary_run, 1e-9)
    assert in_time is not None
    assert in_time("the plot is poor", "positive", {}) and not in_time("the plot is poor", "positive", {})


def test_dropped_texts_do_not_move_the_others(run: Run, three_labels_csv: Path, tmp_path: Path) -> None:
    with three_labels_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:31]
    mixed = [("a strange text", "other"), *rows[:10], ("another strange one", "other"), *rows[10:]]
    mixed = [(text, {"sport": "money", "money": "sport"}.get(label, label)) for text, label in mixed]
    table = write_csv(tmp_path / "other.csv", [("text", "label"), *mixed])
    settings = ["--set", f"data.test={table}", "--set", "data.unknown_labels=drop"]
    assert _call("eval", run, *settings).exit_code == 0
    found = _evidence(run, "test")
    assert found.origin.texts == 30 and len(found.wrong) >= 10
    for one in (*found.wrong, *found.label_errors):
        assert one.shown.row is not None and one.shown.text == mixed[one.shown.row - 2][0]


@pytest.mark.parametrize("form", ["onnx", "saved_model", "keras"])
def test_exports_have_no_texts(run: Run, tmp_path: Path, form: str) -> None:
    assert _call("eval", run).exit_code == 0
    texts = {one.shown.text for split in ("validation", "test") for one in _evidence(run, split).wrong}
    done = _call("export", run, "--format", form, "--to", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    exported = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert exported and not [path for path in exported if "evidence" in path.parts]
    content = b"".join(path.read_bytes() for path in exported)
    assert not [text for text in texts if text.encode() in content]
