"""The metrics of a classifier's predictions for encoded texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.labels import Labels
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.tasks.classification.metrics import classification_metrics
from seqclf.tasks.classification.multi_label import multi_label_metrics


def metrics_of(
    logits: NDArray[np.floating],
    texts: EncodedTexts,
    labels: Labels,
    thresholds: Sequence[float] | NDArray[np.floating] | None = None,
) -> ClassifierMetrics:
    """The metrics of predictions for labelled texts; ``thresholds`` of the labels if multi-label."""
    found: ClassifierMetrics
    if thresholds is None:
        found = classification_metrics(logits, texts.truth, labels, texts.more_labels, texts.weights)
    else:
        found = multi_label_metrics(logits, texts.labels, labels, thresholds, texts.more_labels, weights=texts.weights)
    return replace(found, unknown_labels=texts.unknown)
