"""The probabilities of an ensemble from those of its members, and the weights that suit validation texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.labels import Labels
from seqclf.ngrams.targets import known_labels
from seqclf.tasks.classification.metrics import log_probabilities
from seqclf.tasks.classification.multi_label import sigmoid

_SMALLEST = 1e-3
"""Smaller weights become 0: a member that says next to nothing costs as much time as any other."""


def mixed_logits(
    logits: Sequence[NDArray[np.floating]], weights: Sequence[float], labels: Labels
) -> NDArray[np.float64]:
    """The logits whose probabilities are the weighted mean of those of the members, ``float64 [texts, 1 or labels]``.

    Args:
        logits: of each member, ``[texts, 1 or labels]``, in the order of ``labels``.
        weights: of each member, 0 or more, with the sum 1.
    """
    from scipy.special import log_expit, logsumexp

    shares = np.reshape(weights, (-1, 1, 1))
    stacked = np.stack(logits).astype(np.float64)
    if not labels.multi and labels.units > 1:
        of_labels = np.stack([log_probabilities(one) for one in stacked])
        mean: NDArray[np.float64] = logsumexp(of_labels, axis=0, b=shares)
        return mean
    true, false = (logsumexp(log_expit(sign * stacked), axis=0, b=shares) for sign in (1, -1))
    odds: NDArray[np.float64] = true - false
    return odds


def best_weights(logits: Sequence[NDArray[np.floating]], texts: EncodedTexts, labels: Labels) -> list[float]:
    """The weights with the smallest log loss of the mean of the probabilities: 0 or more, with the sum 1.

    The loss is convex in the weights, so that there is one minimum (SLSQP finds it). Texts whose labels the members do
    not know have no part in it.

    Args:
        logits: of each member, ``[texts, 1 or labels]``, in the order of ``labels``.
        texts: with their labels and weights.
    """
    from scipy.optimize import minimize

    counts, found = _evidence(logits, texts, labels)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        mixed = np.maximum(weights @ found, 1e-300)
        return float(-(counts * np.log(mixed)).sum()), -(found @ (counts / mixed))

    members = len(logits)
    start = np.full(members, 1 / members)
    sums = {"type": "eq", "fun": lambda weights: weights.sum() - 1, "jac": lambda weights: np.ones(members)}
    done = minimize(
        loss, start, jac=True, method="SLSQP", bounds=[(0, 1)] * members, constraints=[sums], options={"maxiter": 500}
    )
    chosen = done.x if loss(done.x)[0] <= loss(start)[0] else start
    chosen = np.where(chosen < _SMALLEST, 0, chosen)
    return [float(one) for one in chosen / chosen.sum()]


def _evidence(
    logits: Sequence[NDArray[np.floating]], texts: EncodedTexts, labels: Labels
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much each true decision counts, ``float64 [decisions]`` with the sum 1, and the probability that each member
    gives it, ``float64 [members, decisions]``."""
    known, truth = known_labels(texts.truth, labels)
    weights = np.ones(len(known)) if texts.relative_weights is None else texts.relative_weights[known].astype(float)
    if labels.multi:
        given = [np.where(truth, sigmoid(one[known]), sigmoid(-one[known])) for one in logits]
        counts = np.broadcast_to(weights[:, None], truth.shape)
    else:
        of_labels = [np.exp(log_probabilities(one[known])) for one in logits]
        if truth.ndim == 2:
            given, counts = of_labels, truth * weights[:, None]
        else:
            given, counts = [one[np.arange(len(known)), truth] for one in of_labels], weights
    return counts.ravel() / counts.sum(), np.stack([one.ravel() for one in given])
