"""The functions behind the scores, against scikit-learn, scipy and values computed by hand."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from seqclf.metrics.averages import cohen_kappa, matthews_correlation, micro_average
from seqclf.metrics.calibration import ROWS_A_BLOCK, Calibration, brier_score, calibration
from seqclf.metrics.intervals import Interval, difference, effective_texts, f1_interval, wilson
from seqclf.metrics.ranking import Ranking, mean_of, ranking
from seqclf.metrics.thresholds import GRID, multi_label_thresholds, two_label_thresholds, with_used

TABLES = st.tuples(st.integers(1, 25), st.integers(0, 999), st.booleans())
"""Number of texts, seed, and whether the texts have weights."""


def _table(example: tuple[int, int, bool], labels: int = 1) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    """Truth and probabilities with ties, ``[texts, labels]``, and weights."""
    texts, seed, weighted = example
    draw = np.random.default_rng(seed)
    truth = draw.random((texts, labels)) < draw.random()
    weights = draw.integers(1, 5, texts).astype(float) if weighted else None
    return truth, draw.integers(0, 8, (texts, labels)) / 7, weights


# --- the order of probabilities ---------------------------------------------------------------------------------------


@given(TABLES, st.integers(1, 3))
def test_rankings_are_scored_as_by_scikit_learn(example: tuple[int, int, bool], labels: int) -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    truth, probabilities, weights = _table(example, labels)
    found = ranking(truth, probabilities, weights)
    flat, scores = truth.ravel(), probabilities.ravel()
    repeated = None if weights is None else np.repeat(weights, labels)
    if not flat.any():
        assert found == Ranking(None, None)
        return
    expected = average_precision_score(flat, scores, sample_weight=repeated)
    assert found.average_precision == pytest.approx(expected, abs=1e-12)
    if flat.all():
        assert found == Ranking(None, 1.0)
    else:
        assert found.roc_auc == pytest.approx(roc_auc_score(flat, scores, sample_weight=repeated), abs=1e-12)


def test_rankings_by_hand() -> None:
    truth, falling = np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.6])
    assert ranking(truth, falling) == Ranking(pytest.approx(3 / 4), pytest.approx((1 + 2 / 3) / 2))
    assert ranking(truth, np.full(4, 0.5)) == Ranking(0.5, 0.5), "equal probabilities: chance, and the share of texts"
    assert ranking(truth, truth.astype(float)) == Ranking(1.0, 1.0)
    assert ranking(truth, 1.0 - truth).roc_auc == 0.0
    assert ranking(np.array([True]), np.array([0.3])) == Ranking(None, 1.0), "one text, with the label"
    assert ranking(np.array([False]), np.array([0.3])) == Ranking(None, None)
    weighted = ranking(truth, falling, np.array([1.0, 2, 1, 6]))
    assert weighted.roc_auc == pytest.approx(((2 + 6) + 6) / (2 * 8))


def test_means_are_over_what_is_defined() -> None:
    assert mean_of([0.5, None, 1.0]) == 0.75
    assert mean_of([None]) is mean_of([]) is None


# --- calibration ------------------------------------------------------------------------------------------------------


def test_the_calibration_error_by_hand() -> None:
    confidences = np.array([0.95, 0.95, 0.55, 0.55, 1.0])
    correct = np.array([True, False, True, True, True])
    found = calibration(correct, confidences, bins=10)
    assert [one.texts for one in found.bins] == [0, 0, 0, 0, 0, 2, 0, 0, 0, 3]
    assert found.bins[5].confidence == pytest.approx(0.55) and found.bins[5].accuracy == 1.0
    last = found.bins[9]
    assert (last.low, last.high) == (0.9, 1.0)
    assert (last.confidence, last.accuracy) == (pytest.approx(2.9 / 3), pytest.approx(2 / 3))
    assert found.bins[0].confidence is None and found.bins[0].accuracy is None
    assert found.expected_error == pytest.approx(0.4 * 0.45 + 0.6 * 0.3)
    assert calibration(np.array([True]), np.array([1.0])).expected_error == 0.0
    assert calibration(np.array([False]), np.array([1.0])).expected_error == 1.0
    assert calibration(np.array([False, False]), np.zeros(2)).expected_error == 0.0


@given(TABLES)
def test_the_calibration_error_is_that_of_the_definition(example: tuple[int, int, bool]) -> None:
    """Guo et al. 2017, equation 3, with bins that are open below; a weight counts as copies."""
    truth, probabilities, weights = _table(example)
    correct, confidences = truth[:, 0], probabilities[:, 0]
    found = calibration(correct, confidences, weights)
    if weights is not None:
        correct, confidences = (np.repeat(values, weights.astype(int)) for values in (correct, confidences))
    error = 0.0
    for number in range(15):
        inside = (confidences > number / 15) & (confidences <= (number + 1) / 15)
        if number == 0:
            inside |= confidences == 0
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidences[inside].mean())
    assert found.expected_error == pytest.approx(error, abs=1e-12)
    assert Calibration.from_json(found.to_json()) == found
    assert sum(one.texts for one in found.bins) == len(truth)


@given(TABLES, st.integers(2, 4))
def test_brier_scores_are_those_of_scikit_learn(example: tuple[int, int, bool], labels: int) -> None:
    from sklearn.metrics import brier_score_loss

    texts, seed, _ = example
    draw = np.random.default_rng(seed)
    ids, probabilities = draw.integers(0, labels, texts), draw.dirichlet(np.ones(labels), texts)
    weights = _table(example)[2]
    one_hot = np.eye(labels)[ids]
    for truth in (ids, one_hot):
        found = brier_score(truth, probabilities, weights)
        if labels == 2:
            expected = brier_score_loss(ids == 1, probabilities[:, 1], sample_weight=weights)
        else:
            expected = np.average(((probabilities - one_hot) ** 2).sum(axis=1), weights=weights)
        assert found == pytest.approx(expected, abs=1e-12)
    decisions = brier_score(one_hot.astype(bool), probabilities, weights)
    repeated = None if weights is None else np.repeat(weights, labels)
    expected = brier_score_loss(one_hot.ravel().astype(bool), probabilities.ravel(), sample_weight=repeated)
    assert decisions == pytest.approx(expected, abs=1e-12)


def test_brier_scores_of_more_texts_than_a_block() -> None:
    draw = np.random.default_rng(0)
    texts = ROWS_A_BLOCK + 7
    ids, probabilities = draw.integers(0, 3, texts), draw.dirichlet(np.ones(3), texts)
    assert brier_score(ids, probabilities) == pytest.approx(((probabilities - np.eye(3)[ids]) ** 2).sum(axis=1).mean())


# --- intervals --------------------------------------------------------------------------------------------------------


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_interval_is_that_of_scipy(texts: int, share: float) -> None:
    from scipy.stats import binomtest

    right = round(share * texts)
    expected = binomtest(right, texts).proportion_ci(0.95, "wilson")
    found = wilson(right / texts, texts)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= found.low <= right / texts <= found.high <= 1


def test_intervals_of_one_text_and_of_weights() -> None:
    assert (wilson(1.0, 1).high, wilson(0.0, 1).low) == (1.0, 0.0)
    assert wilson(1.0, 1).low == pytest.approx(0.2065, abs=1e-4)


def test_the_interval_of_a_difference_is_newcombe_s() -> None:
    """The examples of Newcombe 1998, table II, method 10."""
    for (a, m), (b, n), low, high in (
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ):
        found = difference((a / m, wilson(a / m, m)), (b / n, wilson(b / n, n)))
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_the_interval_of_a_micro_f1() -> None:
    """With all decisions right, or a precision and recall of one half, it follows from Wilson's by hand."""
    perfect = f1_interval(1.0, 1.0, 100)
    assert perfect == Interval(pytest.approx(2 * wilson(1, 100).low / (1 + wilson(1, 100).low)), 1.0)
    half = f1_interval(0.5, 0.5, 100)  # 50 hits, 50 false alarms, 50 misses
    expected = wilson(1 / 3, 150)
    assert half.low == pytest.approx(2 * expected.low / (1 + expected.low)) and half.low < 0.5 < half.high


