"""The choice of the next token in the graph, with the probabilities of ``seqclf.generation.samplers``."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from seqclf.generation.samplers import COLDEST


class Sampling(NamedTuple):
    """How the tokens of each text are chosen, ``[batch]`` each; the options are those of ``chain``.

    Attributes:
        temperature: ``float32``; 0: always the most probable token.
        top_k: ``int32``; 0: all tokens.
        top_p: ``float32``; 1: all tokens.
        seed: ``int64``; the same seed gives the same random numbers, whatever the other texts are.
    """

    temperature: tf.Tensor
    top_k: tf.Tensor
    top_p: tf.Tensor
    seed: tf.Tensor

    def checked(self) -> Sampling:
        """The same, after checks that end a call with an error for options outside their ranges."""
        temperature, top_k, top_p = self.temperature, self.top_k, self.top_p
        is_finite = tf.math.is_finite(temperature) & (temperature >= 0)
        checks = [
            tf.debugging.Assert(tf.reduce_all(is_finite), ["temperature: expected 0 or more, found", temperature]),
            tf.debugging.Assert(tf.reduce_all(top_k >= 0), ["top_k: expected 0 (all) or more, found", top_k]),
            tf.debugging.Assert(
                tf.reduce_all((top_p > 0) & (top_p <= 1)), ["top_p: expected a number above 0, at most 1, found", top_p]
            ),
        ]
        with tf.control_dependencies(checks):
            return Sampling(*map(tf.identity, self))

    def uniform(self, tokens: int) -> tf.Tensor:
        """A random number for each text and token, ``float64 [batch, tokens]``, from 0 to below 1."""

        def of_text(seed: tf.Tensor) -> tf.Tensor:
            return tf.random.stateless_uniform([tokens], tf.stack([seed, tf.zeros_like(seed)]), dtype=tf.float64)

        signature = tf.TensorSpec([tokens], tf.float64)
        return tf.map_fn(of_text, self.seed, fn_output_signature=signature)


def most_probable(logits: tf.Tensor) -> tf.Tensor:
    """The token with the largest logit, of several the first: ``float32 [batch, tokens]`` -> ``int32 [batch]``."""
    return tf.argmax(logits, axis=1, output_type=tf.int32)


def drawn(logits: tf.Tensor, sampling: Sampling, uniform: tf.Tensor) -> tf.Tensor:
    """A token of each row of ``logits``, ``float32 [batch, tokens]`` -> ``int32 [batch]``.

    Args:
        logits: ``-inf`` for tokens that must not be chosen.
        uniform: a random number for each text, ``float64 [batch]``.
    """
    best = tf.reduce_max(logits, axis=1, keepdims=True)
    below = tf.cast(tf.where(logits == best, 0.0, logits - best), tf.float64)
    temperature = tf.maximum(tf.cast(sampling.temperature, tf.float64), COLDEST)[:, tf.newaxis]
    ranked, ids = tf.math.top_k(below / temperature, tf.shape(logits)[1])  # of equal ones, the first id comes first
    rank = tf.range(tf.shape(logits)[1])
    top_k = tf.where(sampling.top_k == 0, tf.shape(logits)[1], sampling.top_k)[:, tf.newaxis]
    weights = tf.where(rank < top_k, tf.exp(ranked), 0.0)
    sums = tf.cumsum(weights, axis=1)
    share = tf.cast(sampling.top_p, tf.float64)[:, tf.newaxis]
    is_kept = (weights > 0) & (tf.where(share < 1, sums - weights, 0.0) < share * sums[:, -1:])
    sums = tf.cumsum(tf.where(is_kept, weights, 0.0), axis=1)
    passed = tf.reduce_sum(tf.cast(sums <= uniform[:, tf.newaxis] * sums[:, -1:], tf.int32), axis=1)
    last = tf.reduce_sum(tf.cast(is_kept, tf.int32), axis=1) - 1  # if rounding gave the whole sum
    token = tf.gather(ids, tf.minimum(passed, last), batch_dims=1)
    return tf.where(sampling.temperature == 0, most_probable(logits), token)
