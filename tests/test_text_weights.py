"""Weights and soft labels of texts: how they are scaled, added up and put into batches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from seqclf.data.batches import Batches
from seqclf.data.encoded import EncodedTexts
from seqclf.label_weights import label_totals, label_weights, relative_weights
from seqclf.labels import Labels


def _texts(count: int, **more: Any) -> EncodedTexts:
    draw = np.random.default_rng(count)
    rows = [draw.integers(1, 100, draw.integers(1, 9)).astype(np.int32) for _ in range(count)]
    texts = EncodedTexts.collect(rows, np.arange(count, dtype=np.int32) % 3, vocabulary_size=100)
    return replace(texts, **more)


def _taken(texts: EncodedTexts, places: NDArray[np.int64]) -> EncodedTexts:
    """The texts at ``places``, without weights."""
    return EncodedTexts.collect((texts[int(i)].astype(np.int32) for i in places), texts.labels[places], 100)


counts = st.lists(st.integers(0, 4), min_size=1, max_size=30).filter(any)


@given(st.lists(st.sampled_from([0.0, 1e-20, 0.25, 1.0, 3.0, 1e30]), min_size=1, max_size=20), st.floats(1e-6, 1e6))
def test_only_the_ratios_of_weights_matter(weights: list[float], factor: float) -> None:
    given = np.array(weights)
    scaled = relative_weights(given)
    assert scaled.dtype == np.float32
    assert np.isfinite(scaled).all()
    np.testing.assert_allclose(relative_weights(given * factor), scaled, rtol=1e-6)
    if (given > 0).any():
        assert scaled[given > 0].mean(dtype=np.float64) == pytest.approx(1)


@pytest.mark.parametrize("weight", [1, 0.1, 7, 1e-30])
def test_equal_weights_are_exactly_one(weight: float) -> None:
    assert (relative_weights(np.full(13, weight, np.float32)) == 1).all()


def test_without_any_weight_no_text_counts() -> None:
    assert relative_weights(np.zeros(3)).tolist() == [0, 0, 0]


@given(counts, st.integers(1, 4))
def test_a_weight_counts_as_copies(weights: list[int], labels: int) -> None:
    draw = np.random.default_rng(len(weights))
    ids, repeats = draw.integers(0, labels, len(weights)), np.array(weights)
    shares = draw.dirichlet(np.ones(labels), len(weights))
    for truth in (ids, ids[:, np.newaxis] == np.arange(labels), shares):
        expected = label_totals(np.repeat(truth, repeats, axis=0), labels)
        np.testing.assert_allclose(label_totals(truth, labels, repeats.astype(float)), expected)


@pytest.mark.parametrize("given", ["balanced", {"a": 3.0}])
def test_class_weights_with_weights_are_those_of_copies(given: Any) -> None:
    repeats = np.array([1, 3, 2, 5])
    for labels, truth in (
        (Labels(("a", "b")), np.array([0, 1, 1, 0])),
        (Labels(("a", "b"), multi=True), np.array([[1, 0], [0, 1], [1, 1], [0, 0]], bool)),
        (Labels(("a", "b")), np.array([[0.25, 0.75], [1, 0], [0.5, 0.5], [0, 1]], np.float32)),
    ):
        copied = label_weights(given, labels, np.repeat(truth, repeats, axis=0))
        found = label_weights(given, labels, truth, repeats.astype(np.float32))
        assert copied is not None and found is not None
        np.testing.assert_allclose(found, copied, rtol=1e-6)
        ones = label_weights(given, labels, truth, np.ones(4, np.float32))
        plain = label_weights(given, labels, truth)
        assert ones is not None and plain is not None
        assert ones.tobytes() == plain.tobytes()


def test_balanced_weights_of_labels_that_are_hardly_probable_are_finite() -> None:
    """A model's softmax may round a probability to the smallest float32 everywhere."""
    shares = np.array([[1, 1e-45], [1, 1e-40], [1, 0]], np.float32)
    found = label_weights("balanced", Labels(("a", "b")), shares)
    assert found is not None and np.isfinite(found).all()
    np.testing.assert_allclose(shares @ found, 1, rtol=1e-6)


def test_a_batch_names_its_parts() -> None:
    draw = np.random.default_rng(0)
    shares = draw.dirichlet(np.ones(3), 10).astype(np.float32)
    texts = _texts(10, weights=np.arange(10, dtype=np.float32), shares=shares)
    scores = draw.normal(size=(10, 3)).astype(np.float32)
    plain = Batches(_texts(10), 4, 8, "tail")
    assert plain.parts == ("token_ids", "labels")
    batches = Batches(texts, 4, 8, "tail", scores=scores)
    assert batches.parts == ("token_ids", "labels", "scores", "weights")
    for indices in batches.by_length():
        parts = dict(zip(batches.parts, batches.batch(indices), strict=True))
        assert np.array_equal(parts["labels"], shares[indices])
        assert np.array_equal(parts["scores"], scores[indices])
        np.testing.assert_allclose(parts["weights"], indices / 5, rtol=1e-6)
        assert all(len(rows) == len(indices) for rows in parts.values())
    assert [len(rows) for rows in batches.batch([])] == [0, 0, 0, 0]


@given(counts, st.sampled_from([None, 20]))
def test_a_text_of_weight_zero_is_in_no_training_batch(weights: list[int], batch_tokens: int | None) -> None:
    """The batches are those of the other texts alone, and evaluation still has every text."""
    texts = _texts(len(weights), weights=np.array(weights, np.float32))
    kept = np.flatnonzero(weights)
    weighted = Batches(texts, 3, 8, "tail", batch_tokens)
    alone = Batches(_taken(texts, kept), 3, 8, "tail", batch_tokens)
    for epoch in (1, 2):
        ours, theirs = weighted.shuffled(5, epoch), alone.shuffled(5, epoch)
        assert [indices.tolist() for indices in ours] == [kept[indices].tolist() for indices in theirs]
        for one, other in zip(weighted.stream(ours), alone.stream(theirs), strict=True):
            assert np.array_equal(one[0], other[0])
    assert sorted(np.concatenate(weighted.by_length()).tolist()) == list(range(len(weights)))
