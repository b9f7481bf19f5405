"""Training steps and the fit of n-grams with weights of texts and with probabilities of labels."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from seqclf.config import Config, checked_config
from seqclf.data.encoded import EncodedTexts
from seqclf.labels import Labels
from seqclf.ngrams.solver import fit_linear, inverse_document_frequencies, naive_bayes_ratios
from seqclf.ngrams.targets import targets_of

TEXTS, WORDS = 24, 50
KINDS = {"two": (2, False), "three": (3, False), "lists": (3, True)}
repeats_of_texts = st.lists(st.integers(0, 3), min_size=TEXTS, max_size=TEXTS).filter(lambda drawn: sum(drawn) > 5)


def _truth(labels: Labels, *, soft: bool = False) -> NDArray[Any]:
    draw = np.random.default_rng(len(labels))
    if soft:
        return draw.dirichlet(np.ones(len(labels)), TEXTS).astype(np.float32)
    if labels.multi:
        return draw.random((TEXTS, len(labels))) < 0.5
    return (np.arange(TEXTS) % len(labels)).astype(np.int32)


def _texts(truth: NDArray[Any], weights: NDArray[Any] | None = None, places: Any = range(TEXTS)) -> EncodedTexts:
    """The texts at ``places``, with some truth of all texts."""
    draw = np.random.default_rng(9)
    rows = [draw.integers(1, WORDS, 5).astype(np.int32) for _ in range(TEXTS)]
    soft = truth.dtype == np.float32
    labels = truth.argmax(axis=1).astype(np.int32) if soft else truth
    chosen = np.array(list(places), np.int64)
    texts = EncodedTexts.collect([rows[i] for i in chosen], labels[chosen], WORDS)
    return replace(
        texts,
        shares=truth[chosen] if soft else None,
        weights=None if weights is None else weights[chosen].astype(np.float32),
    )


class _Data:
    """What a task reads of ``TrainingData``."""

    class tokenizer:
        unknown_id, separator_id, vocabulary_size = 1, None, WORDS

    def __init__(self, train: EncodedTexts, labels: Labels) -> None:
        self.train, self.labels = train, labels
        self.extra = self.unlabelled = self.taught = None


def _config(**training: Any) -> Config:
    changes = {"layers": POOLED, "head": [], "embedding__dropout": 0.0}
    return checked_config(small_config(data__train="texts.csv", training__batch_size=100, **changes, **training))


@cache
def _task_and_step(kind: str, soft: bool, weighted: bool, class_weights: Any = None) -> Any:
    """A function from texts to the sums of one batch of them all, traced once."""
    import tensorflow as tf

    from seqclf.tasks.classification.task import Classification

    labels = Labels(tuple("abc"[: KINDS[kind][0]]), KINDS[kind][1])
    config = _config()
    task: Any = None
    ones = np.ones(TEXTS) if weighted else None
    task = Classification.of(config, _Data(_texts(_truth(labels, soft=soft), ones), labels))  # type: ignore[arg-type]
    model = task.model(config, _Data(_texts(_truth(labels)), labels))
    forward = task.forward(model)

    @tf.function(input_signature=task.signature(model), autograph=False)
    def sums(*batch: Any) -> Any:
        with tf.GradientTape() as tape:
            found = task.sums(forward, batch)
        return found, [tf.convert_to_tensor(one) for one in tape.gradient(found.loss, model.trainable_variables)]

    def of(texts: EncodedTexts) -> Any:
        batches = task.batches(texts, config, training=True)
        (indices,) = batches.shuffled(0, 1)
        return sums(*batches.batch(np.sort(indices)))

    return labels, of


def _numbers(sums: Any) -> list[float]:
    """The sums of a batch; classification has no penalty on activations."""
    assert sums.penalty is None
    return [float(one) for one in sums if one is not None]


CASES = [("two", False), ("three", False), ("lists", False), ("two", True), ("three", True)]


@pytest.mark.parametrize(("kind", "soft"), CASES)
@given(repeats=repeats_of_texts)
def test_a_weight_counts_as_copies_in_a_step(kind: str, soft: bool, repeats: list[int]) -> None:
    """Loss, accuracy and gradients of the batch are those of the batch with copies; a weight of 0, of one without."""
    labels, weighted_sums = _task_and_step(kind, soft, True)
    _, plain_sums = _task_and_step(kind, soft, False)
    truth = _truth(labels, soft=soft)
    found, gradients = weighted_sums(_texts(truth, np.array(repeats)))
    copied, expected = plain_sums(_texts(truth, places=np.repeat(np.arange(TEXTS), repeats)))
    np.testing.assert_allclose(found.loss / found.weight, copied.loss / copied.weight, rtol=1e-5)
    np.testing.assert_allclose(found.correct / found.weight, int(copied.correct) / copied.weight, rtol=1e-5)
    assert float(found.weight) == pytest.approx(np.count_nonzero(repeats))
    for one, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(one / found.divisor, other / copied.divisor, atol=1e-6)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_batch_changes_the_model_by_the_weight_of_its_texts(accumulate: int) -> None:
    """Also a batch of a single text: an update divides by the number of texts, whose mean weight is 1."""
    from seqclf.model.build import build_model
    from seqclf.tasks.classification.task import Classification
    from seqclf.training.state import TrainingState
    from seqclf.training.step import build_train_step

    labels = Labels(tuple("abc"))
    config = _config(training__optimizer={"type": "sgd", "learning_rate": 0.1}, training__accumulate_steps=accumulate)
    token_ids, label_ids = np.array([[5, 6, 7], [8, 9, 4]], np.int32), np.array([0, 2], np.int32)

    def changes(texts: slice, *weights: float) -> list[NDArray[Any]]:
        state = TrainingState.begin(build_model(config, 30, labels), config.training)
        step = build_train_step(state.model, state.optimizer, Classification(labels, weighted=True), state.accumulator)
        before = [weight.numpy() for weight in state.model.trainable_variables]
        result = step(token_ids[texts], label_ids[texts], np.array(weights, np.float32))
        assert float(result.loss / result.weight) == pytest.approx(np.log(3), rel=0.2), "the loss shown is a mean"
        return [weight.numpy() - was for weight, was in zip(state.model.trainable_variables, before, strict=True)]

    first, second = changes(slice(1), 0.5), changes(slice(1, 2), 1.5)
    for one, other, both in zip(first, second, changes(slice(2), 0.5, 1.5), strict=True):
        np.testing.assert_allclose(both, (one + other) / 2, atol=1e-6)
    for one, other in zip(first, changes(slice(1), 2.0), strict=True):
        np.testing.assert_allclose(other, 4 * one, atol=1e-6)


@pytest.mark.parametrize(("kind", "soft"), CASES)
@pytest.mark.parametrize("weight", [1.0, 0.3])
def test_equal_weights_change_no_bit_of_a_step(kind: str, soft: bool, weight: float) -> None:
    labels, weighted_sums = _task_and_step(kind, soft, True)
    _, plain_sums = _task_and_step(kind, soft, False)
    truth = _truth(labels, soft=soft)
    found, gradients = weighted_sums(_texts(truth, np.full(TEXTS, weight)))
    plain, expected = plain_sums(_texts(truth))
    assert _numbers(found) == _numbers(plain)
    assert [one.numpy().tobytes() for one in gradients] == [one.numpy().tobytes() for one in expected]


def test_shares_of_0_and_1_are_labels() -> None:
    for kind in ("two", "three"):
        labels, of_shares = _task_and_step(kind, True, False)
        _, of_ids = _task_and_step(kind, False, False)
        ids = _truth(labels)
        soft, gradients = of_shares(_texts(np.eye(len(labels), dtype=np.float32)[ids]))
        hard, expected = of_ids(_texts(ids))
        np.testing.assert_allclose(_numbers(soft), _numbers(hard), rtol=1e-6)
        for one, other in zip(gradients, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)


FEATURES = 12


def _features(places: Any = range(TEXTS)) -> Any:
    dense = np.random.default_rng(3).random((TEXTS, FEATURES)) < 0.4
    return csr_matrix(dense[list(places)].astype(np.float32))


@pytest.mark.parametrize(("kind", "soft"), CASES)
@pytest.mark.parametrize("weights_of_labels", [None, [0.5, 2.0, 1.5]])
def test_the_fit_of_weighted_texts_is_that_of_copies(
    kind: str, soft: bool, weights_of_labels: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.ngrams import solver

    monkeypatch.setattr(solver, "_TOLERANCE", 1e-12)
    labels = Labels(tuple("abc"[: KINDS[kind][0]]), KINDS[kind][1])
    truth, repeats = _truth(labels, soft=soft), np.random.default_rng(1).integers(1, 4, TEXTS)
    times, places = repeats.astype(np.float32), np.repeat(np.arange(TEXTS), repeats)
    by_label = None if weights_of_labels is None else np.array(weights_of_labels[: len(labels)], np.float32)
    weighted = targets_of(truth, labels, by_label, text_weights=times)
    copied = targets_of(truth[places], labels, by_label)
    ratios = naive_bayes_ratios(_features(), weighted.truth, 1.0, times)
    np.testing.assert_allclose(ratios, naive_bayes_ratios(_features(places), copied.truth, 1.0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        inverse_document_frequencies(_features(), times), inverse_document_frequencies(_features(places)), rtol=1e-6
    )
    found = fit_linear(_features(), weighted, ratios, 0.5)
    expected = fit_linear(_features(places), copied, ratios, 0.5)
    np.testing.assert_allclose(found.table, expected.table, atol=5e-3)
    np.testing.assert_allclose(found.bias, expected.bias, atol=5e-3)


@pytest.mark.parametrize(("kind", "soft"), CASES)
def test_targets_with_class_weights_give_the_loss_of_training(kind: str, soft: bool) -> None:
    import tensorflow as tf

    from seqclf.label_weights import label_weights
    from seqclf.ngrams.solver import _cross_entropy
    from seqclf.tasks.classification.losses import build_loss

    labels = Labels(tuple("abc"[: KINDS[kind][0]]), KINDS[kind][1])
    truth = _truth(labels, soft=soft)
    weights = np.random.default_rng(1).uniform(0.1, 3, TEXTS).astype(np.float32)
    config = _config(training__class_weights="balanced").training
    logits = np.random.default_rng(2).normal(size=(TEXTS, labels.units)).astype(np.float32)
    by_label = label_weights("balanced", labels, truth, weights)
    found, _ = _cross_entropy(logits, targets_of(truth, labels, by_label, text_weights=weights))
    losses = build_loss(config, labels, truth, weights)(tf.constant(logits), tf.constant(truth)).numpy()
    expected = float((losses * weights).sum()) * (len(labels) if labels.multi else 1)
    assert found == pytest.approx(expected, rel=1e-5)


def _data(path: Path, **changes: Any) -> Any:
    from seqclf.data.prepare import prepare

    config = checked_config(
        small_config(data__train=str(path), ngrams={"buckets": 1024}, layers=[], head=[], **changes)
    )
    return config, prepare(config)


def test_ngrams_of_equal_weights_change_no_bit_and_weight_zero_leaves_out(three_labels_csv: Path) -> None:
    from seqclf.ngrams.fit import _fit

    config, data = _data(three_labels_csv)
    train = data.train
    plain = _fit(config, data, lambda stage: None)
    ones = _fit(config, replace(data, train=replace(train, weights=np.full(len(train), 0.2, np.float32))), print)
    assert (ones.table.tobytes(), ones.out_of_fold.tobytes()) == (plain.table.tobytes(), plain.out_of_fold.tobytes())
    kept = np.flatnonzero(np.arange(len(train)) % 4)
    some = replace(train, weights=(np.arange(len(train)) % 4 > 0).astype(np.float32))
    rows = [train[int(i)].astype(np.int32) for i in kept]
    alone = EncodedTexts.collect(rows, train.labels[kept], data.tokenizer.vocabulary_size)
    found = _fit(config, replace(data, train=some), lambda stage: None)
    expected = _fit(config, replace(data, train=alone), lambda stage: None)
    assert found.table.tobytes() == expected.table.tobytes()
    assert found.texts == len(kept)
    assert np.array_equal(found.out_of_fold[kept], expected.out_of_fold)
