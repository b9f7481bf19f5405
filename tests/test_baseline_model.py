"""The baseline's models: n-grams, fitting, the sample of texts, scores."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from baseline_examples import TEXTS, TRUTH
from hypothesis import given
from hypothesis import strategies as st

from seqclf.baseline import sample as samples
from seqclf.baseline.linear import LinearModel, fit
from seqclf.baseline.ngrams import analyzer, choose_unit
from seqclf.baseline.sample import sample
from seqclf.baseline.scores import Baseline, Part
from seqclf.label_weights import label_weights
from seqclf.labels import Labels
from seqclf.metrics.baseline import BaselineScores


def test_words_and_their_pairs() -> None:
    assert analyzer("words")("It's  GOOD, 好的") == [
        *("it's", "good", ",", "好", "的"),
        *("it's good", "good ,", ", 好", "好 的"),
    ]
    assert analyzer("words")("") == [] and analyzer("words")("one") == ["one"]


def test_runs_of_characters() -> None:
    grams = analyzer("characters")(" AC \n GT")
    assert grams == ["a", "c", " ", "g", "t", "ac", "c ", " g", "gt", "ac ", "c g", " gt", "ac g", "c gt"]


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (["a good film", "the day was long"], "words"),
        (["ACGTACGTTTGACA", "TTGACAGGGTACCA"], "characters"),
        (["Schmidt", "Kowalski", "Tanaka"], "characters"),
        (["这部电影很好看", "我不喜欢这个故事"], "characters"),
        (["หนังเรื่องนี้ดีมาก"], "characters"),
        (["a b c d", "b b a c"], "characters"),
        (["ACGTACGTTTGACATTTAAGACCA TTGACAGGGTACCATTTAAGACCA ACA"] * 2, "words"),
        (["", "\u200b", "  "], "words"),
        ([], "words"),
    ],
)
def test_characters_are_used_if_words_are_not_informative(texts: list[str], unit: str) -> None:
    assert choose_unit(texts) == unit


def test_the_model_is_scikit_learn_s() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    model = fit(TEXTS, TRUTH, 2, "words")
    vectorizer = TfidfVectorizer(analyzer=analyzer("words"), sublinear_tf=True)
    theirs = LogisticRegression(C=20.0, solver="liblinear", dual=True, tol=0.1, random_state=0)
    theirs.fit(vectorizer.fit_transform(TEXTS), TRUTH)
    new = [*TEXTS, "good", "never seen", "a bad day"]
    expected = theirs.decision_function(vectorizer.transform(new))
    np.testing.assert_allclose(model.logits(new)[:, 0], expected, atol=1e-4)


def test_a_text_counts_as_often_as_its_weight() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    truth = np.array([1, 0, 1, 0, 0, 0, 0], np.int32)
    weights = label_weights("balanced", Labels(("neg", "pos")), truth)
    model = fit(TEXTS, truth, 2, "words", weights=weights)
    features = TfidfVectorizer(analyzer=analyzer("words"), sublinear_tf=True).fit_transform(TEXTS)
    theirs = LogisticRegression(C=20.0, class_weight="balanced", solver="liblinear", dual=True, tol=0.1, random_state=0)
    expected = theirs.fit(features, truth).decision_function(features)
    np.testing.assert_allclose(model.logits(TEXTS)[:, 0], expected, atol=1e-4)
    lists = np.stack([truth == 0, truth == 1], axis=1)
    apart = fit(TEXTS, lists, 2, "words", weights=np.array([1, 1], np.float32)).logits(TEXTS)
    np.testing.assert_allclose(apart, fit(TEXTS, lists, 2, "words").logits(TEXTS), atol=1e-4)
    heavy = fit(TEXTS, lists, 2, "words", weights=np.array([1, 50], np.float32)).logits(TEXTS)
    np.testing.assert_allclose(heavy[:, 0], apart[:, 0], atol=1e-4)
    assert (heavy[:, 1] > apart[:, 1]).all()


def test_three_labels_normalise_three_models() -> None:
    truth = np.array([1, 0, 1, 0, 2, 1, 0], np.int32)
    logits = fit(TEXTS, truth, 3, "words").logits(TEXTS)
    alone = [fit(TEXTS, (truth == label).astype(np.int32), 2, "words").logits(TEXTS)[:, 0] for label in range(3)]
    probabilities = 1 / (1 + np.exp(-np.array(alone).T))
    expected = probabilities / probabilities.sum(axis=1, keepdims=True)
    found = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_empty_texts_give_the_label_frequencies() -> None:
    model = fit(["", " ", "\u200b", ""], np.array([0, 0, 0, 1], np.int32), 2, "words")
    np.testing.assert_allclose(model.logits(["", "something"])[:, 0], np.log(1 / 3), rtol=1e-6)


def test_a_label_of_all_texts_and_one_of_none() -> None:
    truth = np.array([[True, False, True], [True, False, False], [True, False, True]])
    logits = fit(["good", "bad", "good day"], truth, 3, "words").logits(["good", "bad"])
    assert (logits[:, 0] > 10).all() and (logits[:, 1] < -10).all()
    assert logits[0, 2] > 0 > logits[1, 2]


def test_few_weights_are_those_of_frequent_n_grams(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.baseline import linear

    whole = fit(TEXTS, TRUTH, 2, "words")
    monkeypatch.setattr(linear, "_MOST_WEIGHTS", 3)
    small = fit(TEXTS, TRUTH, 2, "words")
    assert small.weights.shape == (1, 3) and len(whole.buckets) > 3
    assert set(small.buckets) <= set(whole.buckets)
    assert small.idf.max() <= np.sort(whole.idf)[2] + 1e-6  # the lowest idf: the most frequent


@given(st.lists(st.text(max_size=30), min_size=2, max_size=12))
def test_any_text_can_be_trained_on_and_stored(texts: list[str]) -> None:
    import tempfile

    truth = np.arange(len(texts), dtype=np.int32) % 2
    model = fit(texts, truth, 2, choose_unit(texts))
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        again = LinearModel.load(Path(folder))
    new = [*texts, "\ud800 lone", ""]
    logits = model.logits(new)
    assert np.isfinite(logits).all()
    assert (again.logits(new) == logits).all() and again.unit == model.unit


def test_a_kept_model_is_never_unpickled(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (os.mkdir, (str(tmp_path / "executed"),))

    evil = np.array([Evil()], dtype=object)
    np.savez(tmp_path / "linear.npz", buckets=evil, idf=evil, weights=evil, intercepts=evil, unit=evil, exclusive=evil)
    with pytest.raises(ValueError, match="pickle"):
        LinearModel.load(tmp_path)
    assert not (tmp_path / "executed").exists()


def test_both_simple_models_are_measured() -> None:
    labels = Labels(("neg", "pos"))
    baseline = Baseline.fit(Part(TEXTS, TRUTH, 9), None, labels, unit="words", thresholds="per_label")
    part = Part(["good", "bad", "good", "good"], np.array([1, 0, 1, 0], np.int32), 4)
    scores = baseline.scores(part, labels)
    assert scores.linear.accuracy == 0.75
    assert scores.majority.accuracy == 0.5  # "neg", which four of seven training texts are
    assert scores.majority.loss == pytest.approx(-(np.log(4 / 7) + np.log(3 / 7)) / 2)
    assert {name: getattr(scores, name) for name in ("training_texts", "all_training_texts", "texts", "all_texts")} == {
        "training_texts": 7, "all_training_texts": 9, "texts": 4, "all_texts": 4,
    }  # fmt: skip
    assert BaselineScores.from_json(json.loads(json.dumps(scores.to_json())), multi=False) == scores


def test_a_label_that_validation_lacks_does_no_harm() -> None:
    labels = Labels(("a", "b", "c"))
    truth = np.array([0, 1, 2, 0, 1, 2, 0], np.int32)
    baseline = Baseline.fit(Part(TEXTS, truth, 7), None, labels, unit="words", thresholds="per_label")
    scores = baseline.scores(Part(TEXTS[:2], np.array([0, 0], np.int32), 2), labels)
    assert scores.majority.accuracy == 1.0 and 0 <= scores.linear.accuracy <= 1


def _multi() -> tuple[list[str], np.ndarray]:
    texts, truth = [], []
    for number in range(60):
        red, round_ = number % 2 == 0, number % 3 == 0
        texts.append(f"{'red' if red else 'blue'} {'round' if round_ else 'flat'} thing {number}")
        truth.append([red, round_, False])
    return texts, np.array(truth)


@pytest.mark.parametrize("thresholds", ["per_label", "shared", 0.3])
def test_several_labels_a_text(thresholds: str | float, tmp_path: Path) -> None:
    texts, truth = _multi()
    labels = Labels(("red", "round", "never"), multi=True)
    train, validation = Part(texts[:40], truth[:40], 40), Part(texts[40:], truth[40:], 20)
    baseline = Baseline.fit(train, validation, labels, unit="words", thresholds=thresholds)
    scores = baseline.scores(validation, labels)
    assert scores.linear.micro_f1 == 1.0
    # Of answers that are always the same, "red" and "round" is the best: F1 of 68/114 on 40 texts, "red" of 40/74.
    hits = truth[40:].sum()
    assert scores.majority.micro_f1 == pytest.approx(2 * hits / (2 * 20 + hits))
    assert baseline.thresholds is not None
    if thresholds == 0.3:
        assert baseline.thresholds == [0.3] * 3
    baseline.save(tmp_path)
    assert Baseline.load(tmp_path).scores(validation, labels) == scores


def test_few_texts_are_all_used() -> None:
    assert sample(TEXTS, TRUTH, 10**6).tolist() == list(range(7))


def test_many_texts_are_sampled_with_every_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST_TEXTS", 50)
    truth = np.zeros(1000, np.int32)
    truth[[17, 400]] = [1, 2]
    places = sample(["word"] * 1000, truth, 10**6)
    assert len(places) == 50 and {17, 400} <= set(places.tolist())
    assert (np.diff(places) > 0).all()
    assert places.tolist() == sample(["word"] * 1000, truth, 10**6).tolist()
    several = np.zeros((1000, 3), bool)
    several[17, 1] = several[400, 2] = True
    assert {17, 400} <= set(sample(["word"] * 1000, several, 10**6).tolist())


@pytest.mark.parametrize("most_texts", [100, 10_000])
def test_long_texts_are_sampled_by_their_characters(most_texts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST_TEXTS", most_texts)
    monkeypatch.setattr(samples, "MOST_OF_ONE_TEXT", 100)
    texts = ["x" * (1000 if place % 2 else 50) for place in range(200)]
    truth = np.zeros(200, np.int32)
    truth[3] = 1
    places = sample(texts, truth, 2_000)
    assert 3 in places
    assert 1_900 <= sum(min(100, len(texts[place])) for place in places) <= 2_000


def test_more_labels_and_characters_leave_less_text() -> None:
    assert samples.characters_allowed("words", 1) == samples.characters_allowed("words", 10) == 40_000_000
    assert samples.characters_allowed("characters", 1) == 4_000_000
    assert samples.characters_allowed("words", 100) == 4_000_000
    assert samples.characters_allowed("characters", 100_000) == 1_000_000
