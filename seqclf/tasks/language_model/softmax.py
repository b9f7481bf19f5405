"""Losses of predicted tokens: a softmax over the whole vocabulary, or over a sample of it."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.model.language_model import OutputWeights
from seqclf.token_ids import PAD_ID

_IMPOSSIBLE = -1e9
_TINY = 1e-30
_MOST_DRAWS = 1e15


def token_losses(logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Negative log-probability of each target in nats, ``float32`` of the shape of ``targets``; 0 for padding.

    Args:
        logits: ``float32 [..., tokens]``.
        targets: ``int32 [...]``, ``PAD_ID`` where nothing is predicted.
    """
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
    return tf.where(targets == PAD_ID, 0.0, losses)


class SampledSoftmax:
    """The cross-entropy over the right token and ``samples`` different random tokens (Jean et al. 2015, equation 10).

    The chance of a token to be drawn is log-uniform (Zipfian) in its rank by frequency: rank ``r``, from 0, has
    ``log((r + 2) / (r + 1)) / log(tokens + 1)`` at each draw. Each logit is lowered by the log of the probability that
    its token is in the sample, so that the loss has the same optimum as that of the whole softmax. The right token, if
    drawn, does not count as a wrong one.

    Args:
        counts: occurrences of each token in the training texts, ``int64 [tokens]``.
        samples: fewer than tokens.
    """

    def __init__(self, counts: NDArray[np.int64], samples: int) -> None:
        order = np.argsort(-counts, kind="stable")
        chances = np.empty(len(order))
        chances[order] = np.diff(np.log(np.arange(1, len(order) + 2))) / np.log(len(order) + 1)
        self._log_chances = tf.constant(np.log(chances).astype(np.float32))
        self._log_included = tf.constant(np.log(_included(chances, samples)).astype(np.float32))
        self._samples = samples

    def losses(self, vectors: tf.Tensor, targets: tf.Tensor, weights: OutputWeights, seed: tf.Tensor) -> tf.Tensor:
        """The loss of each target, ``float32 [predictions]``; targets must not be padding.

        Args:
            vectors: input of the output layer, ``float32 [predictions, features]``.
            targets: ``int32 [predictions]``.
            seed: of the draws, ``int32 [2]``.
        """
        drawn = self.draw(seed)
        kernel, bias = tf.convert_to_tensor(weights.kernel), tf.convert_to_tensor(weights.bias)
        shifted = bias - self._log_included
        of_targets = tf.reduce_sum(vectors * tf.gather(kernel, targets), axis=1) + tf.gather(shifted, targets)
        of_drawn = tf.matmul(vectors, tf.gather(kernel, drawn), transpose_b=True) + tf.gather(shifted, drawn)
        of_drawn = tf.where(targets[:, tf.newaxis] == drawn, _IMPOSSIBLE, of_drawn)
        logits = tf.concat([of_targets[:, tf.newaxis], of_drawn], axis=1)
        return tf.reduce_logsumexp(logits, axis=1) - of_targets

    def draw(self, seed: tf.Tensor) -> tf.Tensor:
        """Different random tokens, ``int32 [samples]``.

        The largest of log chances plus Gumbel noise are draws without replacement (Vieira 2014; Kool et al. 2019).
        """
        uniform = tf.random.stateless_uniform(tf.shape(self._log_chances), seed, minval=_TINY)
        return tf.math.top_k(
            self._log_chances - tf.math.log(-tf.math.log(uniform)), self._samples, sorted=False
        ).indices


def _included(chances: NDArray[np.float64], samples: int) -> NDArray[np.float64]:
    """Approximate probability of each token to be among ``samples`` different tokens, ``float64 [tokens]``.

    It is ``1 - (1 - chance) ** draws``, with the number of draws, with replacement, that give as many different tokens
    on average.
    """
    low, high = float(samples), float(samples) + 1
    while -np.expm1(high * np.log1p(-chances)).sum() < samples and high < _MOST_DRAWS:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if -np.expm1(middle * np.log1p(-chances)).sum() < samples else (low, middle)
    included: NDArray[np.float64] = -np.expm1(high * np.log1p(-chances))
    return included
