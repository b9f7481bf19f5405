"""Focal loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqclf.config.schema.losses.base import Loss
from seqclf.option_types import NonNegativeReal

if TYPE_CHECKING:
    import tensorflow as tf


class Focal(Loss):
    """Focal loss (Lin et al. 2017): cross-entropy that gives less weight to texts already classified well."""

    other_names = ("focal_loss", "binary_focal_crossentropy")

    type: Literal["focal"] = Field(description="Loss type.")
    gamma: NonNegativeReal = Field(
        2.0,
        description="Exponent of the factor that multiplies a text's cross-entropy: the summed probability of all "
        "wrong labels. 0: plain cross-entropy.",
    )

    def of_choices(self, logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(label_ids, logits)
        # log(1 - p): the difference 1 - p would lose digits, and its power would have an infinite gradient at 0.
        is_true = tf.one_hot(label_ids, logits.shape[1], on_value=True, off_value=False)
        others = tf.where(is_true, -float("inf"), logits)
        log_others = tf.reduce_logsumexp(others, axis=1) - tf.reduce_logsumexp(logits, axis=1)
        return tf.exp(self.gamma * log_others) * losses

    def of_each_choice(self, logits: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        logs = tf.nn.log_softmax(logits)
        # log(1 - p), as above for the most probable label; the others' p is at most 1/2, so 1 - p loses no digits.
        is_top = tf.one_hot(tf.argmax(logits, axis=1), logits.shape[1], on_value=True, off_value=False)
        others = tf.reduce_logsumexp(tf.where(is_top, -float("inf"), logs), axis=1, keepdims=True)
        log_others = tf.where(is_top, others, tf.math.log1p(-tf.exp(tf.where(is_top, -1.0, logs))))
        return tf.exp(self.gamma * log_others) * -logs

    def of_decisions(self, logits: tf.Tensor, applies: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        of_truth = tf.where(applies, logits, -logits)
        return tf.exp(-self.gamma * tf.nn.softplus(of_truth)) * tf.nn.softplus(-of_truth)  # (1 - p) ** gamma * -log p
