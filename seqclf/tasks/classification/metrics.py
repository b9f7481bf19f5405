"""Metrics of a classifier, computed from its logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.label_weights import relative_weights
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.confusion import Confusion
from seqclf.metrics.counts import Counts, OfTexts
from seqclf.metrics.evaluation import SingleLabelEvaluation
from seqclf.tasks.classification.evidence import single_label_evidence
from seqclf.tasks.classification.f1_intervals import single_label_f1
from seqclf.tasks.classification.sums import ratio


def log_probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log probability of every label, ``float64 [texts, labels]``.

    Args:
        logits: ``[texts, 1]`` for two labels (the second one's log odds), else ``[texts, labels]``.
    """
    logits = logits.astype(np.float64)
    if logits.shape[1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    shifted = logits - logits.max(axis=1, keepdims=True)
    normalised: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised


def classification_metrics(
    logits: NDArray[np.floating],
    truth: NDArray[Any],
    labels: Sequence[str],
    more_labels: Sequence[str] = (),
    weights: NDArray[np.floating] | None = None,
    *,
    threshold: float | None = None,
    evaluate: bool = False,
) -> ClassificationMetrics:
    """Metrics on texts with one label each.

    With probabilities of labels, the loss is the cross-entropy with them, and the first of the most probable labels is
    the true one.

    Args:
        logits: as for ``log_probabilities``.
        truth: ``int [texts]``, indices into ``labels`` followed by ``more_labels``; or the probability of each label,
            ``float [texts, labels]``.
        more_labels: labels of the texts that the model does not have, and never predicts.
        weights: how much each text counts, ``[texts]``; None: all the same. Those of weight 0 count nowhere.
        threshold: with two labels, the second is predicted if its probability exceeds it; None: the most probable one.
        evaluate: with all scores, also those that are not computed after each epoch.

    Raises:
        InputError: if no text has a weight, or none with a weight has a label that the model knows.
    """
    (logits, truth), given = counted([logits, truth], weights)
    weights = None if given is None else given.relative
    log_p = log_probabilities(logits)
    predicted = log_p.argmax(axis=1) if threshold is None else (np.exp(log_p[:, 1]) > threshold).astype(np.int64)
    label_ids = truth.argmax(axis=1) if truth.ndim == 2 else truth
    known = np.flatnonzero(label_ids < len(labels))
    if not len(known):
        raise InputError("every text to measure whose weight is not 0 has a label that no training text has")
    losses = -(truth * log_p).sum(axis=1) if truth.ndim == 2 else -log_p[known, label_ids[known]]
    names = [*labels, *more_labels]

    def by_label(ids: NDArray[Any], of: NDArray[np.bool_] | slice = slice(None)) -> NDArray[Any]:
        """Texts, or their weights, by label id."""
        return np.bincount(ids[of], None if weights is None else weights[of], minlength=len(names))

    hits, found, support = by_label(label_ids, predicted == label_ids), by_label(predicted), by_label(label_ids)
    precision, recall = ratio(hits, found), ratio(hits, support)
    counts = Counts(
        losses=OfTexts(losses, None if weights is None else weights[known]),
        correct=OfTexts(predicted == label_ids, weights),
        hits=hits,
        found=found,
        support=support,
        texts=np.bincount(label_ids, minlength=len(names)),
        precision=precision,
        recall=recall,
        f1=ratio(2 * precision * recall, precision + recall),
        weight=None if given is None else given.total,
    )
    metrics = ClassificationMetrics.of(counts, names, _confusion(label_ids, predicted, len(names)))
    if not evaluate:
        return metrics
    evidence = single_label_evidence(truth, np.exp(log_p, out=log_p), counts, threshold)
    evidence = replace(evidence, f1=single_label_f1(label_ids, predicted, len(names), weights))
    return replace(metrics, evaluation=SingleLabelEvaluation.of(evidence))


def _confusion(label_ids: NDArray[Any], predicted: NDArray[Any], labels: int) -> Confusion:
    pairs, texts = np.unique(label_ids.astype(np.int64) * labels + predicted, return_counts=True)
    cells = zip((pairs // labels).tolist(), (pairs % labels).tolist(), texts.tolist(), strict=True)
    return Confusion(labels, tuple(cells))


class Weights(NamedTuple):
    """Weights of texts, all above 0: with mean 1 (``float64 [texts]``), and the sum before they were scaled."""

    relative: NDArray[np.float64]
    total: float


def counted(
    rows: Sequence[NDArray[Any]], weights: NDArray[np.floating] | None
) -> tuple[Sequence[NDArray[Any]], Weights | None]:
    """The rows of the texts whose weight is not 0, and their weights. Raises ``InputError`` if there are none."""
    if weights is None:
        return rows, None
    relative = relative_weights(weights)
    places = np.flatnonzero(relative)
    if not len(places):
        raise InputError("no text to measure has a weight above 0 (data.weight)")
    total = float(weights[places].sum(dtype=np.float64))
    return [one[places] for one in rows], Weights(relative[places].astype(np.float64), total)
