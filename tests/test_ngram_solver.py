"""The solver of the linear model over n-grams."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from seqclf.ngrams.solver import (
    Targets,
    best_weights,
    fit_linear,
    inverse_document_frequencies,
    joint_scale,
    naive_bayes_ratios,
)


@pytest.fixture
def to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the solver until nothing changes."""
    from seqclf.ngrams import solver

    monkeypatch.setattr(solver, "_TOLERANCE", 1e-12)


def _features(texts: int = 60, features: int = 12, seed: int = 0) -> Any:
    return csr_matrix((np.random.default_rng(seed).random((texts, features)) < 0.3).astype(np.float32))


def _targets(truth: np.ndarray, *, exclusive: bool = False, weights: np.ndarray | None = None) -> Targets:
    ones = np.ones((len(truth), 1), np.float32)
    return Targets(truth.astype(np.float32), ones if weights is None else weights.astype(np.float32), exclusive)


@pytest.mark.parametrize("weighted", [False, True])
def test_two_labels_are_scikit_learns_logistic_regression(weighted: bool, to_the_end: None) -> None:
    from sklearn.linear_model import LogisticRegression

    x = _features()
    draw = np.random.default_rng(1)
    y = (draw.random(60) < 0.5).astype(int)
    weights = draw.uniform(0.5, 3, (60, 1)) if weighted else np.ones((60, 1))
    ones = np.ones((12, 1), np.float32)
    ours = fit_linear(x, _targets(y[:, np.newaxis], weights=weights), ones, 0.5)
    theirs = LogisticRegression(C=2, tol=1e-8).fit(x, y, sample_weight=weights[:, 0])
    np.testing.assert_allclose(ours.table[:, 0], theirs.coef_[0], atol=2e-2)
    np.testing.assert_allclose(ours.bias, theirs.intercept_, atol=2e-2)


def test_more_labels_are_scikit_learns_softmax(to_the_end: None) -> None:
    from sklearn.linear_model import LogisticRegression

    x = _features(seed=2)
    y = np.random.default_rng(3).integers(0, 3, 60)
    ours = fit_linear(x, _targets(np.eye(3)[y], exclusive=True), np.ones((12, 3), np.float32), 1.0)
    theirs = LogisticRegression(C=1, tol=1e-8).fit(x, y)
    np.testing.assert_allclose(ours.table, theirs.coef_.T, atol=2e-2)


def test_decisions_fitted_separately_equal_those_fitted_together() -> None:
    x = _features(seed=4)
    truth = (np.random.default_rng(5).random((60, 3)) < 0.4).astype(np.float32)
    scale = np.random.default_rng(6).uniform(0.5, 2, (12, 3)).astype(np.float32)
    together = fit_linear(x, _targets(truth), scale, 1.0)
    for unit in range(3):
        column = slice(unit, unit + 1)
        alone = fit_linear(x, _targets(truth[:, column]), scale[:, column], 1.0)
        np.testing.assert_array_equal(together.table[:, column], alone.table)


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("exclusive", [False, True])
def test_features_of_one_text_are_merged_without_a_difference(
    exclusive: bool, normalized: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.ngrams import solver

    draw = np.random.default_rng(8)
    dense = np.concatenate([draw.random((30, 6)) < 0.4, np.zeros((30, 9), bool)], axis=1)
    dense[[0, 0, 0, 4, 4, 17, 29], np.arange(6, 13)] = True  # seven features of one text each, and two of none
    values = np.sqrt(np.maximum(dense.sum(axis=1, keepdims=True), 1)) if normalized else 1.0
    features = csr_matrix((dense / values).astype(np.float32))
    truth = np.eye(3)[draw.integers(0, 3, 30)]
    scale = naive_bayes_ratios(features.sign(), truth.astype(np.float32), 0.5)
    monkeypatch.setattr(solver, "_TOLERANCE", 1e-12)
    merged = fit_linear(features, _targets(truth, exclusive=exclusive), scale, 0.5)
    plain = solver._fit(features, _targets(truth, exclusive=exclusive), scale, 0.5)
    np.testing.assert_allclose(merged.table, plain.table, atol=2e-3)
    assert (merged.table[13:] == 0).all()


def test_a_scale_of_zero_leaves_a_feature_out() -> None:
    scale = np.ones((12, 1), np.float32)
    scale[3] = 0
    fitted = fit_linear(_features(), _targets(np.arange(60)[:, np.newaxis] % 2), scale, 1.0)
    assert fitted.table[3] == 0
    assert (fitted.table[[0, 1, 2]] != 0).all()


def test_ratios_by_hand() -> None:
    x = csr_matrix(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    ratios = naive_bayes_ratios(x, np.array([[1], [1], [0]], np.float32), 1.0)
    # With the label: counts 2 and 1, smoothed 3 and 2 of 5; without: 0 and 1, smoothed 1 and 2 of 3.
    np.testing.assert_allclose(ratios[:, 0], np.log([(3 / 5) / (1 / 3), (2 / 5) / (2 / 3)]), rtol=1e-6)


def test_document_frequencies_by_hand() -> None:
    x = csr_matrix(np.array([[1, 0], [1, 1], [1, 0]], np.float32))
    most = np.log(4) + 1
    np.testing.assert_allclose(inverse_document_frequencies(x)[:, 0], [1 / most, (np.log(2) + 1) / most], rtol=1e-6)


def test_weights_of_a_mix_are_those_of_least_cross_entropy() -> None:
    draw = np.random.default_rng(7)
    truth = draw.integers(0, 3, 4_000)
    sure, unsure = (
        (scale * (np.eye(3)[truth] * 2 + draw.gumbel(size=(4_000, 3)))).astype(np.float32) for scale in (2.0, 0.5)
    )
    targets = _targets(np.eye(3)[truth], exclusive=True)

    def loss(ours: float, theirs: float) -> float:
        logits = ours * sure + theirs * unsure
        return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(4_000), truth]))

    found = best_weights(sure, unsure, targets, (0.3, 0.6))
    least = loss(*found)
    for step in (0.9, 1.1):
        assert least < loss(found[0] * step, found[1])
        assert least < loss(found[0], found[1] * step)


def test_few_texts_do_not_move_the_weights_of_a_mix_far() -> None:
    right = np.array([[3.0], [-3.0]], np.float32)
    found = best_weights(right, right, _targets(np.array([[1], [0]])), (0.3, 0.6))
    assert found == pytest.approx((0.3, 0.6), abs=0.3), "with so few, nothing is certain"
    worst = np.repeat([[3.0], [-3.0]], 200, axis=0).astype(np.float32)
    wrong = _targets(np.repeat([[0], [1]], 200, axis=0))
    assert best_weights(worst, -worst, wrong, (0.3, 0.6))[0] == 0, "never negative"


def test_a_joint_scale_is_that_of_copies(to_the_end: None) -> None:
    x = _features()
    draw = np.random.default_rng(5)
    truth = (draw.random((60, 1)) < 0.5).astype(np.float32)
    scales = [draw.uniform(0.1, 2, (12, 1)).astype(np.float32) for _ in range(2)]
    from scipy.sparse import hstack

    copied = fit_linear(hstack([x, x], format="csr"), _targets(truth), np.concatenate(scales), 1.0)
    once = fit_linear(x, _targets(truth), joint_scale(*scales), 1.0)
    np.testing.assert_allclose(once.table, copied.table[:12] + copied.table[12:], atol=5e-3)
