"""Losses: each text's loss times the weight of its label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.config.schema import TrainingConfig
from seqclf.config.schema.losses.cross_entropy import CrossEntropy
from seqclf.label_weights import label_weights
from seqclf.labels import Labels

TextLoss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""Maps logits and label ids (shapes as for ``cross_entropy``) to each text's loss, ``float32 [batch]``."""


def build_loss(
    config: TrainingConfig,
    labels: Sequence[str],
    truth: NDArray[Any],
    text_weights: NDArray[np.floating] | None = None,
) -> TextLoss:
    """The config's loss and class weights. ``truth`` and ``text_weights`` are of all training texts, as for
    ``label_weights``."""
    labels = Labels.of(labels)
    weights = label_weights(config.class_weights, labels, truth, text_weights)

    def loss(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
        if labels.multi:
            losses = config.loss.of_decisions(logits, label_ids)
            if weights is not None:
                losses *= tf.where(label_ids, tf.constant(weights), 1.0)
            return tf.reduce_mean(losses, axis=1)
        if label_ids.dtype == tf.float32:
            return config.loss.of_shares(logits, label_ids if weights is None else label_ids * tf.constant(weights))
        losses = config.loss.of_texts(logits, label_ids)
        return losses if weights is None else losses * tf.gather(tf.constant(weights), label_ids)

    return loss


def cross_entropy(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of each text in nats, ``float32 [batch]``; multi-label, the mean over all labels.

    Args:
        logits: ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
        label_ids: ``int32 [batch]``; multi-label, ``bool [batch, labels]``; the probability of each label, ``float32
            [batch, labels]``.
    """
    if label_ids.dtype == tf.float32:
        return CrossEntropy().of_shares(logits, label_ids)
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
    """Which texts are classified correctly, ``bool [batch]``; multi-label, every label at the threshold 0.5.

    Given probabilities of labels, the first of the most probable ones is correct.
    """
    if label_ids.dtype == tf.float32:
        label_ids = tf.argmax(label_ids, axis=1, output_type=tf.int32)
    if label_ids.dtype == tf.bool:
        return tf.reduce_all((logits > 0) == label_ids, axis=1)
    return predicted_ids(logits) == label_ids
