"""Metrics and thresholds of a multi-label classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqclf.label_weights import label_totals
from seqclf.labels import DEFAULT_THRESHOLD
from seqclf.metrics.counts import Counts, OfTexts
from seqclf.metrics.evaluation import MultiLabelEvaluation
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.tasks.classification.evidence import multi_label_evidence
from seqclf.tasks.classification.f1_intervals import multi_label_f1
from seqclf.tasks.classification.metrics import counted
from seqclf.tasks.classification.sums import ratio

_LEAST_TEXTS = 5


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probability of every label, ``float64`` of the same shape."""
    logits = logits.astype(np.float64)
    exp = np.exp(-np.abs(logits))
    probabilities: NDArray[np.float64] = np.where(logits >= 0, 1, exp) / (1 + exp)
    return probabilities


def multi_label_metrics(
    logits: NDArray[np.floating],
    truth: NDArray[np.bool_],
    labels: Sequence[str],
    thresholds: Sequence[float] | NDArray[np.floating],
    more_labels: Sequence[str] = (),
    *,
    weights: NDArray[np.floating] | None = None,
    evaluate: bool = False,
) -> MultiLabelMetrics:
    """Metrics on texts with any number of labels.

    Args:
        logits: ``[texts, labels]``.
        truth: which labels apply, ``bool [texts, labels + more_labels]``.
        thresholds: the threshold that each label's probability must exceed, ``[labels]``.
        more_labels: labels of the texts that the model does not have, and never predicts.
        weights, evaluate: as for ``classification_metrics``; raises ``InputError`` as well.
    """
    (logits, truth), given = counted([logits, truth], weights)
    weights = None if given is None else given.relative
    predicted = np.zeros(truth.shape, dtype=np.bool_)
    probabilities = sigmoid(logits)
    predicted[:, : len(labels)] = probabilities > np.asarray(thresholds)
    hits, found, support = (label_totals(which, 0, weights) for which in (predicted & truth, predicted, truth))
    x = logits.astype(np.float64)
    counts = Counts(
        losses=OfTexts(np.maximum(x, 0) - x * truth[:, : len(labels)] + np.log1p(np.exp(-np.abs(x))), weights),
        correct=OfTexts((predicted == truth).all(axis=1), weights),
        hits=hits,
        found=found,
        support=support,
        texts=np.count_nonzero(truth, axis=0),
        precision=ratio(hits, found),
        recall=ratio(hits, support),
        f1=ratio(2 * hits, found + support),
        weight=None if given is None else given.total,
    )
    chosen = dict(zip(labels, map(float, thresholds), strict=True))
    metrics = MultiLabelMetrics.of(counts, {**chosen, **dict.fromkeys(more_labels)})
    if not evaluate:
        return metrics
    evidence = multi_label_evidence(truth, probabilities, counts, tuple(chosen.values()))
    evidence = replace(evidence, f1=multi_label_f1(truth, predicted, weights))
    return replace(metrics, evaluation=MultiLabelEvaluation.of(evidence))


def shared_thresholds(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], weights: NDArray[np.floating] | None = None
) -> NDArray[np.float64]:
    """One threshold for all labels, ``float64 [labels]``: the one with the best micro F1 on these texts.

    Args:
        probabilities: ``[texts, labels]``.
        truth: which labels apply, ``bool [texts, labels]``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    repeated = None if weights is None else np.repeat(weights, truth.shape[1])
    return np.full(truth.shape[1], best_threshold(probabilities.ravel(), truth.ravel(), repeated))


def per_label_thresholds(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], weights: NDArray[np.floating] | None = None
) -> NDArray[np.float64]:
    """A threshold for each label, ``float64 [labels]``: the one with the best F1 of that label on these texts.

    A label with fewer than 5 texts gets the threshold of ``shared_thresholds`` instead. The arguments are the same.
    """
    thresholds = shared_thresholds(probabilities, truth, weights)
    counts = np.count_nonzero(truth if weights is None else truth[weights > 0], axis=0)
    for label in np.flatnonzero(counts >= _LEAST_TEXTS):
        thresholds[label] = best_threshold(probabilities[:, label], truth[:, label], weights)
    return thresholds


def best_threshold(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], weights: NDArray[np.floating] | None = None
) -> float:
    """The threshold with the best F1 over the decisions, halfway between two probabilities; 0.5 if none is true.

    The highest of several. All arguments are ``[decisions]``; those of weight 0 do not count.
    """
    if weights is None:
        weights = np.ones(len(truth))
    elif not weights.all():
        kept = weights > 0
        probabilities, truth, weights = probabilities[kept], truth[kept], weights[kept]
    if not truth.any():
        return DEFAULT_THRESHOLD
    order = np.argsort(-probabilities, kind="stable")
    ordered, ordered_weights = probabilities[order], weights[order].astype(np.float64)
    hits = np.cumsum(truth[order] * ordered_weights)
    f1 = 2 * hits / (np.cumsum(ordered_weights) + hits[-1])
    below = np.append(ordered[1:], 0.0)
    f1[ordered == below] = -1  # equal probabilities are on one side of a threshold
    best = int(f1.argmax())
    return float((ordered[best] + below[best]) / 2)