def test_the_interval_of_a_micro_f1_covers_it() -> None:
    """In 500 samples of independent decisions, the interval contains the true F1 about 95 times of 100."""
    draw, covered = np.random.default_rng(5), 0
    true_f1 = 2 * 0.3 * 0.8 / (0.3 * 0.8 + 0.7 * 0.1 + 0.3)  # a third is true; 80 % of it found, 10 % false alarms
    for _ in range(500):
        truth = draw.random(300) < 0.3
        found = np.where(truth, draw.random(300) < 0.8, draw.random(300) < 0.1)
        hits = (truth & found).sum()
        interval = f1_interval(hits / found.sum(), hits / truth.sum(), truth.sum())
        covered += interval.low <= true_f1 <= interval.high
    assert 465 <= covered <= 490
    assert effective_texts(7) == effective_texts(7, np.full(7, 3.0)) == 7
    assert effective_texts(2, np.array([1.0, 3.0])) == pytest.approx(16 / 10)


# --- agreement --------------------------------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 999), st.booleans())
def test_agreement_is_that_of_scikit_learn(texts: int, labels: int, seed: int, weighted: bool) -> None:
    from sklearn.metrics import cohen_kappa_score, matthews_corrcoef

    draw = np.random.default_rng(seed)
    truth, predicted = draw.integers(0, labels, (2, texts))
    weights = draw.integers(1, 5, texts).astype(float) if weighted else None
    counted = np.ones(texts) if weights is None else weights
    sums = [np.bincount(ids, counted, minlength=labels) for ids in (predicted, truth)]
    hits = counted[predicted == truth].sum()
    correlation, kappa = matthews_correlation(hits, *sums), cohen_kappa(hits, *sums)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's about undefined values
        if len(set(truth)) == 1 or len(set(predicted)) == 1:
            assert correlation is None
        else:
            expected = matthews_corrcoef(truth, predicted, sample_weight=weights)
            assert correlation == pytest.approx(expected, abs=1e-9)
        if set(truth) == set(predicted) and len(set(truth)) == 1:
            assert kappa is None
        else:
            assert kappa == pytest.approx(cohen_kappa_score(truth, predicted, sample_weight=weights), abs=1e-9)


