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
