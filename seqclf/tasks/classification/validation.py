"""Validation: the weights of a network and the n-grams alongside it, thresholds, metrics."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config.schema import TrainingConfig
from seqclf.data.batches import Batches
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.layers.ngrams import NETWORK_WEIGHT, NGRAMS_WEIGHT
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.model.build import LOGITS, is_mixed, mixed_parts_model
from seqclf.ngrams.solver import best_weights
from seqclf.ngrams.targets import known_labels, targets_of
from seqclf.prior import Prior
from seqclf.tasks.classification.measure import metrics_of
from seqclf.tasks.classification.multi_label import (
    per_label_thresholds,
    shared_thresholds,
    sigmoid,
)
from seqclf.tasks.predictor import Predictor


class Validator:
    """Logits of the validation texts, after choosing the weights of the mix on them.

    All labels share two weights. On the training texts the network would seem better than it is. A model without a
    mix is simply called.
    """

    def __init__(
        self,
        model: keras.Model,
        config: TrainingConfig,
        labels: Labels,
        prior: Prior | None = None,
        extra: ExtraColumns | None = None,
    ) -> None:
        self._model, self._config, self._labels, self._prior = model, config, labels, prior
        self._mixed = is_mixed(model)
        self._predictor = Predictor(model, mixed_parts_model(model) if self._mixed else None, extra)

    def metrics(self, validation: Batches) -> ClassifierMetrics:
        """Metrics of the validation texts; the model then has the weights that gave them."""
        logits, texts, labels = self.logits(validation), validation.texts, self._labels
        thresholds = None
        if labels.multi:
            thresholds = thresholds_of(self._config, logits, texts.labels[:, : len(labels)], texts.relative_weights)
        return metrics_of(logits, texts, labels, thresholds)

    def logits(self, validation: Batches) -> NDArray[np.float32]:
        """``float32 [texts, 1 or labels]``; afterwards the model has the weights that produced them."""
        if self._prior is None:
            return self._network_logits(validation, self._predictor.logits(validation))
        outputs, known = self._predictor.logits_and_known(validation, self._prior.unknown_id)
        return self._prior.replace_unknown(self._network_logits(validation, outputs), known, self._labels)

    def _network_logits(self, validation: Batches, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits from the outputs of the model's parts, mixed if the model has a mix."""
        if not self._mixed:
            return outputs
        network, ngrams = np.split(outputs, 2, axis=1)
        texts = validation.texts
        known, truth = known_labels(texts.truth, self._labels)
        weights = None if texts.relative_weights is None else texts.relative_weights[known]
        targets = targets_of(truth, self._labels, text_weights=weights)
        before = (NETWORK_WEIGHT, NGRAMS_WEIGHT)
        ours, theirs = best_weights(network[known], ngrams[known], targets, before)
        self._model.get_layer(LOGITS).set_weights([np.float32(ours), np.float32(theirs)])
        return network * np.float32(ours) + ngrams * np.float32(theirs)


def thresholds_of(
    config: TrainingConfig,
    logits: NDArray[np.floating],
    truth: NDArray[np.bool_],
    weights: NDArray[np.floating] | None,
) -> NDArray[np.float64]:
    """The threshold of each label, given the logits of validation texts and which labels apply to them."""
    if config.thresholds == "per_label":
        return per_label_thresholds(sigmoid(logits), truth, weights)
    if config.thresholds == "shared":
        return shared_thresholds(sigmoid(logits), truth, weights)
    return np.full(truth.shape[1], config.thresholds)
