"""What a run keeps of its answers to the texts of a split: the file, and who writes and removes it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibrating import call, copied
from conftest import POOLED, small_config, trained, write_csv
from hypothesis import given
from hypothesis import strategies as st
from paired_examples import made_answers

from seqclf.errors import InputError
from seqclf.evaluation.answers_store import own_answers, read_answers
from seqclf.run_answers import Bound, KeptAnswers, answers_file
from seqclf.runs import Run

BOUND = Bound("texts", "model")


def kept(seed: int, texts: int, labels: int, *, places: bool = False, **kind: Any) -> KeptAnswers:
    """Made-up answers in the form that a run keeps."""
    one, _ = made_answers(seed, texts, labels, **kind)
    probabilities = None
    if not one.labels.multi:
        probabilities = one.probabilities[np.arange(texts), one.predicted].astype(np.float32)
    weights = None if one.weights is None else one.weights.astype(np.float32)
    more = tuple(f"more {place}" for place in range(one.width - labels))
    where = np.arange(texts, dtype=np.int64) * 3 if places else None
    losses = one.losses.astype(np.float32)
    return KeptAnswers(one.labels, one.ids, one.predicted, losses, probabilities, weights, where, more)


@given(
    st.integers(0, 99), st.integers(1, 40), st.integers(2, 300), st.booleans(), st.booleans(), st.integers(0, 2),
    st.booleans(),
)  # fmt: skip
def test_a_file_has_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    texts: int,
    labels: int,
    multi: bool,
    weighted: bool,
    more: int,
    places: bool,
) -> None:
    one = kept(seed, texts, labels, multi=multi, weighted=weighted, more=more, places=places)
    path = answers_file(tmp_path_factory.mktemp("run") / "answers", "test", "linear")
    one.write(path, BOUND)
    found, bound = KeptAnswers.read(path)
    assert bound == BOUND and path.name == "test.linear.npz"
    assert (found.labels, found.more_labels, found.width) == (one.labels, one.more_labels, labels + more)
    for name in ("ids", "predicted", "losses", "weights", "places"):
        np.testing.assert_array_equal(getattr(found, name), getattr(one, name))
    if not multi:
        np.testing.assert_allclose(found.probabilities, one.probabilities, atol=5e-4)
    np.testing.assert_array_equal(found.right, one.right)
    np.testing.assert_array_equal(found.known, one.known)


def test_texts_of_weight_0_are_left_out_but_keep_their_places() -> None:
    one = kept(0, 6, 3, weighted=True)
    assert one.weights is not None
    one.weights[[1, 4]] = 0
    found = one.counted
    assert len(found) == 4 and found.where.tolist() == [0, 2, 3, 5]
    np.testing.assert_array_equal(found.ids, one.ids[[0, 2, 3, 5]])
    assert kept(0, 6, 3).counted.where.tolist() == list(range(6))


def test_a_file_is_small(tmp_path: Path) -> None:
    kept(0, 100_000, 20).write(tmp_path / "a" / "test.npz", BOUND)
    assert (tmp_path / "a" / "test.npz").stat().st_size < 1_000_000


@pytest.mark.parametrize("change", ["cut", "version", "short", "label", "empty", "text"])
def test_what_is_malformed_is_named(tmp_path: Path, change: str) -> None:
    path = tmp_path / "answers" / "test.npz"
    one = kept(0, 9, 3)
    one.write(path, BOUND)
    content = path.read_bytes()
    with np.load(path) as saved:
        parts = {name: saved[name] for name in saved.files}
    if change == "cut":
        path.write_bytes(content[:-40])
    elif change in ("empty", "text"):
        path.write_bytes(b"" if change == "empty" else b"no archive")
    else:
        other = {
            "version": {"head": np.array(str(parts["head"]).replace('"version": 1', '"version": 9'))},
            "short": {"losses": parts["losses"][1:]},
            "label": {"predicted": parts["predicted"] + 3},
        }
        np.savez(path, **(parts | other[change]))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"test\.npz: cannot be read .*seqclf eval"):
        KeptAnswers.read(path)


def _accuracy(run: Run, split: str) -> float:
    found = own_answers(run, split)
    assert found is not None
    return float(np.average(found[0].right, weights=found[0].weights))


def test_a_training_keeps_its_answers_to_the_validation_texts(binary_run: Run, three_label_run: Run) -> None:
    for run in (binary_run, three_label_run):
        found = own_answers(run, "validation")
        assert found is not None and own_answers(run, "train") is None
        scores = run.metrics["validation"]
        assert found[0].labels == run.labels and len(found[0]) == scores["texts"]
        assert found[0].right.mean() == pytest.approx(scores["accuracy"])
        assert found[0].losses.mean() == pytest.approx(scores["loss"], rel=1e-4)


def test_several_labels_are_decided_by_the_thresholds_of_the_run(several_label_run: Run) -> None:
    found = own_answers(several_label_run, "validation")
    assert found is not None
    scores = several_label_run.metrics["validation"]
    answers = found[0]
    hits = (answers.ids & answers.predicted).sum()
    assert 2 * hits / (answers.ids.sum() + answers.predicted.sum()) == pytest.approx(scores["micro_f1"])
    assert answers.losses.mean() == pytest.approx(scores["loss"], rel=1e-4)


def test_eval_keeps_those_to_its_split_with_and_without_report(three_label_run: Run, tmp_path: Path) -> None:
    run = copied(three_label_run, tmp_path)
    assert own_answers(run, "test") is None
    call("eval", "--run", str(run.folder), "--no-report")
    assert _accuracy(run, "test") == pytest.approx(run.metrics["test"]["accuracy"])
    before = answers_file(run.answers, "validation").read_bytes()
    call("eval", "--run", str(run.folder), "--split", "validation")
    again, known = own_answers(run, "validation"), KeptAnswers.read(answers_file(three_label_run.answers, "validation"))
    assert again is not None and before and again[1] == known[1], "the same texts and model"
    np.testing.assert_array_equal(again[0].predicted, known[0].predicted)
    np.testing.assert_allclose(again[0].losses, known[0].losses, rtol=1e-4, atol=1e-6)
    call("eval", "--run", str(run.folder), "--split", "train")
    assert not answers_file(run.answers, "train").exists()


def test_the_same_texts_have_one_fingerprint_in_runs_that_read_other_columns(
    offers_csv: Path, offers_run: Run, tmp_path: Path, no_saved_models: None
) -> None:
    other = trained(small_config(data__train=str(offers_csv), layers=POOLED, training__epochs=1), tmp_path)
    both = [read_answers(run, "validation") for run in (offers_run, other)]
    assert both[0] is not None and both[1] is not None
    assert offers_run.data_fingerprints["validation"] != other.data_fingerprints["validation"]
    assert both[0][1].texts == both[1][1].texts and both[0][1].model != both[1][1].model
    names = (str(other.folder), str(offers_run.folder))
    found = json.loads(call("runs", "compare", *names, "--json", "--texts", "3").stdout)["paired"]
    (one,) = found["runs"].values()
    wanted = json.loads(
        call("eval", "--run", names[1], "--against", names[0], "--split", "validation", "--json").stdout
    )
    assert (found["split"], one["right"], one["mcnemar"]) == ("validation", wanted["right"], wanted["mcnemar"])
    assert one["scores"]["macro_f1"] == pytest.approx(wanted["scores"]["macro_f1"])
    assert found["differing"] == len(wanted["differing"])
    assert [text["place"] for text in found["texts"]] == [text["place"] for text in wanted["differing"][:3]]
    assert [text["text"] for text in found["texts"]] == [text["text"] for text in wanted["differing"][:3]]


def test_calibration_keeps_those_of_the_calibrated_model(
    binary_run: Run, tmp_path: Path, no_saved_models: None
) -> None:
    run = copied(binary_run, tmp_path)
    call("eval", "--run", str(run.folder), "--no-report")
    assert own_answers(run, "test") is not None
    call("calibrate", "--run", str(run.folder))
    found, before = own_answers(run, "validation"), own_answers(binary_run, "validation")
    assert found is not None and before is not None and found[1].texts == before[1].texts
    assert found[0].losses.mean() == pytest.approx(run.metrics["validation"]["loss"], rel=1e-4)
    assert np.abs(found[0].losses - before[0].losses).max() > 1e-3
    assert read_answers(run, "test") is None, "its scores are gone, too"
    call("calibrate", "--run", str(run.folder), "--abstain", "0.5")
    assert own_answers(run, "validation") is not None, "the same answers"
    run.forget_metrics()
    assert not list(run.answers.iterdir())


def test_an_interrupted_training_keeps_none(sample_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    run = trained(small_config(data__train=str(sample_csv), layers=POOLED), tmp_path, should_stop=lambda: True)
    assert run.manifest["status"] == "interrupted" and not run.answers.exists()


def test_other_texts_of_a_split_replace_report_and_answers(
    three_labels_csv: Path, tmp_path: Path, no_saved_models: None
) -> None:
    test = tmp_path / "test.csv"
    rows = [("text", "label"), *((f"the match {place}", "sport") for place in range(8)), ("bank share", "money")]
    write_csv(test, rows)
    config = small_config(data__train=str(three_labels_csv), data__test=str(test), layers=POOLED, training__epochs=1)
    run = trained(config, tmp_path / "runs", report=True)
    call("eval", "--run", str(run.folder))
    known = own_answers(run, "test")
    assert known is not None and run.evidence_file("test").exists() and run.report.exists()
    again = call("eval", "--run", str(run.folder), "--no-report")
    assert run.evidence_file("test").exists() and run.report.exists() and "other texts" not in again.stderr
    write_csv(test, [*rows[:-1], ("share price", "money")])
    told = " ".join(call("eval", "--run", str(run.folder), "--no-report").stderr.split())
    assert "test.json was about other texts than these, so it is removed, and report.html with it" in told
    assert not run.evidence_file("test").exists() and not run.report.exists()
    changed = own_answers(run, "test")
    assert changed is not None and changed[1].texts != known[1].texts


def test_texts_of_another_file_are_other_texts(three_labels_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    rows = [("text", "label"), *((f"the match {place}", "sport") for place in range(8)), ("bank share", "money")]
    own, other = (write_csv(tmp_path / f"{name}.csv", rows) for name in ("own", "other"))
    write_csv(other, [*rows[:-1], ("share price", "money")])
    files = {"data__train": str(three_labels_csv), "data__test": str(own)}
    run = trained(small_config(layers=POOLED, training__epochs=1, **files), tmp_path / "runs")
    call("eval", "--run", str(run.folder), "--no-report")
    known = own_answers(run, "test")
    call("eval", "--run", str(run.folder), "--no-report", "--set", f"data.test={other}")
    found = own_answers(run, "test")
    assert known is not None and found is not None and len(known[0]) == len(found[0]) == 9
    assert known[1].texts != found[1].texts
    call("eval", "--run", str(run.folder), "--no-report")
    again = own_answers(run, "test")
    assert again is not None and again[1] == known[1]


def test_an_older_run_loses_the_report_of_other_scores(three_label_run: Run, tmp_path: Path) -> None:
    run = copied(three_label_run, tmp_path)
    call("eval", "--run", str(run.folder))
    shutil.rmtree(run.answers)
    call("eval", "--run", str(run.folder), "--no-report")
    assert run.evidence_file("test").exists(), "the same number of texts and the same scores"
    shutil.rmtree(run.answers)
    run.write_metrics("test", run.metrics["test"] | {"texts": 7})
    call("eval", "--run", str(run.folder), "--no-report")
    assert not run.evidence_file("test").exists()


def test_malformed_evidence_of_the_training_texts_costs_nothing_else(three_label_run: Run, tmp_path: Path) -> None:
    run = copied(three_label_run, tmp_path)
    run.evidence_file("train").write_text("{")
    told = " ".join(call("eval", "--run", str(run.folder)).stderr.split())
    assert told.count("warning:") == 1 and "label counts of the training texts" in told and "train.json" in told
    assert run.evidence_file("test").exists()


def test_exports_have_no_answers(three_label_run: Run, tmp_path: Path) -> None:
    call("export", "--run", str(three_label_run.folder), "--format", "onnx", "--to", str(tmp_path / "out"))
    assert (tmp_path / "out" / "model.onnx").exists() and not list((tmp_path / "out").rglob("*.npz"))
