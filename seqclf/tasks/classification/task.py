"""Classification as a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.config.schema import TrainingConfig
from seqclf.labels import Labels
from seqclf.model.build import NGRAMS, has_ngrams, training_logits_model
from seqclf.prior import Prior
from seqclf.tasks.base import Sums
from seqclf.tasks.classification.losses import Objective, build_objective, correct, cross_entropy
from seqclf.tasks.classification.validation import Validator


@dataclass(frozen=True)
class Classification:
    """Trains the logits of ``build_model``.

    A batch has token ids (``int32 [batch, time]``) and labels (``int32 [batch]``, or ``bool [batch, labels]`` where
    multi-label). A model with ``ngrams`` also needs the logits of a fit that has not seen the texts, ``float32 [batch,
    units]``.

    Attributes:
        objective: what a text adds to the loss.
        prior: answers validation texts without known tokens, where there is one.
    """

    labels: Labels
    config: TrainingConfig = field(default_factory=TrainingConfig)
    objective: Objective = cross_entropy
    prior: Prior | None = None

    @classmethod
    def of(
        cls, config: TrainingConfig, labels: Labels, label_ids: NDArray[Any], prior: Prior | None = None
    ) -> Classification:
        """With the config's loss and class weights; ``label_ids`` are those of all training texts."""
        return cls(labels, config, build_objective(config, labels, label_ids), prior)

    def training_model(self, model: keras.Model) -> keras.Model:
        return training_logits_model(model)

    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        label_ids = tf.TensorSpec([None, None], tf.bool) if self.labels.multi else tf.TensorSpec([None], tf.int32)
        scores = [tf.TensorSpec([None, model.get_layer(NGRAMS).units], tf.float32)] if has_ngrams(model) else []
        return [tf.TensorSpec([None, None], tf.int32), label_ids, *scores]

    def sums(self, forward: keras.Model, batch: Sequence[tf.Tensor]) -> Sums:
        token_ids, label_ids, *scores = batch
        logits = forward([token_ids, *scores] if scores else token_ids, training=True)
        loss = tf.reduce_sum(self.objective(logits, label_ids))
        texts = tf.cast(tf.shape(token_ids)[0], tf.float32)
        return Sums(loss, texts, tf.math.count_nonzero(correct(logits, label_ids)))

    def validator(self, model: keras.Model) -> Validator:
        return Validator(model, self.config, self.labels, self.prior)

    def score(self, metrics: dict[str, Any], monitor: str) -> float:
        name = monitor.removeprefix("val_")
        if name == "micro_f1" and name not in metrics:
            name = "accuracy"  # what it is where each text has one label
        return float(-metrics["loss"] if name == "loss" else metrics[name])
