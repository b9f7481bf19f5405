"""The scores of a trained classifier: against scikit-learn, in all degenerate cases, and as saved."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_examples import metrics_with
from numpy.typing import NDArray

from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.evaluation import MultiLabelEvaluation, SingleLabelEvaluation
from seqclf.metrics.kinds import ClassifierMetrics, all_scores, metrics_type, score_names
from seqclf.tasks.classification.metrics import classification_metrics, log_probabilities
from seqclf.tasks.classification.multi_label import multi_label_metrics, sigmoid

EXAMPLES = st.tuples(st.integers(1, 25), st.integers(2, 4), st.integers(0, 999), st.booleans())
"""Texts, labels, seed, and whether the texts have weights."""


def _example(example: tuple[int, int, int, bool]) -> tuple[Any, NDArray[Any], NDArray[Any] | None]:
    """Logits, label ids or labels that may all be equal, and weights."""
    texts, labels, seed, weighted = example
    draw = np.random.default_rng(seed)
    logits = np.round(draw.normal(0, 2, (texts, labels)))
    return (
        logits,
        draw.integers(0, draw.integers(1, labels + 1), texts),
        draw.integers(1, 4, texts) if weighted else None,
    )


def _names(labels: int) -> list[str]:
    return [f"l{number}" for number in range(labels)]


def _one_label(example: tuple[int, int, int, bool]) -> tuple[ClassificationMetrics, Any, Any, Any]:
    logits, truth, weights = _example(example)
    given = logits[:, 1:] - logits[:, :1] if example[1] == 2 else logits
    metrics = classification_metrics(given, truth, _names(example[1]), weights=weights, evaluate=True)
    return metrics, truth, np.exp(log_probabilities(given)), weights


def _same(found: float | None, expected: float) -> None:
    """``found`` is None where scikit-learn has NaN."""
    if np.isnan(expected):
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=1e-6)  # weights are float32


@given(EXAMPLES)
def test_averages_are_those_of_scikit_learn(example: tuple[int, int, int, bool]) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    metrics, truth, probabilities, weights = _one_label(example)
    scores, predicted = all_scores(metrics), probabilities.argmax(axis=1)
    found_none = not set(truth) & set(predicted)
    for average in ("micro", "macro", "weighted"):
        expected = precision_recall_fscore_support(
            truth, predicted, average=average, sample_weight=weights, zero_division=np.nan
        )
        for name, value in zip(("precision", "recall", "f1"), expected[:3], strict=True):
            if (average, name) == ("weighted", "precision") and found_none:
                value = np.nan  # scikit-learn counts the precision of labels without texts if there is no other
            _same(scores[f"{average}_{name}"], value)
    every = precision_recall_fscore_support(
        truth, predicted, labels=range(example[1]), sample_weight=weights, zero_division=np.nan
    )
    for row, *values in zip(metrics.labels.values(), *every[:3], strict=True):
        for found, value in zip((row.precision, row.recall, row.f1), values, strict=True):
            _same(found, value)


@given(EXAMPLES)
def test_scores_of_probabilities_are_those_of_scikit_learn(example: tuple[int, int, int, bool]) -> None:
    from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

    metrics, truth, probabilities, weights = _one_label(example)
    scores, labels = all_scores(metrics), example[1]
    assert scores["log_loss"] == pytest.approx(
        log_loss(truth, probabilities, labels=range(labels), sample_weight=weights)
    )
    occurring = set(truth)
    if labels == 2 and len(occurring) == 2:
        given = (truth, probabilities[:, 1])
        assert scores["roc_auc"] == pytest.approx(roc_auc_score(*given, sample_weight=weights))
        assert scores["average_precision"] == pytest.approx(average_precision_score(*given, sample_weight=weights))
    elif labels == 2:
        assert scores["roc_auc"] is None
        assert scores["average_precision"] == (1.0 if occurring == {1} else None)
    elif len(occurring) == labels:
        expected = roc_auc_score(truth, probabilities, multi_class="ovr", average="macro", sample_weight=weights)
        assert scores["roc_auc"] == pytest.approx(expected)
        expected = average_precision_score(truth, probabilities, average="macro", sample_weight=weights)
        assert scores["average_precision"] == pytest.approx(expected)
    elif len(occurring) > 1:
        expected = [roc_auc_score(truth == one, probabilities[:, one], sample_weight=weights) for one in occurring]
        assert scores["roc_auc"] == pytest.approx(np.mean(expected)), "over the labels that occur"


@given(EXAMPLES)
def test_scores_of_several_labels_are_those_of_scikit_learn(example: tuple[int, int, int, bool]) -> None:
    from sklearn import metrics as sk

    logits, _, weights = _example(example)
    texts, labels, seed, _ = example
    truth = np.random.default_rng(seed).random((texts, labels)) < 0.4
    found = multi_label_metrics(logits, truth, _names(labels), np.full(labels, 0.4), weights=weights, evaluate=True)
    scores, probabilities = all_scores(found), sigmoid(logits)
    predicted = probabilities > 0.4
    for average in ("macro", "weighted"):
        expected = sk.precision_recall_fscore_support(
            truth, predicted, average=average, sample_weight=weights, zero_division=np.nan
        )
        found_none = average == "weighted" and not (truth.any(axis=0) & predicted.any(axis=0)).any()
        _same(scores[f"{average}_precision"], np.nan if found_none else expected[0])
        _same(scores[f"{average}_recall"], expected[1])
    micro = sk.precision_recall_fscore_support(
        truth, predicted, average="micro", sample_weight=weights, zero_division=np.nan
    )
    _same(scores["micro_precision"], micro[0])
    _same(scores["micro_recall"], micro[1])
    usual = truth.any(axis=0) & ~truth.all(axis=0)
    if usual.all():
        for average in ("micro", "macro"):
            given: dict[str, Any] = {"average": average, "sample_weight": weights}
            assert scores[f"{average}_roc_auc"] == pytest.approx(sk.roc_auc_score(truth, probabilities, **given))
            expected = sk.average_precision_score(truth, probabilities, **given)
            assert scores[f"{average}_average_precision"] == pytest.approx(expected)
    decisions = (truth.ravel(), predicted.ravel())
    repeated = None if weights is None else np.repeat(weights, labels)
    if len(set(decisions[0])) == len(set(decisions[1])) == 2:
        expected = sk.matthews_corrcoef(*decisions, sample_weight=repeated)
        assert scores["matthews_correlation"] == pytest.approx(expected, abs=1e-6)
        expected = sk.cohen_kappa_score(*decisions, sample_weight=repeated)
        assert scores["cohen_kappa"] == pytest.approx(expected, abs=1e-6)
    (own,) = [row for row in found.evaluation.threshold_table if row.used]  # type: ignore[union-attr]
    assert (own.precision, own.recall) == pytest.approx((scores["micro_precision"], scores["micro_recall"]))
    assert own.accuracy == pytest.approx(scores["accuracy"])


def test_top_label_calibration_of_several_labels() -> None:
    """The most probable label of each text, and whether it applies."""
    logits = np.array([[2.0, -2.0], [-3.0, 0.0]])
    truth = np.array([[True, False], [True, False]])
    metrics = multi_label_metrics(logits, truth, ["a", "b"], [0.5, 0.5], evaluate=True)
    expected = (abs(1 - sigmoid(np.array(2.0))) + abs(0 - 0.5)) / 2
    assert all_scores(metrics)["expected_calibration_error"] == pytest.approx(float(expected))


# --- degenerate cases -------------------------------------------------------------------------------------------------


def test_one_text() -> None:
    scores = all_scores(classification_metrics(np.array([[2.0]]), np.array([1]), ["neg", "pos"], evaluate=True))
    undefined = {name for name, value in scores.items() if value is None}
    assert undefined == {"matthews_correlation", "cohen_kappa", "roc_auc", "macro_f1_low", "macro_f1_high"}
    assert (scores["accuracy"], scores["accuracy_high"], scores["average_precision"]) == (1.0, 1.0, 1.0)
    assert scores["accuracy_low"] == pytest.approx(0.2065, abs=1e-4)


def test_one_class_only() -> None:
    """All texts are of one label, and one of them is taken for the other: its recall and F1 are not 0 but undefined."""
    metrics = classification_metrics(np.array([[2.0], [2.0], [-2.0]]), np.ones(3, int), ["neg", "pos"], evaluate=True)
    neg, scores = metrics.labels["neg"], all_scores(metrics)
    assert (neg.precision, neg.recall, neg.f1, neg.support) == (0.0, None, 0.0, 0)
    assert scores["roc_auc"] is scores["matthews_correlation"] is None
    assert scores["cohen_kappa"] == pytest.approx(0.0)
    assert scores["macro_recall"] == pytest.approx(2 / 3)


def test_a_label_without_texts_and_predictions() -> None:
    logits = np.eye(3)[[0, 1, 1, 0]] * 5
    metrics = classification_metrics(logits, np.array([0, 1, 0, 0]), ["a", "b", "c"], evaluate=True)
    empty, scores = metrics.labels["c"], all_scores(metrics)
    assert (empty.precision, empty.recall, empty.f1, empty.support) == (None, None, None, 0)
    assert scores["macro_precision"] == pytest.approx((1 + 1 / 2) / 2)
    assert scores["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert scores["macro_f1_all_labels"] == pytest.approx((0.8 + 2 / 3) / 3), "as scikit-learn counts all labels"
    assert scores["roc_auc"] is not None


def test_equal_scores() -> None:
    """A classifier that gives all texts the same probabilities ranks nothing."""
    scores = all_scores(classification_metrics(np.zeros((4, 1)), np.array([0, 1, 1, 1]), ["a", "b"], evaluate=True))
    assert (scores["roc_auc"], scores["average_precision"]) == (0.5, 0.75)
    assert scores["matthews_correlation"] is None and scores["cohen_kappa"] == 0.0
    assert scores["brier_score"] == 0.25
    assert scores["expected_calibration_error"] == pytest.approx(0.25)


def test_no_label_anywhere() -> None:
    metrics = multi_label_metrics(np.full((3, 2), -9.0), np.zeros((3, 2), bool), ["a", "b"], [0.5, 0.5], evaluate=True)
    scores = all_scores(metrics)
    defined = {name for name, value in scores.items() if value is not None}
    monitored = {"loss", "log_loss", "accuracy", "micro_f1", "macro_f1"}
    others = {"hamming_loss", "brier_score", "expected_calibration_error", "accuracy_low", "accuracy_high"}
    assert defined == monitored | others | {"macro_f1_occurring_labels", "macro_f1_all_labels"}
    assert (scores["micro_f1"], scores["macro_f1"]) == (0.0, 0.0), "scikit-learn's; early stopping needs a number"


def test_labels_that_the_classifier_lacks() -> None:
    """Decisions count their texts as wrong; scores of probabilities leave them out, as the loss does."""
    logits, truth = np.array([[2.0], [-1.0], [0.5], [-3.0]]), np.array([1, 0, 0, 2])
    metrics = classification_metrics(logits, truth, ["neg", "pos"], ["odd"], evaluate=True)
    known = classification_metrics(logits[:3], truth[:3], ["neg", "pos"], evaluate=True)
    scores, of_known = all_scores(metrics), all_scores(known)
    for name in ("loss", "brier_score", "expected_calibration_error", "roc_auc", "average_precision"):
        assert scores[name] == of_known[name], name
    assert scores["accuracy"] == 0.5 and metrics.labels["odd"].precision is None
    own = next(row for row in metrics.evaluation.threshold_table if row.used)  # type: ignore[union-attr]
    pos = metrics.labels["pos"]
    assert (own.precision, own.recall, own.f1, own.accuracy) == (pos.precision, pos.recall, pos.f1, 0.5)


def test_soft_labels() -> None:
    """The Brier score is with the probabilities, all else but the loss with the most probable label."""
    shares = np.array([[0.25, 0.75], [0.5, 0.5], [1, 0]], np.float32)
    logits = np.array([[2.0], [-1.0], [-3.0]])
    soft = all_scores(classification_metrics(logits, shares, ["neg", "pos"], evaluate=True))
    hard = all_scores(classification_metrics(logits, np.array([1, 0, 0]), ["neg", "pos"], evaluate=True))
    differ = {name for name in soft if soft[name] != hard[name]}
    assert differ == {"loss", "log_loss", "brier_score"}
    expected = ((sigmoid(logits)[:, 0] - shares[:, 1]) ** 2).mean()
    assert soft["brier_score"] == pytest.approx(expected)


@pytest.mark.parametrize("multi", [False, True])
def test_many_labels(multi: bool) -> None:
    """No matrix of labels by labels is made, and no warning of a division by zero."""
    draw = np.random.default_rng(0)
    logits, names = draw.normal(size=(300, 1_000)), _names(1_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if multi:
            truth = draw.random((300, 1_000)) < 0.002
            found: ClassifierMetrics = multi_label_metrics(logits, truth, names, np.full(1_000, 0.5), evaluate=True)
        else:
            found = classification_metrics(logits, draw.integers(0, 900, 300), names, evaluate=True)
    scores = all_scores(found)
    undefined = {name for name, value in scores.items() if value is None}
    assert undefined == (set() if multi else {"macro_f1_low", "macro_f1_high"}), "no text is right: resamples are equal"
    assert abs((scores["macro_roc_auc" if multi else "roc_auc"] or 0) - 0.5) < 0.1


# --- what is saved ----------------------------------------------------------------------------------------------------


@given(EXAMPLES, st.booleans())
def test_what_is_saved_is_read_back(example: tuple[int, int, int, bool], multi: bool) -> None:
    logits, _, weights = _example(example)
    if multi:
        truth = np.random.default_rng(example[2]).random(logits.shape) < 0.3
        names, thresholds = _names(example[1]), np.linspace(0.2, 0.6, example[1])
        metrics: ClassifierMetrics = multi_label_metrics(
            logits, truth, names, thresholds, weights=weights, evaluate=True
        )
    else:
        metrics = _one_label(example)[0]
    saved = json.dumps(metrics.to_json(), allow_nan=False)
    assert metrics_type(multi).from_json(json.loads(saved)) == metrics
    assert set(score_names(multi)) == set(all_scores(metrics))


@pytest.mark.parametrize("multi", [False, True])
def test_metrics_without_an_evaluation_are_read(multi: bool) -> None:
    """As earlier versions saved them, with 0 for what is not defined."""
    saved = metrics_with(0.0, multi=multi).to_json()
    metrics = metrics_type(multi).from_json(saved)
    assert metrics.evaluation is None and metrics.labels["neg"].precision == 0.0
    assert metrics.to_json() == saved


def test_a_later_score_may_be_missing() -> None:
    saved = _one_label((9, 3, 1, False))[0].to_json()
    del saved["cohen_kappa"]
    read = SingleLabelEvaluation.read(saved)
    assert read is not None and read.cohen_kappa is None and read.roc_auc == saved["roc_auc"]
    assert MultiLabelEvaluation.read({}) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"roc_auc": "0.5"}, '"roc_auc" is missing or not a number'),
        ({"roc_auc": 10**400}, '"roc_auc" is too large a number'),
        ({"calibration": 3}, '"calibration" is missing or not a list'),
        ({"calibration": [{}]}, '"low" is missing or not a number'),
        ({"threshold_table": None}, '"threshold_table" is missing or not a list'),
        ({"threshold_table": [{"threshold": 0.5}]}, '"precision" is missing or not a number'),
    ],
)
def test_malformed_evaluations_are_rejected(changes: dict[str, Any], words: str) -> None:
    saved = _one_label((9, 2, 1, False))[0].to_json()
    with pytest.raises(ValueError, match=words):
        ClassificationMetrics.from_json(saved | changes)
