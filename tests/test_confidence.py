"""Abstaining, and sets of labels: the computation alone, and the coverage of sets on real data."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from seqclf.calibration.confidence import abstain, conformal_scores, measured
from seqclf.calibration.scored import Scored
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.metrics.intervals import wilson
from seqclf.run_calibration import Abstention, ConformalScores, LabelSets, RunCalibration

THREE = Labels(("a", "b", "c"))


def scored(probabilities: Any, truth: list[int], labels: Labels = THREE, weights: Any = None) -> Scored:
    logits = np.log(np.array(probabilities, np.float64))
    if len(labels) == 2:
        logits = (logits - np.log1p(-np.exp(logits)))[:, None]
    ids = np.array(truth)
    given = None if weights is None else np.array(weights, float)
    return Scored(labels, logits.astype(np.float32), ids, ids, given)


def certain(*confidences: float) -> list[list[float]]:
    """Texts whose first label has this probability."""
    return [[one, (1 - one) * 0.6, (1 - one) * 0.4] for one in confidences]


def test_abstaining_by_hand() -> None:
    """Right, right, wrong, right, wrong: of the first four a quarter is wrong, of all 2 of 5."""
    texts = scored(certain(0.95, 0.9, 0.8, 0.7, 0.6), [0, 0, 1, 0, 2])
    assert abstain(texts, None, 0) == Abstention(0, 0.85, 0.0, 0.4)
    assert abstain(texts, None, 0.25) == Abstention(0.25, 0.65, 0.25, 0.8)
    assert abstain(texts, None, 0.3).below == 0.65
    assert abstain(texts, None, 0.4) == Abstention(0.4, 0.0, 0.4, 1.0)
    error, coverage = measured(texts, None, 0.65)
    assert error is not None and coverage is not None
    assert (error.value, error.interval) == (0.25, wilson(0.25, 4))
    assert (coverage.value, coverage.interval) == (0.8, wilson(0.8, 5))
    assert measured(texts, None, 0.99)[0] is None


def test_weights_and_a_threshold_count() -> None:
    texts = scored(certain(0.9, 0.8), [0, 1], weights=[1.5, 0.5])
    assert abstain(texts, None, 0.25) == Abstention(0.25, 0.0, 0.25, 1.0)
    two = scored([0.7, 0.6, 0.2], [1, 0, 0], Labels(("a", "b")))  # of the second label
    assert abstain(two, None, 0.34).error == pytest.approx(1 / 3)
    assert abstain(two, [0.65], 0).coverage == 1, "the second text gets the first label, with 0.4"


def test_equal_confidences_are_on_one_side() -> None:
    texts = scored(certain(0.8, 0.8, 0.8, 0.8), [0, 0, 0, 1])
    assert abstain(texts, None, 0.25).coverage == 1
    with pytest.raises(InputError, match="the fewest are 0.2500, among the 100.0% of them"):
        abstain(texts, None, 0.2)


@pytest.mark.parametrize("truth", [[0], [1]])
def test_one_text(truth: list[int]) -> None:
    texts = scored(certain(0.9), truth)
    if truth == [0]:
        assert abstain(texts, None, 0) == Abstention(0, 0.0, 0.0, 1.0)
    else:
        with pytest.raises(InputError, match="ask for --abstain 1 or more"):
            abstain(texts, None, 0.5)
    assert conformal_scores(texts).sets(0.9).of({"a": 0.9, "b": 0.1, "c": 0.0}) == ["a", "b", "c"], "too few texts"


some = st.lists(st.tuples(st.sampled_from([0.4, 0.5, 0.75, 0.9, 1.0]), st.booleans()), min_size=1, max_size=30)


@given(some, st.floats(0, 0.99))
def test_no_lower_confidence_has_so_few_errors(rows: list[tuple[float, bool]], rate: float) -> None:
    confidences, wrong = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    texts = scored(np.maximum(certain(*confidences), 1e-30), wrong.astype(int).tolist())
    fitting = [one for one in set(confidences) if wrong[confidences >= one].mean() <= rate]
    if not fitting:
        with pytest.raises(InputError, match="no confidence leads to so few errors"):
            abstain(texts, None, rate)
        return
    found = abstain(texts, None, rate)
    np.testing.assert_array_equal(confidences >= found.below, confidences >= min(fitting))
    assert found.error == pytest.approx(wrong[confidences >= min(fitting)].mean())


# --- sets -------------------------------------------------------------------------------------------------------------


def test_sets_by_hand() -> None:
    """Nine texts whose true labels have the probabilities 0.95, 0.9 ... 0.55: of ten, the k-th score covers k - 1."""
    texts = scored(certain(*(0.95 - 0.05 * place for place in range(9))), [0] * 9)
    scores = conformal_scores(texts)
    assert scores.scores == pytest.approx([0.05 * place for place in range(1, 10)], abs=2e-5)
    assert scores.sets(0.5).least == pytest.approx(0.75, abs=2e-5)  # ceil(10 * 0.5) = 5th
    assert scores.sets(0.51).least == pytest.approx(0.7, abs=2e-5)
    assert scores.sets(0.9).least == pytest.approx(0.55, abs=2e-5)
    assert scores.sets(0.91).least == 0, "the tenth score of nine texts: all labels"
    assert LabelSets(0.5, 0.3).of({"a": 0.1, "b": 0.5, "c": 0.4}) == ["b", "c"]
    assert LabelSets(0.5, 0.9).of({"a": 0.1, "b": 0.5, "c": 0.4}) == ["b"], "never empty"


def test_texts_with_labels_that_the_model_lacks_are_covered_by_no_set() -> None:
    scores = conformal_scores(scored(certain(*[0.9] * 9), [0] * 7 + [3, 3]))
    assert scores.sets(0.7).least == pytest.approx(0.9, abs=2e-5)
    assert scores.sets(0.9).least < 0, "all labels, and even they are not enough"


@pytest.mark.parametrize("texts", [1, 7, 999, 1_000, 1_001, 25_000])
def test_of_many_scores_some_are_kept_and_the_coverage_never_falls(texts: int) -> None:
    ranks = ConformalScores.ranks(texts)
    assert len(ranks) == min(texts, 1_000) and ranks[-1] == texts
    scores = ConformalScores(texts, tuple(rank / texts for rank in ranks))
    for coverage in (0.01, 0.5, 0.9, 0.95, 0.999):
        rank = math.ceil((texts + 1) * coverage - 1e-9)
        least = scores.sets(coverage).least
        if rank > texts:
            assert least == 0
        else:
            assert rank / texts <= 1 - least <= rank / texts + 1e-3 + 1e-6


def test_what_is_stored_is_read_again() -> None:
    calibration = RunCalibration((1.5,), (0.7,), 2, Abstention(0.1, 0.8, 0.05, 0.9), ConformalScores(2, (0.1, 0.2)))
    labels = Labels(("a", "b"))
    saved = json.loads(json.dumps(calibration.to_json(labels)))
    assert RunCalibration.from_json(saved, labels) == calibration
    assert calibration.with_thresholds([0.2]) == RunCalibration((1.5,), (0.2,), 2, None, calibration.conformal)
    for change in (
        {"abstain": 3},
        {"abstain": {"x": 1}},
        {"conformal": {"texts": 3, "scores": [0.1]}},
        {"conformal": 1},
    ):
        with pytest.raises(ValueError):
            RunCalibration.from_json(saved | change, labels)


def _rows(path: Path) -> list[tuple[str, str]]:
    """Texts and labels of a file of the shared data."""
    if path.suffix == ".jsonl":
        return [(row["text"], row["intent"]) for row in map(json.loads, path.read_text("utf-8").splitlines())]
    with path.open(encoding="utf-8", newline="") as file:
        tab = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if path.suffix == ".tsv" else {}
        rows = list(csv.DictReader(file, **tab))  # type: ignore[arg-type]
    return [(row.get("sentence") or row.get("text") or "", row["label"]) for row in rows]


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("ag_news", ("train_5000.csv", None, "test.csv")),
        ("snips", ("train.jsonl", "valid.jsonl", "test.jsonl")),
        ("sst2", ("train.tsv", "dev.tsv", "test.tsv")),
    ],
)
@pytest.mark.parametrize("coverage", [0.8, 0.95])
def test_sets_cover_test_texts(name: str, files: tuple[str, str | None, str], coverage: float, real_data: Path) -> None:
    """With a linear model: the coverage is promised whatever the model. Given the validation texts, the number of
    covered test texts has a beta-binomial distribution."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    train, validation, test = ([] if file is None else _rows(real_data / "data" / name / file) for file in files)
    if not validation:
        train, validation = train[1_000:], train[:1_000]
    vectors = TfidfVectorizer(max_features=20_000)
    model = LogisticRegression(max_iter=200).fit(
        vectors.fit_transform([text for text, _ in train]), [label for _, label in train]
    )
    labels = Labels(tuple(map(str, model.classes_)))

    def of(rows: list[tuple[str, str]]) -> Scored:
        logits = model.decision_function(vectors.transform([text for text, _ in rows])).astype(np.float32)
        ids = np.array([labels.names.index(label) for _, label in rows])
        return Scored(labels, logits[:, None] if logits.ndim == 1 else logits, ids, ids)

    sets = conformal_scores(of(validation)).sets(coverage)
    measured_on = of(test)
    probabilities = measured_on.probabilities
    rank = math.ceil((len(validation) + 1) * coverage)
    low, high = betabinom.interval(0.9999, len(test), rank, len(validation) + 1 - rank)
    covered = int((probabilities[np.arange(len(test)), measured_on.label_ids] >= sets.least).sum())
    assert low <= covered <= high
    found = [sets.of(dict(zip(labels, row, strict=True))) for row in probabilities.tolist()]
    assert sum(label in one for one, (_, label) in zip(found, test, strict=True)) >= covered
    assert all(found) and sum(map(len, found)) < len(labels) * len(test), "they are no trivial sets"
