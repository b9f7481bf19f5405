"""Temperature scaling: the temperature with the least log loss on validation texts.

Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks". The log loss is a convex function of
the inverse of the temperature, so the root of its derivative is its only minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import Labels

LEAST, MOST = 0.1, 20.0
"""Bounds of a temperature."""
LEAST_TEXTS = 5
"""A label of several with fewer texts gets the temperature of all labels together."""


@dataclass(frozen=True)
class Fit:
    """Temperatures and why they are not always those of the least log loss.

    Attributes:
        temperatures: one, or one for each label of a multi-label run.
        note: what a user should know; None: nothing.
        shared: number of labels with fewer than ``LEAST_TEXTS`` texts, which have the temperature of all together.
    """

    temperatures: tuple[float, ...]
    note: str | None = None
    shared: int = 0


def fit_temperatures(
    logits: NDArray[np.floating],
    truth: NDArray[Any],
    labels: Labels,
    weights: NDArray[np.floating] | None = None,
) -> Fit:
    """The temperature of a classifier, or of each label of a multi-label one.

    Args:
        logits: ``[texts, 1 or labels]``, before any temperature.
        truth: label ids, ``int [texts]``; the probability of each label, ``float [texts, labels]``; or which labels
            apply, ``bool [texts, labels]``. Labels that the model lacks come after its own; texts with one of them
            are left out.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    if labels.multi:
        return _of_each_label(logits, truth[:, : len(labels)], weights)
    outputs = logits.astype(np.float64)
    if outputs.shape[1] == 1:
        outputs = np.concatenate([np.zeros_like(outputs), outputs], axis=1)
    if truth.ndim == 1:
        known = truth < len(labels)
        outputs, truth = outputs[known], np.eye(len(labels))[truth[known]]
        weights = None if weights is None else weights[known]
    temperature, why = best_temperature(outputs, truth, weights)
    return Fit((temperature,), None if why is None else f"the temperature is {temperature:g}: {why}")


def _of_each_label(logits: NDArray[np.floating], truth: NDArray[np.bool_], weights: NDArray[np.floating] | None) -> Fit:
    labels, repeated = truth.shape[1], None if weights is None else np.repeat(weights, truth.shape[1])
    together, why = best_temperature(*_decisions(logits.ravel(), truth.ravel()), repeated)
    counts = truth.sum(axis=0)
    enough = np.minimum(counts, len(truth) - counts) >= LEAST_TEXTS
    temperatures = np.full(labels, together)
    bounded = 0
    for label in np.flatnonzero(enough):
        temperatures[label], reason = best_temperature(*_decisions(logits[:, label], truth[:, label]), weights)
        bounded += reason is not None
    note = None
    if bounded:
        note = f"the validation texts leave the temperature of {bounded:,} labels open"
    elif why is not None:
        note = f"the temperature of all labels together is {together:g}: {why}"
    return Fit(tuple(map(float, temperatures)), note, int(labels - enough.sum()))


def _decisions(
    logits: NDArray[np.floating], truth: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Decisions, ``[decisions]``, as classifications with two labels."""
    outputs = np.stack([np.zeros(len(logits)), logits.astype(np.float64)], axis=1)
    return outputs, np.stack([~truth, truth], axis=1).astype(np.float64)


def best_temperature(
    outputs: NDArray[np.float64], target: NDArray[np.float64], weights: NDArray[np.floating] | None = None
) -> tuple[float, str | None]:
    """The temperature with the least log loss, and why it is not that if none has it.

    It always is a number from ``LEAST`` to ``MOST``. It is 1 if nothing says more: without texts, if all outputs of
    each text are equal, and if no text is wrong, where ever smaller temperatures have ever smaller losses.

    Args:
        outputs: the logit of every label, ``[texts, labels]``.
        target: the probability of every label, ``[texts, labels]``.
        weights: ``[texts]``; None: all the same.
    """
    from scipy.optimize import brentq

    outputs = outputs - outputs.max(axis=1, keepdims=True) if len(outputs) else outputs
    if not outputs.any():
        return 1.0, "all outputs of the model are equal" if len(outputs) else "no validation text has a known token"
    counts = np.ones(len(outputs)) if weights is None else np.asarray(weights, np.float64)
    observed = counts @ (target * outputs).sum(axis=1)
    if observed == 0:  # all probability is on the labels with the largest outputs
        return 1.0, "no validation text is wrong, so these texts cannot say whether the model is too certain"

    def slope(inverse: float) -> float:
        """The derivative of the log loss by the inverse of the temperature."""
        odds = np.exp(inverse * outputs)
        expected = (odds * outputs).sum(axis=1) / odds.sum(axis=1)
        return float(counts @ expected - observed)

    if slope(1 / LEAST) <= 0:
        return LEAST, "smaller ones are not tried"
    if slope(1 / MOST) >= 0:
        return MOST, "the probabilities say next to nothing about the labels, and larger ones are not tried"
    return 1 / float(brentq(slope, 1 / MOST, 1 / LEAST, xtol=1e-12, rtol=1e-12)), None


def in_words(temperatures: Sequence[float]) -> str:
    """``1.4321``; of several labels ``1.1000 to 2.0000``, or the one that all of them have."""
    least, most = (f"{one:.4f}" for one in (min(temperatures), max(temperatures)))
    return least if least == most else f"{least} to {most}"
