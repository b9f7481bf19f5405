"""Base class of all losses. TensorFlow is imported inside functions."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from seqclf.option_types import Kind

if TYPE_CHECKING:
    import tensorflow as tf


class Loss(Kind):
    """A loss: its options (the fields), and each text's loss in nats, computed from the logits.

    A type is a subclass with a field ``type``, ``of_choices`` and ``of_decisions`` in a module of this package. Losses
    must be finite, with finite gradients, for any logits: start from ``log_softmax`` or ``softplus``, not from
    probabilities.
    """

    @abstractmethod
    def of_choices(self, logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
        """Loss of each choice among several labels, ``float32 [batch]``.

        Args:
            logits: ``float32 [batch, labels]``, of their softmax.
            label_ids: the true labels, ``int32 [batch]``.
        """

    @abstractmethod
    def of_decisions(self, logits: tf.Tensor, applies: tf.Tensor) -> tf.Tensor:
        """Loss of each binary decision, in the shape of ``logits``.

        Args:
            logits: log odds of "applies", ``float32``, of any shape.
            applies: the true decisions, ``bool``, in the shape of ``logits``.
        """

    def of_texts(self, logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
        """Loss of each text that has one label, ``float32 [batch]``.

        Args:
            logits: ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
            label_ids: ``int32 [batch]``.
        """
        if logits.shape[1] == 1:
            return self.of_decisions(logits[:, 0], label_ids == 1)
        return self.of_choices(logits, label_ids)

    def of_shares(self, logits: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
        """Expected loss of each text whose label is drawn with the probabilities ``shares``, ``float32 [batch]``.

        Args:
            logits: as for ``of_texts``.
            shares: ``float32 [batch, labels]``.
        """
        import tensorflow as tf

        if logits.shape[1] == 1:
            second = tf.fill(tf.shape(logits), True)
            both = [self.of_decisions(logits, ~second), self.of_decisions(logits, second)]
            return tf.reduce_sum(shares * tf.concat(both, axis=1), axis=1)
        return tf.reduce_sum(shares * self.of_each_choice(logits), axis=1)

    def of_each_choice(self, logits: tf.Tensor) -> tf.Tensor:
        """``of_choices`` for each label as the true one, in the shape of ``logits``.

        It takes the time of one ``of_choices`` for each label; a type may override it.
        """
        import tensorflow as tf

        def of_label(label: tf.Tensor) -> tf.Tensor:
            return self.of_choices(logits, tf.fill([tf.shape(logits)[0]], label))

        labels = tf.range(logits.shape[1])
        return tf.transpose(tf.map_fn(of_label, labels, fn_output_signature=logits.dtype))
