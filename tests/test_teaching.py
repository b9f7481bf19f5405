"""The losses of texts that a teacher has judged, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from seqclf.config.schema import TrainingConfig
from seqclf.config.schema.teacher import TeacherConfig
from seqclf.labels import Labels

rng = np.random.default_rng(3)
LOGITS = {"two": rng.normal(0, 2, (5, 1)), "many": rng.normal(0, 2, (5, 4)), "multi": rng.normal(0, 2, (5, 3))}
LABELS = {"two": 2, "many": 4, "multi": 3}


def _options(**options: Any) -> TeacherConfig:
    return TeacherConfig(runs=["a"], **options)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _softmax(x: np.ndarray) -> np.ndarray:
    exp = np.exp(x - x.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def _teacher_logits(kind: str) -> np.ndarray:
    return np.random.default_rng(8).normal(0, 2, (5, LABELS[kind]))


def _both(logits: np.ndarray) -> np.ndarray:
    """Logits of two labels from that of the second."""
    return np.concatenate([np.zeros_like(logits), logits], axis=1) if logits.shape[1] == 1 else logits


def _expected(kind: str, temperature: float) -> np.ndarray:
    """``T * T * KL``, from the logits of teacher and model."""
    teacher, own = _teacher_logits(kind), LOGITS[kind]
    if kind == "multi":
        p, q = _sigmoid(teacher / temperature), _sigmoid(own / temperature)
        kl = (p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))).mean(axis=1)
    else:
        p, q = _softmax(teacher / temperature), _softmax(_both(own) / temperature)
        kl = (p * np.log(p / q)).sum(axis=1)
    found: np.ndarray = temperature**2 * kl
    return found


def _divergence(kind: str, options: TeacherConfig) -> np.ndarray:
    import tensorflow as tf

    from seqclf.data.taught import target_shares
    from seqclf.tasks.classification.teaching import divergence

    multi = kind == "multi"
    probabilities = _sigmoid(_teacher_logits(kind)) if multi else _softmax(_teacher_logits(kind))
    targets = target_shares(probabilities.astype(np.float32), options, multi=multi)
    found: np.ndarray = divergence(
        tf.constant(LOGITS[kind], tf.float32), tf.constant(targets), options, multi=multi
    ).numpy()
    return found


@pytest.mark.parametrize("kind", LOGITS)
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_the_divergence_at_a_temperature(kind: str, temperature: float) -> None:
    found = _divergence(kind, _options(temperature=temperature))
    np.testing.assert_allclose(found, _expected(kind, temperature), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", LOGITS)
def test_a_hard_teacher_gives_labels(kind: str) -> None:
    """The divergence from a label is its cross-entropy."""
    import tensorflow as tf

    from seqclf.tasks.classification.losses import cross_entropy

    teacher = _teacher_logits(kind)
    ids = teacher > 0 if kind == "multi" else teacher.argmax(axis=1).astype(np.int32)
    expected = cross_entropy(tf.constant(LOGITS[kind], tf.float32), tf.constant(ids)).numpy()
    np.testing.assert_allclose(_divergence(kind, _options(hard=True)), expected, rtol=1e-5)


def test_equal_probabilities_have_no_divergence_and_certain_ones_a_finite_one() -> None:
    import tensorflow as tf

    from seqclf.data.taught import target_shares
    from seqclf.tasks.classification.teaching import divergence

    for options in (_options(), _options(temperature=4)):
        for multi in (False, True):
            targets = target_shares(np.array([[0.0, 1.0], [0.5, 0.5]], np.float32), options, multi=multi)
            logits = tf.constant([[-90.0, 90.0], [0.0, 0.0]])
            with tf.GradientTape() as tape:
                tape.watch(logits)
                losses = divergence(logits, tf.constant(targets), options, multi=multi)
            assert losses.numpy()[1] == pytest.approx(0, abs=1e-6)
            assert np.isfinite(losses).all()
            assert np.isfinite(tape.gradient(losses, logits)).all()


@pytest.mark.parametrize("loss", [{"label_smoothing": 0.2}, {"type": "focal", "gamma": 1.5}])
@pytest.mark.parametrize("kind", LOGITS)
def test_labels_and_teacher_are_weighted(kind: str, loss: dict[str, Any]) -> None:
    """With smoothing or a focal loss, and with class weights, all of which are about labels alone."""
    import tensorflow as tf

    from seqclf.data.taught import target_shares
    from seqclf.tasks.classification.losses import build_loss
    from seqclf.tasks.classification.teaching import Taught, taught_loss

    multi, options = kind == "multi", _options(weight=0.3, temperature=2)
    labels = Labels(tuple("abcd"[: LABELS[kind]]), multi)
    truth: np.ndarray = rng.integers(0, LABELS[kind], 5).astype(np.int32)
    if multi:
        truth = rng.random((5, 3)) < 0.5
    config = TrainingConfig.model_validate({"loss": loss, "class_weights": {"a": 3.0}})
    own = build_loss(config, labels, truth)
    probabilities = _sigmoid(_teacher_logits(kind)) if multi else _softmax(_teacher_logits(kind))
    known = Taught(tf.constant(truth), tf.constant(target_shares(probabilities, options, multi=multi)))
    logits = tf.constant(LOGITS[kind], tf.float32)
    found = taught_loss(own, options, multi=multi)(logits, known)
    expected = 0.7 * own(logits, known.label_ids).numpy() + 0.3 * _expected(kind, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    alone = taught_loss(own, _options(weight=1), multi=multi)(logits, Taught(known.label_ids, known.targets))
    assert alone.shape == (5,)


def test_soft_labels_have_a_teacher_too() -> None:
    import tensorflow as tf

    from seqclf.tasks.classification.losses import cross_entropy
    from seqclf.tasks.classification.teaching import Taught, taught_loss

    shares, targets = tf.constant([[0.2, 0.8]]), tf.constant([[0.6, 0.4]])
    logits = tf.constant([[0.7]])
    q = _sigmoid(np.array(0.7))
    found = taught_loss(cross_entropy, _options(weight=0.25), multi=False)(logits, Taught(shares, targets))
    own = -(0.2 * np.log(1 - q) + 0.8 * np.log(q))
    taught = 0.6 * np.log(0.6 / (1 - q)) + 0.4 * np.log(0.4 / q)
    assert found.numpy() == pytest.approx([0.75 * own + 0.25 * taught], rel=1e-5)


def test_the_sums_of_a_step() -> None:
    """Weights of texts multiply what is about labelled texts; unlabelled ones count by their mean."""
    import tensorflow as tf

    from seqclf.tasks.classification.losses import cross_entropy
    from seqclf.tasks.classification.objectives import OnePass
    from seqclf.tasks.classification.task import Classification
    from seqclf.tasks.classification.teaching import divergence, taught_loss

    options = _options(weight=0.5, unlabelled=2.0)

    def of_unlabelled(logits: Any, targets: Any) -> Any:
        return 2.0 * divergence(logits, targets, options, multi=False)

    objective = OnePass(taught_loss(cross_entropy, options, multi=False), of_unlabelled)
    some: Any = np.zeros((1, 2), np.float32)
    unlabelled: Any = object()
    task = Classification(
        Labels(("a", "b")),
        TrainingConfig(),
        objective,
        weighted=True,
        targets=some,
        unlabelled_targets=some,
        unlabelled=unlabelled,
    )

    class Same:
        """The logit of a text is its first token."""

        takes_given = takes_extra = False

        def with_given(self, *_: Any, **__: Any) -> Same:
            return self

        without_given = with_given

        def __call__(self, token_ids: tf.Tensor) -> tf.Tensor:
            return tf.cast(token_ids[:, :1], tf.float32)

    batch = [
        tf.constant([[1, 5], [2, 0]]),
        tf.constant([1, 0]),
        tf.constant([0.5, 1.5]),
        tf.constant([[0.1, 0.9], [0.3, 0.7]]),
        tf.constant([[0, 1], [1, 1], [3, 0]]),
        tf.constant([[0.5, 0.5], [0.2, 0.8], [1.0, 0.0]]),
    ]
    sums = task.sums(Same(), batch)  # type: ignore[arg-type]

    def kl(logit: float, second: float) -> float:
        q = float(_sigmoid(np.array(logit)))
        pairs = [(1 - second, 1 - q), (second, q)]
        return sum(p * np.log(p / other) for p, other in pairs if p > 0)

    own = [-np.log(_sigmoid(np.array(1.0))), -np.log(1 - _sigmoid(np.array(2.0)))]
    labelled = 0.5 * (0.5 * own[0] + 0.5 * kl(1, 0.9)) + 1.5 * (0.5 * own[1] + 0.5 * kl(2, 0.7))
    others = 2.0 * np.mean([kl(0, 0.5), kl(1, 0.8), kl(3, 0.0)])
    assert sums.loss.numpy() == pytest.approx(labelled + 2 * others, rel=1e-5)
    assert sums.divisor is not None
    assert sums.divisor.numpy() == 2
