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
from seqclf.training.step import cross_entropy

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
        is_right = tf.one_hot(label_ids, logits.shape[1], on_value=True, off_value=False)
        others = tf.where(is_right, -np.inf, logits)
        log_wrong = tf.reduce_logsumexp(others, axis=1) - tf.reduce_logsumexp(logits, axis=1)
        return tf.exp(config.gamma * log_wrong) * losses
    if config.label_smoothing:
        even = -tf.reduce_mean(tf.nn.log_softmax(logits), axis=1)
        losses = (1 - config.label_smoothing) * losses + config.label_smoothing * even
    return losses


def decision_losses(logits: tf.Tensor, applies: tf.Tensor, config: LossConfig) -> tf.Tensor:
    """Loss of each binary decision in nats, in the shape of ``logits`` (log odds) and ``applies`` (``bool``)."""
    right = tf.where(applies, logits, -logits)
    losses = tf.nn.softplus(-right)
    if isinstance(config, Focal):
        return tf.exp(-config.gamma * tf.nn.softplus(right)) * losses  # (1 - p) ** gamma * -log p
    if config.label_smoothing:
        even = (tf.nn.softplus(logits) + tf.nn.softplus(-logits)) / 2
        losses = (1 - config.label_smoothing) * losses + config.label_smoothing * even
    return losses
