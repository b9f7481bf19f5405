"""The terms of ``training.objectives``, against results computed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from bags import COUNTS, IDS, LENGTHS, NAMES, SPREAD, VECTORS, bag_config, bag_logits, bag_model, real, sigmoid, softmax
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import entr, rel_entr

from seqclf.labels import Labels
from seqclf.model.draws import Draws
from seqclf.tasks.classification.losses import build_loss, cross_entropy
from seqclf.tasks.classification.objectives import Unlabelled
from seqclf.tasks.classification.task import Classification
from seqclf.tasks.classification.teaching import Taught
from seqclf.tasks.classification.terms.combined import objective_of
from seqclf.tasks.classification.terms.divergence import entropy, kl_divergence
from seqclf.tasks.classification.terms.moves import of_length
from seqclf.tasks.classification.terms.spread import Spread

TWO, THREE, MULTI = Labels(NAMES[:2]), Labels(NAMES), Labels(NAMES, multi=True)
KINDS = {"sigmoid": TWO, "softmax": THREE, "multi-label": MULTI}
TRUTHS = {
    "sigmoid": np.array([0, 1, 1], np.int32),
    "softmax": np.array([2, 0, 1], np.int32),
    "multi-label": np.array([[1, 0, 1], [0, 0, 0], [1, 1, 0]], bool),
}
SEED = 11
SHARES = np.array([[0.2, 0.8], [1.0, 0.0], [0.5, 0.5]], np.float32)


def _targets(kind: str, truth: np.ndarray) -> np.ndarray:
    """The probability of each unit, as the loss wants it."""
    if kind == "sigmoid":
        return truth.reshape(-1, 1).astype(float)
    return np.eye(3)[truth] if kind == "softmax" else truth.astype(float)


def _probabilities(kind: str, logits: np.ndarray) -> np.ndarray:
    return softmax(logits) if kind == "softmax" else sigmoid(logits)


def _loss(kind: str, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    p = _probabilities(kind, logits)
    if kind == "softmax":
        return -(targets * np.log(p)).sum(axis=1)
    return -(targets * np.log(p) + (1 - targets) * np.log(1 - p)).mean(axis=1)


def _objective(objectives: list[Any], labels: Labels, truth: Any = TRUTHS["sigmoid"]) -> Any:
    config = bag_config(objectives=objectives)
    loss = build_loss(config.training, labels, truth)
    return config, objective_of(config.training.objectives, loss, multi=labels.multi, spread=Spread(COUNTS))


def _terms(objectives: list[Any], labels: Labels, truth: np.ndarray) -> np.ndarray:
    """Each text's loss, ``float32 [batch]``."""
    config, objective = _objective(objectives, labels, truth)
    task = Classification(labels, config.training, objective, seed=SEED)
    model, *_ = bag_model(config, labels)
    forward = task.forward(model, task.carried(model))
    losses: np.ndarray = objective(forward, tf.constant(IDS), tf.constant(truth)).losses.numpy()
    return losses


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_adversarial_loss_by_hand(kind: str, weight: float) -> None:
    labels, truth, epsilon = KINDS[kind], TRUTHS[kind], 0.7
    found = _terms([{"type": "adversarial", "epsilon": epsilon, "weight": weight}], labels, truth)
    _, kernel, bias = bag_model(bag_config(), labels)
    vectors, targets = VECTORS[IDS] * real(), _targets(kind, truth)
    clean = bag_logits(vectors, kernel, bias)
    # The loss's slope by a token's vector: (p - y) K^T / tokens, by the mean over labels also divided by their number.
    slope = (_probabilities(kind, clean) - targets) @ kernel.T / LENGTHS[:, np.newaxis]
    slopes = SPREAD * slope[:, np.newaxis, :] * real()
    moves = epsilon * slopes / np.sqrt((slopes**2).sum(axis=(1, 2), keepdims=True))
    moved = bag_logits(vectors + SPREAD * moves, kernel, bias)
    expected = _loss(kind, clean, targets) + weight * _loss(kind, moved, targets)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    if kind == "sigmoid":  # every token moves by epsilon / sqrt(tokens) along the kernel, away from the label
        away = np.where(truth == 1, -1, 1) * _moved_by(epsilon, kernel)
        np.testing.assert_allclose(moved[:, 0], clean[:, 0] + away, rtol=1e-6)


def _moved_by(epsilon: float, kernel: np.ndarray) -> np.ndarray:
    """How much a move of the length ``epsilon`` along the kernel changes the logit of each text."""
    changed: np.ndarray = epsilon / np.sqrt(LENGTHS) * np.linalg.norm(SPREAD * kernel[:, 0])
    return changed


