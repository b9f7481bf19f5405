"""What the confidence of a calibrated classifier is used for: to abstain, and to give sets of labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.calibration.operating_points import Share, between
from seqclf.calibration.scored import Scored
from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.run_calibration import Abstention, ConformalScores

_ROUNDING = 1e-12
_DIGITS = 100_000
"""Scores are rounded up to five digits, to which all formats of a model agree."""


def answers(
    scored: Scored, thresholds: Sequence[float] | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """The confidence of each text's prediction (``Decider.confidences``), which predictions are wrong, and how much the
    texts count; all ``[texts]``. Multi-label, a prediction that has not exactly the text's labels is wrong."""
    probabilities, truth = scored.probabilities, scored.label_ids
    decider = Decider(scored.labels, None if thresholds is None else tuple(thresholds))
    chosen = decider.chosen(probabilities)
    if scored.labels.multi:
        own = len(scored.labels)
        wrong = (chosen != truth[:, :own]).any(axis=1) | truth[:, own:].any(axis=1)
    else:
        wrong = chosen.argmax(axis=1) != truth
    weights = np.ones(len(scored)) if scored.weights is None else scored.weights
    return decider.confidences(probabilities).astype(np.float64), wrong, weights


def abstain(scored: Scored, thresholds: Sequence[float] | None, rate: float) -> Abstention:
    """The lowest confidence above which at most the fraction ``rate`` of the answers is wrong.

    Args:
        scored: validation texts.
        thresholds: of ``labels.with_thresholds``; None: the most probable label is predicted.

    Raises:
        InputError: no confidence leads to so few errors; the message has the least that can be had.
    """
    confidences, wrong, weights = answers(scored, thresholds)
    order = np.argsort(-confidences, kind="stable")
    ordered = confidences[order]
    answered = np.cumsum(weights[order])
    errors = np.cumsum(weights[order] * wrong[order]) / answered
    below = np.append(ordered[1:], -1.0)
    last = np.flatnonzero(ordered > below)  # equal confidences are on one side
    fitting = last[errors[last] <= rate + _ROUNDING]
    coverage = answered / answered[-1]
    if not len(fitting):
        best = int(last[errors[last].argmin()])
        raise InputError(
            f"--abstain {rate:g}: no confidence leads to so few errors on the {len(ordered):,} validation texts; the "
            f"fewest are {errors[best]:.4f}, among the {coverage[best]:.1%} of them with a confidence of "
            f"{ordered[best]:.4f} or more: ask for --abstain {math.ceil(errors[best] * 10_000) / 10_000:g} or more"
        )
    place = int(fitting[-1])
    lowest = 0.0 if place == len(ordered) - 1 else between(float(below[place]), float(ordered[place]))
    return Abstention(rate, lowest, float(errors[place]), float(coverage[place]))


def measured(scored: Scored, thresholds: Sequence[float] | None, below: float) -> tuple[Share | None, Share | None]:
    """The fraction of errors among the answered texts, and that of answered texts, with their intervals."""
    confidences, wrong, weights = answers(scored, thresholds)
    answered = weights * (confidences >= below)
    return Share.of(answered * wrong, answered), Share.of(answered, weights)


def conformal_scores(scored: Scored) -> ConformalScores:
    """The scores of validation texts. A label that the model lacks has the score 2: no set has it.

    Multi-label, the score of a text is that of its least probable label: all labels are in the set if this one is.
    Texts without labels are left out: every set covers them, so with many of them, sets could miss labels of most
    others.

    Every text counts the same, whatever its weight: that a set has its label is promised of texts, not of weights.
    """
    least, known = _least_of_truth(scored)
    scores = np.where(known, np.minimum(np.ceil((1 - least) * _DIGITS) / _DIGITS, 1.0), 2.0)
    scores.sort()
    ranks = np.array(ConformalScores.ranks(len(scores)), np.int64)
    return ConformalScores(len(scores), tuple(map(float, scores[ranks - 1])))


def _least_of_truth(scored: Scored) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The probability of each text's least probable label, and whether the model has all its labels. Texts without
    labels are left out."""
    probabilities, truth, own = scored.probabilities, scored.label_ids, len(scored.labels)
    if scored.labels.multi:
        kept = truth.any(axis=1)
        least = np.where(truth[:, :own], probabilities, 1).min(axis=1)
        return least[kept], np.logical_not(np.any(truth[kept, own:], axis=1))
    known = np.asarray(truth < own, np.bool_)
    return np.where(known, probabilities[np.arange(len(truth)), np.where(known, truth, 0)], 0), known
