"""What a task says of itself. The loop, the step, checkpoints, history and resuming know nothing else about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import keras
import tensorflow as tf

from seqclf.data.batches import Batches


class Sums(NamedTuple):
    """What a batch adds up to. A mean is a sum divided by ``weight``, once, over one batch or several.

    Attributes:
        loss: summed objective, ``float32 []``, without the penalties on weights that layers have.
        weight: what the loss is divided by, ``float32 []``: the number of texts in classification.
        correct: predictions that are correct, ``int64 []``, out of ``weight``.
    """

    loss: tf.Tensor
    weight: tf.Tensor
    correct: tf.Tensor


class Validator(Protocol):
    """Measures a model that changes between two calls."""

    def metrics(self, validation: Batches) -> dict[str, Any]:
        """Metrics of the validation texts by name, ``loss`` and ``accuracy`` among them."""


class Task(Protocol):
    """One way to train a model on batches of ``Batches``; the first part of a batch is its token ids."""

    def training_model(self, model: keras.Model) -> keras.Model:
        """The same variables as the model's, from the inputs of a training step to its outputs."""

    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        """Shapes and dtypes of the parts of a batch."""

    def sums(self, forward: keras.Model, batch: Sequence[tf.Tensor]) -> Sums:
        """What a batch adds up to while training. ``forward`` is ``training_model(model)``; call it once or more."""

    def validator(self, model: keras.Model) -> Validator:
        """Made once for a training."""

    def score(self, metrics: dict[str, Any], monitor: str) -> float:
        """The metric that ``training.early_stopping.monitor`` names, larger is better."""
