"""The weights of an output layer of a trained classifier, for new, fewer, more or reordered labels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqclf.data.label_spelling import counterparts
from seqclf.labels import Labels


class OutputWeights(NamedTuple):
    """``kernel``, ``float32 [width, units]``, and ``bias``, ``float32 [units]``; ``Labels.units`` are the units."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def output_for(weights: OutputWeights, labels: Labels, new_labels: Labels) -> OutputWeights | None:
    """The output layer for ``new_labels`` that gives the labels of both the probabilities that they had.

    Labels of both are those in ``counterparts``. Exactly: one label per text: the probabilities of the common labels,
    given that it is one of them; several: the probability of each. Two
    labels are one sigmoid unit, z, for the second: as logits of a softmax, 0 and z.

    A new label begins as the mean of all rows of ``labels``, and so with the mean of their logits. This mean follows
    what a softmax ignores, a number that is added to all logits, so it does not matter how z becomes two. It is never
    above the largest logit: no text of a known label gets a new one at once, the loss begins finite and moderate, and
    what the network has learnt keeps its meaning. New labels begin alike, and their texts tell them apart at the first
    step.

    Returns None if all weights of the new layer should start fresh: no label is common, or ``multi`` changes. Then
    probabilities mean something else (those of a softmax add up to 1), and no weights give the same. Two labels with
    one sigmoid unit are the exception: each has a probability of its own already.

    Raises ``ValueError`` if ``weights`` are not those of ``labels``.
    """
    _check(weights, labels)
    if not has_output_for(labels, new_labels):
        return None
    rows = _rows(weights, labels, opposite=new_labels.multi)
    mean = rows.mean(axis=0)
    row_of = dict(zip(labels, rows, strict=True))
    same = counterparts(labels, new_labels)
    chosen = np.array([row_of[same[label]] if label in same else mean for label in new_labels])
    if new_labels.units < len(new_labels):
        chosen = chosen[1:] - chosen[:1]
    return OutputWeights(chosen[:, :-1].T.astype(np.float32), chosen[:, -1].astype(np.float32))


def has_output_for(labels: Labels, new_labels: Labels) -> bool:
    """Whether ``output_for`` finds an output layer."""
    convertible = labels.multi == new_labels.multi or (new_labels.multi and labels.units < len(labels))
    return convertible and bool(counterparts(labels, new_labels))


def _rows(weights: OutputWeights, labels: Labels, *, opposite: bool) -> NDArray[np.float64]:
    """For each label, its column of the kernel and its bias, ``float64 [labels, width + 1]``.

    ``opposite``: of two labels with one unit, the first gets the opposite logit, as sigmoid units of their own need it.
    """
    rows = np.vstack([weights.kernel, weights.bias]).T.astype(np.float64)
    if len(rows) == len(labels):
        return rows
    return np.vstack([-rows if opposite else np.zeros_like(rows), rows])


def _check(weights: OutputWeights, labels: Labels) -> None:
    kernel, bias = weights
    if kernel.ndim != 2 or kernel.shape[1] != labels.units or bias.shape != (labels.units,):
        raise ValueError(
            f"an output layer with a kernel {kernel.shape} and a bias {bias.shape}: expected {labels.units} units for "
            f"{len(labels)} labels"
        )
