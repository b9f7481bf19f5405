"""Metrics, thresholds and the prior with weights of texts and with probabilities of labels."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.prior import Prior
from seqclf.tasks.classification.metrics import classification_metrics, log_probabilities
from seqclf.tasks.classification.multi_label import (
    best_threshold,
    multi_label_metrics,
    per_label_thresholds,
    sigmoid,
)

NAMES = ["a", "b", "c"]
KINDS = ["ids", "shares", "multi"]
weights_of_texts = st.lists(st.integers(0, 4), min_size=1, max_size=25).filter(any)


def _predictions(kind: str, texts: int) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Logits and the truth; ids include labels that the model lacks."""
    draw = np.random.default_rng(texts)
    logits = draw.normal(0, 2, (texts, 3))
    if kind == "ids":
        return logits, np.append(draw.integers(0, 4, texts - 1), 0)
    if kind == "shares":
        return logits, draw.dirichlet(np.ones(3), texts).astype(np.float32)
    return logits, draw.random((texts, 3)) > 0.6


def _metrics(logits: NDArray[Any], truth: NDArray[Any], weights: Any = None) -> ClassifierMetrics:
    if truth.dtype == np.bool_:
        return multi_label_metrics(logits, truth, NAMES, [0.5, 0.3, 0.6], weights=weights)
    return classification_metrics(logits, truth, NAMES, ["d"] if truth.ndim == 1 else (), weights)


@pytest.mark.parametrize("kind", KINDS)
@given(weights=weights_of_texts)
def test_a_weight_counts_as_copies(kind: str, weights: list[int]) -> None:
    repeats = np.array(weights)
    logits, truth = _predictions(kind, len(weights))
    if kind == "ids":
        truth[repeats.argmax()] = 1  # the loss is over the texts whose label the model has
    found = _metrics(logits, truth, repeats.astype(np.float32))
    copied = _metrics(np.repeat(logits, repeats, axis=0), np.repeat(truth, repeats, axis=0))
    for name in found.marks():
        value = getattr(found, name)
        assert value == (None if value is None else pytest.approx(copied.value(name))), name
        assert (value is None) == (getattr(copied, name) is None)
    assert found.weight == copied.texts == repeats.sum()
    assert found.texts == np.count_nonzero(repeats)
    for label, one in found.labels.items():
        for name in ("precision", "recall", "f1"):
            value, expected = getattr(one, name), getattr(copied.labels[label], name)
            assert value == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("texts", [1, 7, 100])
def test_equal_weights_change_no_bit(kind: str, texts: int) -> None:
    logits, truth = _predictions(kind, texts)
    plain = _metrics(logits, truth).to_json()
    assert "weight" not in plain
    for weight in (1.0, 3.0, 0.1):
        weighted = _metrics(logits, truth, np.full(texts, weight, np.float32)).to_json()
        assert weighted.pop("weight") == pytest.approx(weight * texts)
        assert json.dumps(weighted) == json.dumps(plain)


@pytest.mark.parametrize("kind", KINDS)
@given(weights=weights_of_texts)
def test_texts_of_weight_zero_count_nowhere(kind: str, weights: list[int]) -> None:
    kept = np.flatnonzero(weights)
    logits, truth = _predictions(kind, len(weights))
    if kind == "ids":
        truth[kept[0]] = 1
    found = _metrics(logits, truth, np.array(weights, np.float32))
    assert found == _metrics(logits[kept], truth[kept], np.array(weights, np.float32)[kept])


@pytest.mark.parametrize("kind", KINDS)
def test_without_any_weight_there_is_nothing_to_measure(kind: str) -> None:
    with pytest.raises(InputError, match="data.weight"):
        _metrics(*_predictions(kind, 4), np.zeros(4, np.float32))


def test_without_a_known_label_that_counts_there_is_nothing_to_measure() -> None:
    logits, truth, weights = np.zeros((3, 1)), np.array([0, 2, 2]), np.array([0, 1, 1], np.float32)
    with pytest.raises(InputError, match="whose weight is not 0 has a label that no training text has"):
        classification_metrics(logits, truth, ("a", "b"), ("c",), weights)


@pytest.mark.parametrize("kind", KINDS)
def test_weighted_metrics_are_read_back(kind: str) -> None:
    found = _metrics(*_predictions(kind, 9), np.arange(9, dtype=np.float32))
    reader = MultiLabelMetrics if kind == "multi" else ClassificationMetrics
    assert reader.from_json(json.loads(json.dumps(found.to_json()))) == found
    with pytest.raises(ValueError, match="weight"):
        reader.from_json(found.to_json() | {"weight": "9"})


def test_scores_of_shares_are_those_of_the_most_probable_label_and_the_loss_is_with_the_shares() -> None:
    shares = np.array([[0.25, 0.75], [0.5, 0.5], [1, 0]], np.float32)
    logits = np.array([[2.0], [-1.0], [-3.0]])
    soft = classification_metrics(logits, shares, ["neg", "pos"])
    hard = classification_metrics(logits, np.array([1, 0, 0]), ["neg", "pos"])
    assert soft.to_json() | {"loss": 0} == hard.to_json() | {"loss": 0}
    assert soft.accuracy == 1
    assert soft.loss == pytest.approx(-(shares * log_probabilities(logits)).sum(axis=1).mean())


@given(weights_of_texts)
def test_the_best_threshold_of_weighted_decisions_is_that_of_copies(weights: list[int]) -> None:
    logits, truth = _predictions("multi", len(weights))
    repeats, found = np.array(weights), sigmoid(logits)
    copied = np.repeat(found, repeats, axis=0), np.repeat(truth, repeats, axis=0)
    for label in range(3):
        expected = best_threshold(copied[0][:, label], copied[1][:, label])
        assert best_threshold(found[:, label], truth[:, label], repeats.astype(float)) == expected
    plain = per_label_thresholds(found, truth)
    assert per_label_thresholds(found, truth, np.full(len(weights), 3.0)).tolist() == plain.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_the_prior_adds_up_weights_and_shares(kind: str) -> None:
    labels = Labels(tuple(NAMES), multi=kind == "multi")
    truth = _predictions(kind, 12)[1]
    if kind == "ids":
        truth %= 3
    repeats = np.array([0, 1, 2, 1, 0, 3, 1, 1, 2, 1, 1, 1])
    copied = Prior.of(np.repeat(truth, repeats, axis=0), labels, 1)
    weights = repeats.astype(np.float32)
    weights /= weights[weights > 0].mean()
    np.testing.assert_allclose(Prior.of(truth, labels, 1, weights=weights).frequencies, copied.frequencies, rtol=1e-6)
    assert Prior.of(truth, labels, 1, weights=np.ones(12, np.float32)) == Prior.of(truth, labels, 1)