# --- thresholds -------------------------------------------------------------------------------------------------------


def _expected(truth: NDArray[Any], predicted: NDArray[Any], weights: NDArray[Any] | None) -> list[Any]:
    from sklearn.metrics import precision_recall_fscore_support

    given = None if weights is None else np.repeat(weights, truth.size // len(truth))
    scores = precision_recall_fscore_support(
        truth.ravel(), predicted.ravel(), average="binary", sample_weight=given, zero_division=np.nan
    )[:3]
    return [None if np.isnan(score) else pytest.approx(score) for score in scores]


@given(TABLES)
def test_the_table_of_two_labels_is_that_of_scikit_learn(example: tuple[int, int, bool]) -> None:
    truth, probabilities, weights = _table(example)
    table = two_label_thresholds(truth[:, 0].astype(int), probabilities[:, 0], with_used(0.5), 0.5, weights)
    assert [row.threshold for row in table] == list(GRID) and [row.threshold for row in table if row.used] == [0.5]
    for row in table:
        predicted = probabilities > row.threshold
        assert [row.precision, row.recall, row.f1] == _expected(truth, predicted, weights)
        assert row.accuracy == pytest.approx(np.average((predicted == truth)[:, 0], weights=weights))


@given(TABLES, st.integers(1, 3), st.integers(0, 2), st.booleans())
def test_the_table_of_several_labels_is_that_of_scikit_learn(
    example: tuple[int, int, bool], labels: int, more: int, shared: bool
) -> None:
    truth, probabilities, weights = _table(example, labels + more)
    probabilities = probabilities[:, :labels]
    used = [0.45] * labels if shared or labels == 1 else [0.45, 0.2, 0.7][:labels]
    table = multi_label_thresholds(
        truth, probabilities, with_used(used[0] if len(set(used)) == 1 else None), used, weights
    )
    (own,) = [row for row in table if row.used]
    assert own.threshold == (0.45 if len(set(used)) == 1 else None) and len(table) == len(GRID) + 1
    for row in table:
        limits = used if row.threshold is None else [row.threshold] * labels
        predicted = np.hstack([probabilities > np.array(limits), np.zeros((len(truth), more), bool)])
        assert [row.precision, row.recall, row.f1] == _expected(truth, predicted, weights)
        assert row.accuracy == pytest.approx(np.average((predicted == truth).all(axis=1), weights=weights))


def test_averages_of_nothing_are_undefined() -> None:
    nothing = micro_average(0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    missed = micro_average(0, 0, 3)
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
