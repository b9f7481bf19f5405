"""The sampled softmax: a corrected estimate of the whole one."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqclf.model.language_model import OutputWeights
from seqclf.tasks.language_model.softmax import SampledSoftmax, token_losses

TOKENS, WIDTH, PREDICTIONS = 60, 5, 40


@pytest.fixture
def case() -> tuple[tf.Tensor, tf.Tensor, OutputWeights]:
    """Vectors, targets and output weights."""
    draw = np.random.default_rng(2)
    vectors = tf.constant(draw.normal(size=(PREDICTIONS, WIDTH)).astype(np.float32))
    targets = tf.constant(draw.integers(1, TOKENS, PREDICTIONS).astype(np.int32))
    kernel = tf.Variable(draw.normal(size=(TOKENS, WIDTH)).astype(np.float32))
    bias = tf.Variable(draw.normal(size=TOKENS).astype(np.float32))
    return vectors, targets, OutputWeights(kernel, bias)


def _counts() -> np.ndarray:
    return np.random.default_rng(3).permutation(TOKENS).astype(np.int64)


def test_a_sample_of_nearly_all_tokens_gives_the_loss_and_gradients_of_the_whole_softmax(
    case: tuple[tf.Tensor, tf.Tensor, OutputWeights],
) -> None:
    vectors, targets, weights = case
    softmax = SampledSoftmax(_counts(), TOKENS - 1)
    seeds = [tf.constant([1, seed]) for seed in range(40)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(vectors)
        logits = tf.matmul(vectors, weights.kernel, transpose_b=True) + weights.bias
        whole = tf.reduce_sum(token_losses(logits, targets))
        estimates = [tf.reduce_sum(softmax.losses(vectors, targets, weights, seed)) for seed in seeds]
        estimate = tf.add_n(estimates) / len(seeds)
    assert float(estimate) == pytest.approx(float(whole), rel=0.02)
    for value in (vectors, weights.kernel, weights.bias):
        wanted, found = tape.gradient(whole, value), tf.convert_to_tensor(tape.gradient(estimate, value))
        np.testing.assert_allclose(found, wanted, atol=0.05 * float(tf.reduce_max(tf.abs(wanted))))


def test_the_frequencies_of_the_tokens_are_the_optimum_with_a_sample_too() -> None:
    """A model of a bias alone, the log frequencies: the mean gradient over many samples is 0."""
    counts = 1 + np.arange(TOKENS)[::-1] ** 2
    softmax = SampledSoftmax(counts, TOKENS // 3)
    targets = tf.constant(np.repeat(np.arange(TOKENS), counts // 10).astype(np.int32))
    share = np.bincount(targets, minlength=TOKENS) / len(targets)
    vectors, kernel = tf.zeros([len(targets), 1]), tf.Variable(tf.zeros([TOKENS, 1]))

    @tf.function
    def gradient(bias: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(bias)
            loss = tf.reduce_mean(softmax.losses(vectors, targets, OutputWeights(kernel, bias), seed))
        return tf.convert_to_tensor(tape.gradient(loss, bias))

    def mean(bias: np.ndarray) -> np.ndarray:
        found = [gradient(tf.constant(bias, tf.float32), tf.constant([3, seed])) for seed in range(400)]
        return np.mean(found, axis=0)

    frequent = share > 0.01
    at_optimum, away = mean(np.log(np.maximum(share, 1e-9)))[frequent], mean(np.zeros(TOKENS))[frequent]
    assert np.abs(at_optimum / share[frequent]).mean() < 0.08
    assert np.abs(away / share[frequent]).mean() > 0.25


def test_tokens_are_drawn_once_and_as_often_as_the_correction_says() -> None:
    softmax = SampledSoftmax(_counts(), 12)
    drawn = [softmax.draw(tf.constant([5, seed])).numpy() for seed in range(2_000)]
    assert all(len(set(one)) == 12 for one in drawn)
    shares = np.bincount(np.concatenate(drawn), minlength=TOKENS) / len(drawn)
    expected = np.exp(softmax._log_included.numpy())
    assert expected.sum() == pytest.approx(12, rel=1e-3)
    np.testing.assert_allclose(shares, expected, atol=0.05)
    by_rank = shares[np.argsort(-_counts())]
    assert by_rank[0] > 0.8
    assert by_rank[:20].mean() > 2 * by_rank[-20:].mean()


def test_the_seed_determines_the_draws(case: tuple[tf.Tensor, tf.Tensor, OutputWeights]) -> None:
    vectors, targets, weights = case
    softmax = SampledSoftmax(_counts(), 20)
    one, same, other = (softmax.losses(vectors, targets, weights, tf.constant([7, seed])) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_padding_has_no_loss() -> None:
    logits = tf.zeros([2, 3, 4])
    losses = token_losses(logits, tf.constant([[1, 0, 3], [0, 0, 2]]))
    np.testing.assert_allclose(losses, np.log(4) * np.array([[1, 0, 1], [0, 0, 1]]), rtol=1e-6)
