"""What the confidence of a calibrated classifier is used for: to abstain, and to give sets of labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.calibration.operating_points import Share, between
from seqclf.calibration.scored import Scored
from seqclf.errors import InputError
from seqclf.run_calibration import Abstention, ConformalScores

_ROUNDING = 1e-12
_DIGITS = 100_000
"""Scores are rounded up to five digits, to which all formats of a model agree."""


def answers(
    scored: Scored, thresholds: Sequence[float] | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """The probability of each text's predicted label, which predictions are wrong, and how much the texts count; all
    ``[texts]``. Texts with one label each."""
    probabilities = scored.probabilities
    places = probabilities.argmax(axis=1)
    if thresholds is not None:
        places = (probabilities[:, 1] > thresholds[0]).astype(np.int64)
    weights = np.ones(len(scored)) if scored.weights is None else scored.weights
    return probabilities[np.arange(len(places)), places], places != scored.label_ids, weights


def abstain(scored: Scored, thresholds: Sequence[float] | None, rate: float) -> Abstention:
    """The lowest confidence above which at most the fraction ``rate`` of the answers is wrong.

    Args:
        scored: validation texts with one label each.
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
    """The scores of validation texts with one label each. A label that the model lacks has the score 2: no set has it.

    Every text counts the same, whatever its weight: that a set has its label is promised of texts, not of weights.
    """
    probabilities, labels = scored.probabilities, scored.label_ids
    known = labels < probabilities.shape[1]
    scores = np.full(len(labels), 2.0)
    of_truth = 1 - probabilities[np.flatnonzero(known), labels[known]]
    scores[known] = np.minimum(np.ceil(of_truth * _DIGITS) / _DIGITS, 1.0)
    scores.sort()
    ranks = np.array(ConformalScores.ranks(len(scores)))
    return ConformalScores(len(scores), tuple(map(float, scores[ranks - 1])))
