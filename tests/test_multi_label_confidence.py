"""Abstaining and sets of labels of multi-label runs: the computation, commands and files, and the coverage on real
texts."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibrating import call, copied
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from seqclf.calibration.confidence import abstain, answers, conformal_scores
from seqclf.calibration.scored import Scored
from seqclf.inference import Classifier
from seqclf.labels import Labels
from seqclf.run_calibration import LabelSets
from seqclf.runs import Run

ABC = Labels(("a", "b", "c"), multi=True)
HALVES = (0.5, 0.5, 0.5)


def scored(probabilities: Any, truth: Any, weights: Any = None) -> Scored:
    given = np.array(probabilities, np.float64)
    true = np.array(truth, bool)
    return Scored(ABC, (np.log(given) - np.log1p(-given)).astype(np.float32), true, true, weights)


ROWS = [[0.9, 0.1, 0.1], [0.8, 0.8, 0.1], [0.3, 0.2, 0.4], [0.6, 0.4, 0.4]]
TRUE = [[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 0, 1]]
CONFIDENCES = [0.729, 0.576, 0.336, 0.216]
"""Of [a], [a, b], [] and [a]; the last misses a label."""


def test_abstaining_by_hand() -> None:
    texts = scored(ROWS, TRUE)
    confidences, wrong, weights = answers(texts, HALVES)
    np.testing.assert_allclose(confidences, CONFIDENCES, rtol=1e-6)
    assert wrong.tolist() == [False, False, False, True] and weights.tolist() == [1] * 4
    assert abstain(texts, HALVES, 0).coverage == 0.75
    assert 0.216 < abstain(texts, HALVES, 0).below < 0.336
    assert abstain(texts, HALVES, 0.25).below == 0
    beyond = np.array([[*row, place == 0] for place, row in enumerate(TRUE)], bool)
    lacking = Scored(ABC, texts.logits, beyond, beyond)
    assert answers(lacking, HALVES)[1].tolist() == [True, False, False, True], "a label that the model lacks"


def test_sets_by_hand() -> None:
    """The least probable labels of the three texts with labels: 0.9, 0.8 and 0.4."""
    scores = conformal_scores(scored(ROWS, TRUE))
    assert scores.texts == 3 and scores.scores == pytest.approx([0.1, 0.2, 0.6], abs=2e-5)
    sets = scores.sets(0.5, multi=True)  # ceil(4 * 0.5) = the second
    assert sets.least == pytest.approx(0.8, abs=2e-5)
    assert sets.of({"a": 0.85, "b": 0.3, "c": 0.9}) == ["c", "a"]
    assert sets.of({"a": 0.1, "b": 0.3, "c": 0.2}) == [], "no label is also an answer"
    assert scores.sets(0.9, multi=True).of({"a": 0.1, "b": 0.3, "c": 0.2}) == ["b", "c", "a"], "too few texts"
    beyond = np.array([[*row, place == 0] for place, row in enumerate(TRUE)], bool)
    logits = scored(ROWS, TRUE).logits
    assert conformal_scores(Scored(ABC, logits, beyond, beyond)).scores[-1] == 2, "no set has a label it lacks"
    none = conformal_scores(scored(ROWS, np.zeros((4, 3))))
    assert none.texts == 0 and none.sets(0.5, multi=True).least == 0
    assert LabelSets(0.5, 0.3).of({"a": 0.1}) == ["a"], "with one label per text, a set is never empty"


some = st.lists(
    st.tuples(st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3)),
    min_size=1,
    max_size=25,
)


@given(some, st.floats(0.05, 0.95))
def test_the_validation_texts_are_covered(rows: list[tuple[list[float], list[bool]]], coverage: float) -> None:
    """More of them than asked for, as the next text counts as not covered."""
    texts = scored([one for one, _ in rows], [one for _, one in rows])
    sets = conformal_scores(texts).sets(coverage, multi=True)
    labelled = [
        set(np.array(ABC.names)[true]) <= set(sets.of(dict(zip(ABC, row, strict=True))))
        for row, true in zip(texts.probabilities.tolist(), texts.label_ids, strict=True)
        if true.any()
    ]
    assert sum(labelled) >= min(math.ceil((len(labelled) + 1) * coverage - 1e-9), len(labelled))


# --- commands and files -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def careful(several_label_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    """A copy of the run that abstains, and what the command printed."""
    from trainings import without_saved_models

    run = copied(several_label_run, tmp_path_factory.mktemp("careful"))
    with without_saved_models():
        return run, json.loads(call("calibrate", "--run", str(run.folder), "--abstain", "0.3", "--json").stdout)


TEXTS = ["a goal of the bank", "the moon", "match and price and star", "old said", "", "the bank match", "orbit team"]


def expected_of(run: Run, texts: list[str], below: float) -> list[list[str] | None]:
    """The labels of each text; None if it is abstained from."""
    found: list[list[str] | None] = []
    for row in Classifier.load(run.folder).probabilities(texts).astype(np.float64):
        above = row > np.array(run.thresholds)
        order = np.argsort(-row, kind="stable")
        exactly = math.prod(row[above].tolist() + (1 - row[~above]).tolist())
        found.append([run.labels[place] for place in order if above[place]] if exactly >= below else None)
    return found


def test_it_abstains_where_its_lists_are_too_often_wrong(careful: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run, printed = careful
    assert printed["abstain"]["error"] <= 0.3 and 0 < printed["abstain"]["coverage"] < 1
    assert printed["abstention"]["validation"]["error"] == pytest.approx(printed["abstain"]["error"])
    below = printed["abstain"]["below"]
    written = tmp_path / "predictions.csv"
    call("eval", "--run", str(run.folder), "--split", "validation", "--predictions", str(written))
    with written.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answered = [one is not None for one in expected_of(run, [row["text"] for row in rows], below)]
    wrong = sum(row["correct"] == "false" for row, one in zip(rows, answered, strict=True) if one)
    assert printed["abstain"]["coverage"] == pytest.approx(sum(answered) / len(rows))
    assert printed["abstain"]["error"] == pytest.approx(wrong / sum(answered)), "as eval says what is correct"
    assert "abstained" not in rows[0], "eval measures all answers"


def test_no_labels_below_the_confidence(careful: tuple[Run, dict[str, Any]]) -> None:
    run, printed = careful
    expected = expected_of(run, TEXTS, printed["abstain"]["below"])
    assert None in expected and any(expected), "else other texts are needed here"
    done = call("predict", "--run", str(run.folder), "--json", *TEXTS)
    assert [json.loads(line)["labels"] for line in done.stdout.splitlines()] == expected
    assert f"(?, null) below a confidence of {printed['abstain']['below']:.4g}" in " ".join(done.stderr.split())
    plain = call("predict", "--run", str(run.folder), *TEXTS).stdout.splitlines()
    assert [line.startswith("?  ") for line in plain] == [one is None for one in expected]
    every = call("predict", "--run", str(run.folder), "--json", "--answer-all", *TEXTS).stdout.splitlines()
    assert [json.loads(line)["labels"] for line in every] == expected_of(run, TEXTS, 0)
    other = call("predict", "--run", str(run.folder), "--json", "--abstain-below", "0.9", *TEXTS).stdout.splitlines()
    assert [json.loads(line)["labels"] for line in other] == expected_of(run, TEXTS, 0.9)
    shown = call("calibrate", "--run", str(run.folder)).stdout
    assert "at most 0.3 of the answers wrong" in shown and "not exactly the labels" in shown


def test_files_say_which_texts_it_abstains_from(careful: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    import pyarrow.parquet

    run, printed = careful
    texts = [text or "the" for text in TEXTS]
    expected = expected_of(run, texts, printed["abstain"]["below"])
    source = tmp_path / "in.csv"
    source.write_text("text\n" + "\n".join(texts) + "\n", encoding="utf-8")
    asked = ["predict", "--run", str(run.folder), "--set-coverage", "0.8", "--input", str(source)]
    for name in ("out.csv", "out.jsonl", "out.parquet"):
        call(*asked, "--output", str(tmp_path / name))
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["predictions"] for row in rows] == ["|".join(one or []) for one in expected]
    assert [row["abstained"] for row in rows] == [str(one is None).lower() for one in expected]
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["predictions"] for line in lines] == expected
    assert [line["abstained"] for line in lines] == [one is None for one in expected]
    table = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert table["predictions"].to_pylist() == expected
    assert table["abstained"].to_pylist() == [one is None for one in expected]
    assert run.calibration is not None and run.calibration.conformal is not None
    sets = run.calibration.conformal.sets(0.8, multi=True)
    classifier = Classifier.load(run.folder)
    of_texts = [sets.of(one.probabilities) for one in classifier.predict(texts)]
    assert [line["set"] for line in lines] == of_texts == table["set"].to_pylist()
    assert [row["set"] for row in rows] == ["|".join(one) for one in of_texts]
    call(*asked, "--answer-all", "--output", str(tmp_path / "all.csv"))
    assert "abstained" not in (tmp_path / "all.csv").read_text(encoding="utf-8")


def test_exports_and_their_card(careful: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run, printed = careful
    call("export", "--run", str(run.folder), "--format", "onnx", "--to", str(tmp_path / "onnx"))
    expected = expected_of(run, TEXTS, printed["abstain"]["below"])
    found = [one.label for one in Classifier.load(tmp_path / "onnx").predict(TEXTS)]
    assert [None if one is None else list(one) for one in found] == expected
    card = " ".join((tmp_path / "onnx" / "MODEL_CARD.md").read_text(encoding="utf-8").split())
    assert "(the probability that exactly the predicted labels are right, as if labels were independent)" in card


def test_a_run_that_an_earlier_version_calibrated(careful: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    from dataclasses import replace

    run = copied(careful[0], tmp_path)
    assert run.calibration is not None
    run.write_calibration(replace(run.calibration, conformal=None))
    run.onnx.unlink()
    refused = call("predict", "--run", str(run.folder), "--set-coverage", "0.9", "x", code=2).stderr
    assert "has no scores of validation texts" in " ".join(refused.split())


# --- real texts -------------------------------------------------------------------------------------------------------


@pytest.mark.real
def test_sets_cover_all_emotions_of_test_texts(real_data: Path) -> None:
    """With linear models: the coverage is promised whatever the model. Given the validation texts, the number of
    covered test texts has a beta-binomial distribution."""
    train, validation, test = (
        [json.loads(line) for line in (real_data / "data" / "goemotions" / f"{name}.jsonl").open(encoding="utf-8")]
        for name in ("train", "dev", "test")
    )
    of = _linear_model(train[:5_000])
    scores = conformal_scores(of(validation))
    measured_on = of(test)
    for coverage in (0.8, 0.95):
        least = scores.sets(coverage, multi=True).least
        covered = int((np.where(measured_on.label_ids, measured_on.probabilities, 1).min(axis=1) >= least).sum())
        rank = math.ceil((scores.texts + 1) * coverage)
        low, high = betabinom.interval(0.9999, len(test), rank, scores.texts + 1 - rank)
        assert low <= covered <= high
        sizes = (measured_on.probabilities >= least).sum(axis=1)
        assert 1 < sizes.mean() < 0.7 * len(measured_on.labels), "they are no trivial sets"


def _linear_model(rows: list[dict[str, Any]]) -> Any:
    """A logistic regression for each label, as a function from rows to ``Scored``."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    binarizer = MultiLabelBinarizer()
    truth = binarizer.fit_transform([row["labels"] for row in rows])
    vectors = TfidfVectorizer(max_features=10_000)
    model = OneVsRestClassifier(LogisticRegression(solver="liblinear"))
    model.fit(vectors.fit_transform([row["text"] for row in rows]), truth)
    labels = Labels(tuple(map(str, binarizer.classes_)), multi=True)

    def of(rows: list[dict[str, Any]]) -> Scored:
        logits = model.decision_function(vectors.transform([row["text"] for row in rows])).astype(np.float32)
        true = binarizer.transform([row["labels"] for row in rows]).astype(bool)
        return Scored(labels, logits, true, true)

    return of
