"""Cross-entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqclf.config.schema.losses.base import Loss
from seqclf.option_types import Fraction

if TYPE_CHECKING:
    import tensorflow as tf


class CrossEntropy(Loss):
    """Cross-entropy with optional label smoothing (Szegedy et al. 2016)."""

    other_names = (
        "ce",
        "crossentropy",
        "binary_crossentropy",
        "categorical_crossentropy",
        "bce",
        "sparse_categorical_crossentropy",
        "nll",
    )

    type: Literal["cross_entropy"] = Field("cross_entropy", description="Loss type.")
    label_smoothing: Fraction = Field(
        0.0, description="Fraction of the target probability spread evenly over all labels."
    )

    def of_choices(self, logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(label_ids, logits)
        if not self.label_smoothing:
            return losses
        return self._smoothed(losses, -tf.reduce_mean(tf.nn.log_softmax(logits), axis=1))

    def of_decisions(self, logits: tf.Tensor, applies: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        losses = tf.nn.softplus(tf.where(applies, -logits, logits))
        if not self.label_smoothing:
            return losses
        return self._smoothed(losses, (tf.nn.softplus(logits) + tf.nn.softplus(-logits)) / 2)

    def of_each_choice(self, logits: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        losses = -tf.nn.log_softmax(logits)
        if not self.label_smoothing:
            return losses
        return self._smoothed(losses, tf.reduce_mean(losses, axis=1, keepdims=True))

    def _smoothed(self, losses: tf.Tensor, even: tf.Tensor) -> tf.Tensor:
        """``even``: the losses if all labels had the same target probability."""
        return (1 - self.label_smoothing) * losses + self.label_smoothing * even
