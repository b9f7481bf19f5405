"""The losses of training, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config.schema import TrainingConfig
from seqclf.config.schema.losses import LOSSES, Loss
from seqclf.config.schema.losses.cross_entropy import CrossEntropy
from seqclf.config.schema.losses.focal import Focal
from seqclf.labels import Labels

rng = np.random.default_rng(5)
HEADS = {"sigmoid": (rng.normal(0, 3, (7, 1)), 2), "softmax": (rng.normal(0, 3, (7, 4)), 4)}


def _probabilities(logits: np.ndarray) -> np.ndarray:
    """Of every label, ``float64 [batch, labels]``."""
    if logits.shape[1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def _losses(logits: np.ndarray, ids: np.ndarray, loss: Loss) -> np.ndarray:
    import tensorflow as tf

    found: np.ndarray = loss.of_texts(tf.constant(logits, tf.float32), tf.constant(ids, tf.int32)).numpy()
    return found


def test_cross_entropy_is_keras_s() -> None:
    import keras
    import tensorflow as tf

    from seqclf.tasks.classification.losses import cross_entropy, predicted_ids

    binary, many = tf.constant([[1.5], [-0.5]]), tf.constant([[1.0, 0.2, -1.0], [0.0, 2.0, 1.0]])
    ids = tf.constant([0, 1])
    np.testing.assert_allclose(
        cross_entropy(binary, ids), keras.losses.binary_crossentropy(ids[:, None], binary, from_logits=True), rtol=1e-6
    )
    np.testing.assert_allclose(
        cross_entropy(many, ids), keras.losses.sparse_categorical_crossentropy(ids, many, from_logits=True), rtol=1e-6
    )
    assert predicted_ids(binary).numpy().tolist() == [1, 0]
    assert predicted_ids(many).numpy().tolist() == [0, 1]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.75])
def test_smoothed_labels_spread_a_fraction_over_all(head: str, share: float) -> None:
    logits, labels = HEADS[head]
    ids = rng.integers(0, labels, len(logits))
    targets = (1 - share) * np.eye(labels)[ids] + share / labels
    expected = -(targets * np.log(_probabilities(logits))).sum(axis=1)
    np.testing.assert_allclose(_losses(logits, ids, CrossEntropy(label_smoothing=share)), expected, rtol=2e-5)


@pytest.mark.parametrize("kind", LOSSES)
def test_every_loss_is_finite_and_the_same_for_two_labels_and_a_decision(kind: str) -> None:
    import tensorflow as tf

    loss: Loss = LOSSES[kind](type=kind)
    logits = tf.constant([-90.0, -3.0, 0.0, 0.5, 90.0] * 2)
    ids = tf.constant([0] * 5 + [1] * 5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        choices = loss.of_choices(tf.stack([tf.zeros_like(logits), logits], axis=1), ids)
        decisions = loss.of_decisions(logits, ids == 1)
    for losses in (choices, decisions):
        assert np.isfinite(losses).all()
        assert np.isfinite(tape.gradient(losses, logits)).all()
    np.testing.assert_allclose(choices, decisions, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
def test_focal_loss_is_the_paper_s(head: str, gamma: float) -> None:
    logits, labels = HEADS[head]
    ids = rng.integers(0, labels, len(logits))
    right = _probabilities(logits)[np.arange(len(ids)), ids]
    focal = _losses(logits, ids, Focal(type="focal", gamma=gamma))
    np.testing.assert_allclose(focal, (1 - right) ** gamma * -np.log(right), rtol=2e-5)
    if gamma == 0:
        np.testing.assert_array_equal(focal, _losses(logits, ids, CrossEntropy()))


@given(st.floats(-60, 60), st.floats(0, 5), st.integers(0, 1))
def test_focal_loss_has_gradients_however_confident_the_model_is(logit: float, gamma: float, right: int) -> None:
    import tensorflow as tf

    focal = Focal(type="focal", gamma=gamma)
    for logits in ([[logit]], [[0.0, logit, -logit]]):
        x, ids = tf.constant(logits), tf.constant([right])
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = focal.of_texts(x, ids)
        gradient = tape.gradient(loss, x).numpy()
        assert np.isfinite(loss.numpy()).all()
        assert np.isfinite(gradient).all()
        # The surer of the right label, the less the loss: its logit is never pushed down.
        towards = gradient[0, 0] * (1 if right else -1) if len(logits[0]) == 1 else gradient[0, right]
        assert towards <= 0


NAMES = ("a", "b", "c")


def _weights(given: Any, counts: list[int]) -> np.ndarray | None:
    from seqclf.label_weights import label_weights

    ids = np.repeat(np.arange(len(counts)), counts)
    return label_weights(given, Labels(NAMES), ids)


def test_balanced_labels_count_the_same_in_sum() -> None:
    counts = [2, 3, 15]
    np.testing.assert_allclose(_weights("balanced", counts), [20 / 3 / n for n in counts], rtol=1e-6)


@given(
    st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any),
    st.dictionaries(st.sampled_from(NAMES), st.floats(1e-3, 1e3), min_size=1) | st.just("balanced"),
)
def test_the_mean_weight_of_the_training_texts_is_one(counts: list[int], given: Any) -> None:
    weights = _weights(given, counts)
    assert weights @ np.array(counts) / sum(counts) == pytest.approx(1, rel=1e-5)
    if isinstance(given, dict):
        raw = np.array([given.get(name, 1) for name in NAMES])
        np.testing.assert_allclose(weights / weights[0], raw / raw[0], rtol=1e-5)


@pytest.mark.parametrize("head", HEADS)
def test_a_text_s_loss_is_multiplied_by_its_label_s_weight(head: str) -> None:
    import tensorflow as tf

    from seqclf.tasks.classification.losses import build_loss

    logits, labels = HEADS[head]
    names = ("a", "b", "c", "d")[:labels]
    ids = np.array([0, 1, 1, 1, 0, 1, 1])
    loss_of = build_loss(TrainingConfig(class_weights={"a": 3.0}), names, ids)
    found = loss_of(tf.constant(logits, tf.float32), tf.constant(ids, tf.int32)).numpy()
    weights = np.where(ids == 0, 3.0, 1.0)
    plain = _losses(logits, ids, CrossEntropy())
    np.testing.assert_allclose(found, plain * weights / weights.mean(), rtol=1e-5)
    assert _weights(None, [1, 2, 3]) is None


LISTS = np.array([[1, 0, 0], [0, 0, 0], [1, 1, 0], [1, 0, 1]], bool)


@pytest.mark.parametrize("loss", [CrossEntropy(), CrossEntropy(label_smoothing=0.3), Focal(type="focal", gamma=1.5)])
def test_multi_label_losses_are_separate_decisions(loss: Any) -> None:
    """The mean over the labels of the single-label losses."""
    import tensorflow as tf

    from seqclf.tasks.classification.losses import build_loss

    logits = rng.normal(0, 3, LISTS.shape).astype(np.float32)
    loss_of = build_loss(TrainingConfig(loss=loss), Labels(NAMES, multi=True), LISTS)
    columns = [_losses(logits[:, i : i + 1], LISTS[:, i].astype(np.int32), loss) for i in range(3)]
    np.testing.assert_allclose(loss_of(tf.constant(logits), tf.constant(LISTS)), np.mean(columns, axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("given", "expected"), [({"b": 4.0}, [1, 4, 1]), ("balanced", [1 / 3, 3, 3]), (None, [1, 1, 1])]
)
def test_the_weight_of_a_label_is_for_the_texts_that_it_applies_to(given: Any, expected: list[float]) -> None:
    import tensorflow as tf

    from seqclf.tasks.classification.losses import build_loss

    logits = rng.normal(0, 3, LISTS.shape).astype(np.float32)
    loss_of = build_loss(TrainingConfig(class_weights=given), Labels(NAMES, multi=True), LISTS)
    single = np.stack([_losses(logits[:, i : i + 1], LISTS[:, i].astype(np.int32), CrossEntropy()) for i in range(3)])
    weighted = single.T * np.where(LISTS, expected, 1)
    np.testing.assert_allclose(loss_of(tf.constant(logits), tf.constant(LISTS)), weighted.mean(axis=1), rtol=1e-5)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("loss", [CrossEntropy(), CrossEntropy(label_smoothing=0.3), Focal(type="focal", gamma=1.5)])
@pytest.mark.parametrize("class_weights", [None, "balanced"])
def test_the_loss_of_shares_is_the_expected_loss_of_a_drawn_label(head: str, loss: Any, class_weights: Any) -> None:
    import tensorflow as tf

    from seqclf.tasks.classification.losses import build_loss

    logits, labels = HEADS[head]
    names = ("a", "b", "c", "d")[:labels]
    shares = rng.dirichlet(np.ones(labels), len(logits)).astype(np.float32)
    shares[0] = np.eye(labels)[-1]
    x = tf.constant(logits, tf.float32)
    loss_of = build_loss(TrainingConfig(loss=loss, class_weights=class_weights), names, shares)
    drawn = [loss_of(x, tf.fill([len(logits)], label)).numpy() for label in range(labels)]
    np.testing.assert_allclose(
        loss_of(x, tf.constant(shares)), (shares * np.stack(drawn, axis=1)).sum(axis=1), rtol=2e-5
    )


@pytest.mark.parametrize("kind", LOSSES)
def test_every_loss_takes_each_label_in_turn(kind: str) -> None:
    import tensorflow as tf

    loss: Loss = LOSSES[kind](type=kind)
    x = tf.constant(HEADS["softmax"][0], tf.float32)
    each = [loss.of_choices(x, tf.fill([len(x)], label)) for label in range(x.shape[1])]
    for found in (loss.of_each_choice(x), Loss.of_each_choice(loss, x)):
        np.testing.assert_allclose(found, tf.stack(each, axis=1), rtol=2e-5, atol=1e-7)


@given(st.lists(st.floats(-90, 90), min_size=3, max_size=3), st.floats(0, 5))
def test_focal_loss_of_shares_is_finite_with_its_gradients(logits: list[float], gamma: float) -> None:
    import tensorflow as tf

    x = tf.constant([logits])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = Focal(type="focal", gamma=gamma).of_shares(x, tf.constant([[0.5, 0.25, 0.25]]))
    assert np.isfinite(loss.numpy()).all()
    assert np.isfinite(tape.gradient(loss, x).numpy()).all()


@pytest.mark.parametrize("head", HEADS)
def test_the_most_probable_label_is_correct(head: str) -> None:
    import tensorflow as tf

    from seqclf.tasks.classification.losses import correct, cross_entropy

    logits, labels = HEADS[head]
    shares = rng.dirichlet(np.ones(labels), len(logits)).astype(np.float32)
    shares[0] = 1 / labels  # all equal: the first
    x = tf.constant(logits, tf.float32)
    ids = tf.constant(shares.argmax(axis=1), tf.int32)
    assert np.array_equal(correct(x, tf.constant(shares)), correct(x, ids))
    expected = -(shares * np.log(_probabilities(logits))).sum(axis=1)
    np.testing.assert_allclose(cross_entropy(x, tf.constant(shares)), expected, rtol=2e-5)
