"""Means of probabilities as logits, and the weights that suit validation texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from seqclf.data.encoded import EncodedTexts
from seqclf.ensembles.measure import in_order
from seqclf.ensembles.mixing import best_weights, mixed_logits
from seqclf.labels import Labels
from seqclf.tasks.classification.metrics import log_probabilities
from seqclf.tasks.classification.multi_label import sigmoid

TWO, THREE, LISTS = Labels(("a", "b")), Labels(("a", "b", "c")), Labels(("a", "b", "c"), multi=True)


def probabilities(logits: Any, labels: Labels) -> Any:
    return sigmoid(logits) if labels.multi else np.exp(log_probabilities(logits))


@given(
    st.sampled_from([TWO, THREE, LISTS]),
    st.lists(st.integers(0, 9), min_size=2, max_size=4).filter(any),
    st.integers(0, 2**31),
)
def test_the_logits_are_those_of_the_mean(labels: Labels, weights: list[int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    logits = [draw.normal(0, 6, (5, labels.units)).astype(np.float32) for _ in weights]
    shares = [one / sum(weights) for one in weights]
    mean = sum(share * probabilities(one, labels) for share, one in zip(shares, logits, strict=True))
    np.testing.assert_allclose(probabilities(mixed_logits(logits, shares, labels), labels), mean, atol=1e-9)


def test_labels_in_another_order() -> None:
    logits = np.array([[1.0, 2.0, 3.0]])
    assert in_order(logits, THREE, Labels(("c", "a", "b"))).tolist() == [[2, 3, 1]]
    assert in_order(np.array([[4.0]]), TWO, Labels(("b", "a"))).tolist() == [[-4]]
    assert in_order(np.array([[4.0]]), TWO, TWO).tolist() == [[4]]


def encoded(truth: Any, **more: Any) -> EncodedTexts:
    ids = [np.array([2], np.int32)] * len(truth)
    return replace(EncodedTexts.collect(iter(ids), truth, 3), **more)


def made(labels: Labels, seed: int = 0, texts: int = 400) -> tuple[list[Any], Any]:
    """Logits of a good, a mediocre and a random model, and the truth."""
    draw = np.random.default_rng(seed)
    if labels.multi:
        truth: Any = draw.random((texts, len(labels))) < 0.3
        signal = np.where(truth, 2.0, -2.0)
    else:
        truth = draw.integers(0, len(labels), texts).astype(np.int32)
        signal = np.where(truth == 1, 2.0, -2.0)[:, None] if labels.units == 1 else 3.0 * np.eye(len(labels))[truth]
    noises = [draw.normal(0, scale, signal.shape) for scale in (1.5, 3, 0)]
    return [(signal * strength + noise) for strength, noise in zip((1, 1, 0), noises, strict=True)], truth


@pytest.mark.parametrize("labels", [TWO, THREE, LISTS], ids=["two", "three", "lists"])
def test_the_best_weights_have_the_smallest_loss(labels: Labels) -> None:
    logits, truth = made(labels)
    texts = encoded(truth)
    found = best_weights(logits, texts, labels)
    assert sum(found) == pytest.approx(1) and min(found) >= 0
    assert found[0] > found[1] > found[2]

    def loss(weights: Any) -> float:
        p = probabilities(mixed_logits(logits, weights, labels), labels)
        if labels.multi:
            return float(-np.mean(np.where(truth, np.log(p), np.log1p(-p))))
        return float(log_loss(truth, p, labels=range(len(labels))))

    grid = [(a / 20, b / 20, (20 - a - b) / 20) for a in range(21) for b in range(21 - a)]
    assert loss(found) <= min(map(loss, grid)) + 1e-6


def test_a_text_of_weight_two_counts_as_two() -> None:
    logits, truth = made(THREE, texts=60)
    twice = np.arange(60) < 20
    weights = np.where(twice, 2.0, 1.0).astype(np.float32)
    found = best_weights(logits, encoded(truth, weights=weights), THREE)
    rows = np.concatenate([np.arange(60), np.flatnonzero(twice)])
    np.testing.assert_allclose(
        found, best_weights([one[rows] for one in logits], encoded(truth[rows]), THREE), atol=1e-3
    )


def test_probabilities_of_labels_count_in_parts() -> None:
    logits, truth = made(THREE, texts=60)
    shares = np.eye(3)[truth] * 0.8 + 0.2 / 3
    whole = encoded(truth, shares=shares.astype(np.float32))
    assert whole.truth.ndim == 2
    found = best_weights(logits, whole, THREE)

    def cross(weights: Any) -> float:
        return float(-np.mean((shares * log_probabilities(mixed_logits(logits, weights, THREE))).sum(axis=1)))

    grid = [(a / 20, b / 20, (20 - a - b) / 20) for a in range(21) for b in range(21 - a)]
    assert cross(found) <= min(map(cross, grid)) + 1e-6


def test_labels_that_no_member_knows_have_no_part() -> None:
    logits, truth = made(THREE, texts=60)
    more = np.append(truth, 3).astype(np.int32)
    longer = [np.append(one, [[9.0, -9, -9]], axis=0) for one in logits]
    np.testing.assert_allclose(
        best_weights(longer, encoded(more), THREE), best_weights(logits, encoded(truth), THREE), atol=1e-9
    )
