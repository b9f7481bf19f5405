"""Metrics against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.metrics.counts import LabelMetrics
from seqclf.tasks.classification.metrics import classification_metrics, log_probabilities


def test_two_labels_by_hand() -> None:
    logits = np.array([[2.0], [-1.0], [0.5], [-3.0]])
    metrics = classification_metrics(logits, np.array([1, 1, 0, 0]), ["neg", "pos"])
    assert tuple(metrics.confusion) == ((1, 1), (1, 1))
    assert metrics.accuracy == 0.5
    assert metrics.labels["pos"] == LabelMetrics(precision=0.5, recall=0.5, f1=0.5, support=2)
    expected = np.mean([np.log1p(np.exp(-2)), np.log1p(np.exp(1)), np.log1p(np.exp(0.5)), np.log1p(np.exp(-3))])
    assert metrics.loss == pytest.approx(expected)


def test_three_labels_by_hand() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.5, 0.1, 0.4]]))
    metrics = classification_metrics(logits, np.array([0, 1, 2, 2]), ["a", "b", "c"])
    assert tuple(metrics.confusion) == ((1, 0, 0), (1, 0, 0), (1, 0, 1))
    assert metrics.labels["a"] == LabelMetrics(precision=pytest.approx(1 / 3), recall=1.0, f1=0.5, support=1)
    assert metrics.labels["b"] == LabelMetrics(precision=None, recall=0.0, f1=0.0, support=1)
    assert metrics.macro_f1 == pytest.approx((0.5 + 0 + 2 / 3) / 3)
    assert metrics.loss == pytest.approx(-np.mean(np.log([0.7, 0.3, 0.8, 0.4])))


@given(st.lists(st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3), min_size=1))
def test_probabilities_sum_to_one_however_large_the_logits(logits: list[list[float]]) -> None:
    np.testing.assert_allclose(np.exp(log_probabilities(np.array(logits))).sum(axis=1), 1)
