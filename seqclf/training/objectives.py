"""What training makes small: the loss of each text, and how much the text counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.config.schema import Focal, LossConfig, TrainingConfig
from seqclf.training.step import cross_entropy

Objective = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""From logits and label ids to what each text adds to the objective, ``float32 [batch]``; a batch's is the mean."""


def build_objective(config: TrainingConfig, labels: Sequence[str], label_ids: NDArray[np.integer]) -> Objective:
    """The config's loss and class weights. ``label_ids`` are those of all training texts."""
    weights = label_weights(config, labels, label_ids)

    def objective(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
        losses = text_losses(logits, label_ids, config.loss)
        return losses if weights is None else losses * tf.gather(tf.constant(weights), label_ids)

    return objective


def label_weights(
    config: TrainingConfig, labels: Sequence[str], label_ids: NDArray[np.integer]
) -> NDArray[np.float32] | None:
    """The weight of each label, ``float32 [labels]``, with a mean of 1 over the texts; None where all texts are equal.

    Args:
        labels: names of all labels, in the order of their ids.
        label_ids: of all training texts, ``[texts]``.
    """
    given = config.class_weights
    if given is None:
        return None
    counts = np.bincount(label_ids, minlength=len(labels))
    if isinstance(given, dict):
        weights = np.array([given.get(label, 1.0) for label in labels])
    else:
        weights = 1 / np.maximum(counts, 1)
    weights *= counts.sum() / (weights @ counts)
    return weights.astype(np.float32)


def text_losses(logits: tf.Tensor, label_ids: tf.Tensor, config: LossConfig) -> tf.Tensor:
    """Loss of each text in nats, ``float32 [batch]``.

    Args:
        logits: ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
        label_ids: ``int32 [batch]``.
    """
    if isinstance(config, Focal):
        return _focal(logits, label_ids, config.gamma)
    losses = cross_entropy(logits, label_ids)
    if config.label_smoothing:
        share = config.label_smoothing
        losses = (1 - share) * losses + share * _cross_entropy_of_even_targets(logits)
    return losses


def _cross_entropy_of_even_targets(logits: tf.Tensor) -> tf.Tensor:
    """Mean over the labels of what each would cost if it were the right one, ``float32 [batch]``."""
    if logits.shape[1] == 1:
        return (tf.nn.softplus(logits[:, 0]) + tf.nn.softplus(-logits[:, 0])) / 2
    return -tf.reduce_mean(tf.nn.log_softmax(logits), axis=1)


def _focal(logits: tf.Tensor, label_ids: tf.Tensor, gamma: float) -> tf.Tensor:
    """``(1 - p) ** gamma * -log p``, where ``p`` is the right label's probability (Lin et al. 2017)."""
    # The logarithm of 1 - p: as a difference, 1 - p would lose its digits, and the power's gradient be infinite at 0.
    if logits.shape[1] == 1:
        right = tf.where(label_ids == 1, logits[:, 0], -logits[:, 0])
        log_wrong = -tf.nn.softplus(right)
    else:
        is_right = tf.one_hot(label_ids, logits.shape[1], on_value=True, off_value=False)
        others = tf.where(is_right, -np.inf, logits)
        log_wrong = tf.reduce_logsumexp(others, axis=1) - tf.reduce_logsumexp(logits, axis=1)
    return tf.exp(gamma * log_wrong) * cross_entropy(logits, label_ids)
