"""What the scores of a trained classifier are computed from: its probabilities, compared with the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import DEFAULT_THRESHOLD
from seqclf.metrics.calibration import brier_score, calibration
from seqclf.metrics.counts import Counts
from seqclf.metrics.evaluation import Evidence
from seqclf.metrics.intervals import Interval, effective_texts, wilson
from seqclf.metrics.ranking import ranking
from seqclf.metrics.thresholds import AtThreshold, multi_label_thresholds, two_label_thresholds, with_used


def single_label_evidence(
    truth: NDArray[Any], probabilities: NDArray[np.floating], counts: Counts, threshold: float | None = None
) -> Evidence:
    """The evidence of texts with one label each.

    What is computed from probabilities leaves out the texts whose label the classifier does not have, as the loss does:
    no probability says anything about them. Decisions count them as wrong.

    Args:
        truth: label ids, ``int [texts]``; or the probability of each label, ``float [texts, labels]``, of which the
            most probable one is the true label of all scores but the Brier score.
        probabilities: ``[texts, labels]``.
        counts: of these predictions, with the weights of the texts.
        threshold: of the second of two labels; None: the most probable label is predicted.
    """
    label_ids = truth.argmax(axis=1) if truth.ndim == 2 else truth
    weights, correct, given = counts.correct.weights, counts.correct.values, probabilities
    table: tuple[AtThreshold, ...] = ()
    if (labels := probabilities.shape[1]) == 2:
        used = DEFAULT_THRESHOLD if threshold is None else threshold
        table = two_label_thresholds(label_ids, probabilities[:, 1], with_used(used), used, weights)
    if threshold is not None:  # calibration is about the most probable label, whatever is predicted
        correct = probabilities.argmax(axis=1) == label_ids
    if not (known := label_ids < labels).all():
        truth, label_ids, given, correct = truth[known], label_ids[known], probabilities[known], correct[known]
        weights = None if weights is None else weights[known]
    ranked = [1] if labels == 2 else range(labels)
    return Evidence(
        counts,
        _interval(counts),
        tuple(ranking(label_ids == label, given[:, label], weights) for label in ranked),
        brier_score(truth, given, weights),
        calibration(correct, given.max(axis=1), weights),
        thresholds=table,
    )


def multi_label_evidence(
    truth: NDArray[np.bool_], probabilities: NDArray[np.floating], counts: Counts, thresholds: tuple[float, ...]
) -> Evidence:
    """The evidence of texts with any number of labels.

    What is computed from probabilities is over the labels that the classifier has.

    Args:
        truth: which labels apply, ``bool [texts, labels + more]``; those that the classifier lacks come last.
        probabilities: ``[texts, labels]``.
        counts: of these predictions, with the weights of the texts.
        thresholds: those that the classifier uses, ``[labels]``.
    """
    weights, labels = counts.correct.weights, probabilities.shape[1]
    known, best = truth[:, :labels], probabilities.argmax(axis=1)
    texts = np.arange(len(best))
    used = thresholds[0] if len(set(thresholds)) == 1 else None
    return Evidence(
        counts,
        _interval(counts),
        tuple(ranking(known[:, label], probabilities[:, label], weights) for label in range(labels)),
        brier_score(known, probabilities, weights),
        calibration(known[texts, best], probabilities[texts, best], weights),
        together=ranking(known, probabilities, weights),
        thresholds=multi_label_thresholds(truth, probabilities, with_used(used), thresholds, weights),
    )


def _interval(counts: Counts) -> Interval:
    """The 95 % interval of the accuracy."""
    correct = counts.correct
    return wilson(correct.mean(), effective_texts(len(correct), correct.weights))