def test_adversarial_loss_of_shares_by_hand() -> None:
    found = _terms([{"type": "adversarial", "epsilon": 0.7}], TWO, SHARES)
    _, kernel, bias = bag_model(bag_config(), TWO)
    clean, y = bag_logits(VECTORS[IDS] * real(), kernel, bias), SHARES[:, 1:].astype(float)
    sign = np.sign(sigmoid(clean) - y)[:, 0]
    moved = clean[:, 0] + sign * _moved_by(0.7, kernel)
    expected = _loss("sigmoid", clean, y) + _loss("sigmoid", moved[:, np.newaxis], y)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_no_gradient_goes_through_a_move() -> None:
    """The gradient by the output layer is that at the moved vectors, taken as given."""
    config, objective = _objective([{"type": "adversarial", "epsilon": 0.7}], TWO, TRUTHS["sigmoid"])
    model, kernel, bias = bag_model(config, TWO)
    forward = Classification(TWO, config.training, objective).forward(model)
    layer, truth = model.get_layer("logits"), TRUTHS["sigmoid"]
    with tf.GradientTape() as tape:
        losses = objective(forward, tf.constant(IDS), tf.constant(truth)).losses
    found = tape.gradient(losses, layer.bias.value).numpy()
    clean = bag_logits(VECTORS[IDS] * real(), kernel, bias)[:, 0]
    moved = clean + np.where(truth == 1, -1, 1) * _moved_by(0.7, kernel)
    np.testing.assert_allclose(found, [(sigmoid(clean) - truth + sigmoid(moved) - truth).sum()], rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("iterations", [1, 2])
def test_virtual_adversarial_divergence_by_hand(kind: str, iterations: int) -> None:
    labels, epsilon, xi = KINDS[kind], 4.0, 0.5
    options = {"type": "virtual_adversarial", "epsilon": epsilon, "xi": xi, "iterations": iterations, "weight": 2.0}
    truth = TRUTHS[kind]
    found = _terms([options], labels, truth) - _terms([], labels, truth)
    _, kernel, bias = bag_model(bag_config(), labels)
    vectors = VECTORS[IDS] * real()
    clean = _probabilities(kind, bag_logits(vectors, kernel, bias))
    moves = tf.random.stateless_normal((*IDS.shape, 2), [SEED, 0]).numpy().astype(float)
    for _ in range(iterations):
        small = xi * moves * real() / np.sqrt(((moves * real()) ** 2).sum(axis=(1, 2), keepdims=True))
        # The slope of KL(p || q) by the logits of q is q - p.
        change = _probabilities(kind, bag_logits(vectors + SPREAD * small, kernel, bias)) - clean
        moves = SPREAD * (change @ kernel.T)[:, np.newaxis, :] * real()
    large = epsilon * moves / np.sqrt((moves**2).sum(axis=(1, 2), keepdims=True))
    moved = _probabilities(kind, bag_logits(vectors + SPREAD * large, kernel, bias))
    np.testing.assert_allclose(found, 2.0 * _divergence(kind, clean, moved), rtol=2e-3)


def test_the_clean_prediction_of_virtual_adversarial_training_is_a_constant() -> None:
    config, objective = _objective([{"type": "virtual_adversarial", "epsilon": 0.7, "texts": "unlabelled"}], TWO)
    model, kernel, bias = bag_model(config, TWO)
    task = Classification(TWO, config.training, objective, seed=SEED)
    forward = task.forward(model, task.carried(model))
    with tf.GradientTape() as tape:
        ids, truth = tf.constant(IDS), tf.constant(TRUTHS["sigmoid"])
        found = objective(forward, ids, truth, Unlabelled(forward, ids)).unlabelled
    slope = tape.gradient(found, model.get_layer("logits").bias.value).numpy()
    clean = bag_logits(VECTORS[IDS] * real(), kernel, bias)[:, 0]
    noise = tf.random.stateless_normal((*IDS.shape, 2), [SEED, 0]).numpy() * real()
    sign = np.sign(((SPREAD * noise).sum(axis=1) @ kernel)[:, 0])
    moved = clean + sign * _moved_by(0.7, kernel)
    np.testing.assert_allclose(slope, [(sigmoid(moved) - sigmoid(clean)).sum()], rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("on", ["labelled", "unlabelled", "both"])
def test_entropy_by_hand(kind: str, on: str) -> None:
    labels, truth, (one, other) = KINDS[kind], TRUTHS[kind], _given(kind)
    _, objective = _objective([{"type": "entropy", "weight": 0.5, "texts": on}], labels, truth)
    ids = tf.constant(IDS)
    found = objective(Given(one), ids, tf.constant(truth), Unlabelled(Given(other), ids))
    p, q = _probabilities(kind, one), _probabilities(kind, other)
    of_labelled, of_unlabelled = (0.5 * _entropy(kind, x) for x in (p, q))
    expected = _loss(kind, one, _targets(kind, truth)) + (0 if on == "unlabelled" else of_labelled)
    np.testing.assert_allclose(found.losses, expected, rtol=1e-5)
    np.testing.assert_allclose(found.unlabelled, 0 * p[:, 0] if on == "labelled" else of_unlabelled, rtol=1e-5)


class Given:
    """A forward pass whose logits are given, one after another."""

    def __init__(self, *logits: np.ndarray) -> None:
        self._left = list(logits)

    def __call__(self, token_ids: Any, *, vectors: Any = None) -> Any:
        return tf.constant(self._left.pop(0), tf.float32)

    def embed(self, token_ids: Any) -> Any:
        return tf.gather(VECTORS, token_ids)


def _divergence(kind: str, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    if kind == "softmax":
        return rel_entr(p, q).sum(axis=1)
    return (rel_entr(p, q) + rel_entr(1 - p, 1 - q)).mean(axis=1)


@pytest.mark.parametrize("kind", [*KINDS, "shares"])
def test_mixup_by_hand(kind: str) -> None:
    """Linear in the vectors of texts, so the logits are mixed like them."""
    labels = KINDS.get(kind, TWO)
    truth, one = TRUTHS.get(kind, SHARES), "sigmoid" if kind == "shares" else kind
    targets = SHARES[:, 1:].astype(float) if kind == "shares" else _targets(kind, truth)
    found = _terms([{"type": "mixup", "alpha": 0.4, "weight": 2.0}], labels, truth) - _terms([], labels, truth)
    _, kernel, bias = bag_model(bag_config(), labels)
    draws = Draws(Draws.new(SEED))
    shares, order = draws.beta([3], 0.4).numpy().astype(float), draws.order(3).numpy()
    assert sorted(order) == [0, 1, 2] and len(set(shares)) == 3
    clean, share = bag_logits(VECTORS[IDS] * real(), kernel, bias), shares[:, np.newaxis]
    mixed = share * clean + (1 - share) * clean[order]
    expected = _loss(one, mixed, share * targets + (1 - share) * targets[order])
    np.testing.assert_allclose(found, 2.0 * expected, rtol=1e-4)


def test_what_a_teacher_says_is_mixed_and_added_like_labels() -> None:
    config = bag_config(objectives=[{"type": "mixup", "alpha": 0.4}])
    truth, targets = TRUTHS["sigmoid"], tf.constant([[0.1, 0.9], [0.6, 0.4], [0.2, 0.8]])
    objective = objective_of(
        config.training.objectives,
        lambda logits, known: cross_entropy(logits, known.label_ids) + known.targets[:, 0],  # type: ignore[attr-defined]
        lambda logits, known: 3.0 * known[:, 1],
        multi=False,
    )
    model, kernel, bias = bag_model(config, TWO)
    task = Classification(TWO, config.training, objective, seed=SEED)
    forward, ids = task.forward(model, task.carried(model)), tf.constant(IDS)
    taught = Taught(tf.constant(truth), targets)
    found = objective(forward, ids, taught, Unlabelled(forward, ids, targets))  # type: ignore[arg-type]
    draws, said = Draws(Draws.new(SEED)), targets.numpy()[:, 0]
    shares, order = draws.beta([3], 0.4).numpy(), draws.order(3).numpy()
    clean = bag_logits(VECTORS[IDS] * real(), kernel, bias)
    share, y = shares[:, np.newaxis], truth[:, np.newaxis]
    mixed = share * clean + (1 - share) * clean[order]
    of_labels = _loss("sigmoid", clean, y) + _loss("sigmoid", mixed, share * y + (1 - share) * y[order])
    expected = of_labels + said + shares * said + (1 - shares) * said[order]
    np.testing.assert_allclose(found.losses, expected, rtol=1e-5)
    np.testing.assert_allclose(found.unlabelled, 3.0 * targets[:, 1], rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_shares_have_the_beta_distribution(alpha: float) -> None:
    variable = Draws.new(3)
    draws = Draws(variable)
    shares = draws.beta(tf.constant([20_000]), alpha).numpy()
    # As float32, 1.7 % of the shares with alpha 0.2 are exactly 1.
    assert stats.kstest(shares, stats.beta(alpha, alpha).cdf).statistic < 0.025
    assert np.array(variable).tolist() == [3, 2]
    assert not np.array_equal(draws.normal([4]), draws.normal([4]))
    assert np.isfinite(draws.beta(tf.constant([1000]), 1e-3)).all()


@pytest.mark.parametrize("ngrams", [None, {"dropout": 0.0}, {"join": "head"}], ids=["none", "beside", "head"])
def test_the_head_reads_the_vectors_of_texts(ngrams: Any) -> None:
    from conftest import small_config

    from seqclf.config import checked_config
    from seqclf.model.build import build_model

    training = {"objectives": ["mixup"]}
    changes = {"embedding__dropout": 0.0, "layers": [{"type": "pool"}], "head": [{"type": "dense", "units": 4}]}
    config = checked_config(small_config(data__train="a.csv", training=training, ngrams=ngrams, **changes))
    model = build_model(config, len(VECTORS), TWO)
    task = Classification(TWO, config.training)
    scores = [] if ngrams is None else [tf.constant([[1.0], [2.0], [-3.0]])]
    forward = task.forward(model, task.carried(model)).with_given(*scores)
    ids = tf.constant(IDS)
    logits, text_vectors = forward.with_text_vectors(ids)
    np.testing.assert_allclose(logits, forward(ids), rtol=1e-6)
    np.testing.assert_allclose(forward.from_text_vectors(text_vectors), logits, rtol=1e-5)
    order = tf.constant([2, 0, 1])
    turned = forward.from_text_vectors(tf.gather(text_vectors, order), lambda values: tf.gather(values, order))
    np.testing.assert_allclose(turned, tf.gather(logits, order), rtol=1e-5)
    moved, there = forward.with_text_vectors(ids, vectors=2 * forward.embed(ids))
    np.testing.assert_allclose(there, 2 * text_vectors, rtol=1e-5)
    np.testing.assert_allclose(moved, forward(ids, vectors=2 * forward.embed(ids)), rtol=1e-5)
    np.testing.assert_allclose(moved, forward.from_text_vectors(there), rtol=1e-5)


def _entropy(kind: str, p: np.ndarray) -> np.ndarray:
    return entr(p).sum(axis=1) if kind == "softmax" else (entr(p) + entr(1 - p)).mean(axis=1)


LOGITS = np.random.default_rng(5).normal(0, 2, (2, 3, 3))


def _given(kind: str) -> tuple[np.ndarray, np.ndarray]:
    one, other = LOGITS
    return (one[:, :1], other[:, :1]) if kind == "sigmoid" else (one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_r_drop_by_hand(kind: str) -> None:
    """Half of the sum of both losses, and half of the sum of both divergences times the weight."""
    truth, (one, other) = TRUTHS[kind], _given(kind)
    _, objective = _objective([{"type": "r_drop", "weight": 3.0}], KINDS[kind], truth)
    found = objective(Given(one, other), tf.constant(IDS), tf.constant(truth))
    p, q, targets = _probabilities(kind, one), _probabilities(kind, other), _targets(kind, truth)
    losses = (_loss(kind, one, targets) + _loss(kind, other, targets)) / 2
    expected = losses + 3.0 * (_divergence(kind, p, q) + _divergence(kind, q, p)) / 2
    np.testing.assert_allclose(found.losses, expected, rtol=1e-5)
    np.testing.assert_allclose(found.logits, one, rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_divergence_and_entropy_by_hand(kind: str) -> None:
    one, other = (tf.constant(logits, tf.float32) for logits in _given(kind))
    p, q = (_probabilities(kind, logits) for logits in _given(kind))
    multi = kind == "multi-label"
    np.testing.assert_allclose(kl_divergence(one, other, multi=multi), _divergence(kind, p, q), rtol=1e-4)
    np.testing.assert_allclose(entropy(one, multi=multi), _entropy(kind, p), rtol=1e-5)


@given(st.lists(st.floats(-90, 90, width=32), min_size=6, max_size=6), st.booleans())
def test_divergences_are_finite_and_not_negative(values: list[float], multi: bool) -> None:
    logits = tf.Variable(np.reshape(values, (2, 1, 3)).astype(np.float32))
    with tf.GradientTape() as tape:
        found = kl_divergence(logits[0], logits[1], multi=multi), entropy(logits[0], multi=multi)
    assert all(value.numpy().min() >= -1e-4 for value in found)
    assert np.isfinite(tape.gradient(found, logits)).all()
    two, same = tf.stack([logits[0, :, 0], 0 * logits[0, :, 0]], axis=1), logits[0, :, :1]
    np.testing.assert_allclose(entropy(two, multi=False), entropy(same, multi=False), atol=1e-5)


def test_the_spread_is_the_deviation_over_all_tokens() -> None:
    counts = np.array([0, 3, 1, 0, 2])
    table = np.random.default_rng(4).normal(100, [1e-3, 0, 50], (5, 3)).astype(np.float32)
    of_tokens = np.repeat(table.astype(float), counts, axis=0)

    class Table(Given):
        def embed(self, token_ids: Any) -> Any:
            return tf.gather(table, token_ids)

    np.testing.assert_allclose(Spread(counts)(Table()), of_tokens.std(axis=0), rtol=0.01)


@given(scales=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=2), shift=st.floats(-3, 3))
@pytest.mark.parametrize("kind", ["adversarial", "virtual_adversarial"])
def test_a_move_is_relative_to_the_vectors(kind: str, scales: list[float], shift: float) -> None:
    """Other coordinates of the same model: other vectors, and a layer that undoes the difference."""
    config, objective = _objective([{"type": kind, "epsilon": 0.7}], TWO)
    task = Classification(TWO, config.training, objective, seed=SEED)
    model, kernel, bias = bag_model(config, TWO)
    by, found = np.array(scales), []
    for _ in range(2):
        forward = task.forward(model, task.carried(model))
        found.append(objective(forward, tf.constant(IDS), tf.constant(TRUTHS["sigmoid"])).losses)
        model.get_layer("embedding").set_weights([VECTORS * by + shift * by])
        model.get_layer("logits").set_weights([kernel / by[:, np.newaxis], bias - shift * kernel.sum(axis=0)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-3)


@given(st.floats(-30, 20), st.floats(0.01, 100))
def test_a_move_has_its_length_however_small_the_slope(exponent: float, length: float) -> None:
    slope = np.random.default_rng(1).normal(size=(3, 4, 2)) * 10.0**exponent
    slope[2] = 0
    moves = of_length(tf.constant(slope, tf.float32), length, tf.constant(IDS)).numpy()
    np.testing.assert_allclose(np.sqrt((moves**2).sum(axis=(1, 2))), [length, length, 0], rtol=1e-5)
    assert not moves[IDS == 0].any()


@pytest.mark.parametrize("other", ["r_drop", "mixup"])
def test_terms_add_up(other: str) -> None:
    kinds: list[Any] = [{"type": "adversarial", "epsilon": 0.5, "weight": 2.0}, other]
    clean = _terms([], THREE, TRUTHS["softmax"])
    each = [_terms([kind], THREE, TRUTHS["softmax"]) for kind in kinds]
    both = _terms(kinds, THREE, TRUTHS["softmax"])
    np.testing.assert_allclose(both - clean, sum(one - clean for one in each), rtol=1e-4)


@pytest.mark.parametrize(
    ("objectives", "passes"),
    [
        ([], 1),
        (["adversarial"], 2),
        (["r_drop", "entropy"], 2),
        (["r_drop", "adversarial"], 3),
        (["entropy"], 1),
        (["mixup"], 1),
        (["virtual_adversarial", "adversarial"], 3),
    ],
)
def test_the_passes_that_terms_share_are_made_once(objectives: list[Any], passes: int) -> None:
    _, objective = _objective(objectives, TWO, TRUTHS["sigmoid"])
    assert objective.passes == passes
    calls = []

    class Counted(Given):
        draws = Draws(Draws.new(1))

        def __call__(self, token_ids: Any, *, vectors: Any = None) -> Any:
            calls.append(vectors is not None)
            if vectors is None:
                return tf.zeros((3, 1))
            return tf.reduce_sum(vectors, axis=(1, 2))[:, tf.newaxis]

        def with_text_vectors(self, token_ids: Any) -> Any:
            return self(token_ids), tf.zeros((3, 2))

        def from_text_vectors(self, text_vectors: Any, changed: Any) -> Any:
            return tf.zeros((3, 1))

    objective(Counted(), tf.constant(IDS), tf.constant(TRUTHS["sigmoid"]))
    measured = 1 if "virtual_adversarial" in objectives else 0  # of a direction; its activations are not kept
    assert len(calls) == passes + measured
