"""The metrics of a classifier's predictions for encoded texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.labels import Labels
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.tasks.classification.metrics import classification_metrics, log_probabilities
from seqclf.tasks.classification.multi_label import multi_label_metrics, sigmoid


def probabilities_of(logits: NDArray[np.floating], labels: Labels) -> NDArray[np.float64]:
    """The probability of every label, ``float64 [texts, labels]``, from logits ``[texts, 1 or labels]``."""
    return sigmoid(logits) if labels.multi else np.exp(log_probabilities(logits))


def metrics_of(
    logits: NDArray[np.floating],
    texts: EncodedTexts,
    labels: Labels,
    thresholds: Sequence[float] | NDArray[np.floating] | None = None,
    *,
    evaluate: bool = False,
) -> ClassifierMetrics:
    """The metrics of predictions for labelled texts.

    Args:
        thresholds: of ``labels.with_thresholds``; None: the most probable label is predicted.
        evaluate: with all scores, also those that are not computed after each epoch.
    """
    found: ClassifierMetrics
    more, weights = texts.more_labels, texts.weights
    if not labels.multi:
        threshold = None if thresholds is None else float(thresholds[0])
        found = classification_metrics(
            logits, texts.truth, labels, more, weights, threshold=threshold, evaluate=evaluate
        )
    else:
        assert thresholds is not None
        found = multi_label_metrics(logits, texts.labels, labels, thresholds, more, weights=weights, evaluate=evaluate)
    return replace(found, unknown_labels=texts.unknown)
