"""Entropies and divergences of predictions, computed from logits.

Logits are ``float32 [batch, labels]`` of a softmax, ``[batch, 1]`` of a sigmoid for two labels, or, with ``multi``,
``[batch, labels]`` of a sigmoid for each label. Multi-label, results are means over the labels, as losses are. All
results are in nats, ``float32 [batch]``, and finite, with finite gradients, for any finite logits.
"""

from __future__ import annotations

import tensorflow as tf


def kl_divergence(logits: tf.Tensor, others: tf.Tensor, *, multi: bool) -> tf.Tensor:
    """Kullback-Leibler divergence of the predictions of ``others`` from those of ``logits``: KL(p || q), with ``p``
    those of ``logits``."""
    return cross_entropy_with(logits, others, multi=multi) - entropy(logits, multi=multi)


def entropy(logits: tf.Tensor, *, multi: bool) -> tf.Tensor:
    """Entropy of the predictions."""
    return cross_entropy_with(logits, logits, multi=multi)


def cross_entropy_with(logits: tf.Tensor, others: tf.Tensor, *, multi: bool) -> tf.Tensor:
    """Cross-entropy of the predictions of ``others``, with those of ``logits`` as the truth."""
    if multi or logits.shape[1] == 1:
        # p * -log q + (1 - p) * -log(1 - q)
        of_decisions = tf.nn.softplus(others) - tf.sigmoid(logits) * others
        return tf.reduce_mean(of_decisions, axis=1)
    return -tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(others), axis=1)
