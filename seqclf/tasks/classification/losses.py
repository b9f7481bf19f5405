"""The objective that training minimises: the loss of each text times the weight of the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.config.schema import Focal, LossConfig, TrainingConfig
from seqclf.label_weights import label_weights
from seqclf.labels import Labels

Objective = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""Maps logits and label ids to each text's term of the objective, ``float32 [batch]``; the batch takes the mean."""


def build_objective(config: TrainingConfig, labels: Sequence[str], label_ids: NDArray[Any]) -> Objective:
    """The config's loss and class weights. ``label_ids`` are those of all training texts."""
    labels = Labels.of(labels)
    weights = label_weights(config.class_weights, labels, label_ids)

    def objective(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
        if labels.multi:
            losses = decision_losses(logits, label_ids, config.loss)
            if weights is not None:
                losses *= tf.where(label_ids, tf.constant(weights), 1.0)
            return tf.reduce_mean(losses, axis=1)
        losses = text_losses(logits, label_ids, config.loss)
        return losses if weights is None else losses * tf.gather(tf.constant(weights), label_ids)

    return objective


def text_losses(logits: tf.Tensor, label_ids: tf.Tensor, config: LossConfig) -> tf.Tensor:
    """Loss of each text in nats, ``float32 [batch]``.

    Args:
        logits: ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
        label_ids: ``int32 [batch]``.
    """
    if logits.shape[1] == 1:
        return decision_losses(logits[:, 0], label_ids == 1, config)
    losses = cross_entropy(logits, label_ids)
    if isinstance(config, Focal):
        # log(1 - p): the difference 1 - p would lose digits, and its power would have an infinite gradient at 0.
        is_true = tf.one_hot(label_ids, logits.shape[1], on_value=True, off_value=False)
        others = tf.where(is_true, -np.inf, logits)
        log_others = tf.reduce_logsumexp(others, axis=1) - tf.reduce_logsumexp(logits, axis=1)
        return tf.exp(config.gamma * log_others) * losses
    if config.label_smoothing:
        even = -tf.reduce_mean(tf.nn.log_softmax(logits), axis=1)
        losses = (1 - config.label_smoothing) * losses + config.label_smoothing * even
    return losses


def decision_losses(logits: tf.Tensor, applies: tf.Tensor, config: LossConfig) -> tf.Tensor:
    """Loss of each binary decision in nats, in the shape of ``logits`` (log odds) and ``applies`` (``bool``)."""
    of_truth = tf.where(applies, logits, -logits)
    losses = tf.nn.softplus(-of_truth)
    if isinstance(config, Focal):
        return tf.exp(-config.gamma * tf.nn.softplus(of_truth)) * losses  # (1 - p) ** gamma * -log p
    if config.label_smoothing:
        even = (tf.nn.softplus(logits) + tf.nn.softplus(-logits)) / 2
        losses = (1 - config.label_smoothing) * losses + config.label_smoothing * even
    return losses


def cross_entropy(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of each text in nats, ``float32 [batch]``; multi-label, the mean over all labels.

    Args:
        logits: ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
        label_ids: ``int32 [batch]``, or multi-label, ``bool [batch, labels]``.
    """
    if label_ids.dtype == tf.bool:
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(label_ids, logits.dtype), logits), axis=1)
    if logits.shape[1] == 1:
        return tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(label_ids, tf.float32), logits[:, 0])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(label_ids, logits)


def predicted_ids(logits: tf.Tensor) -> tf.Tensor:
    """The most probable label of each text, ``int32 [batch]``."""
    if logits.shape[1] == 1:
        return tf.cast(logits[:, 0] > 0, tf.int32)
    return tf.argmax(logits, axis=1, output_type=tf.int32)


def correct(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
    """Which texts are classified correctly, ``bool [batch]``; multi-label, every label at the threshold 0.5."""
    if label_ids.dtype == tf.bool:
        return tf.reduce_all((logits > 0) == label_ids, axis=1)
    return predicted_ids(logits) == label_ids
