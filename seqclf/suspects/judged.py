"""Texts of all splits whose labels are judged, each by a model that has not seen it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.label_weights import label_totals
from seqclf.labels import DEFAULT_THRESHOLD, Labels
from seqclf.suspects.out_of_fold import FoldModel, OutOfFold, of_own_split, out_of_fold
from seqclf.suspects.splits import Examined


@dataclass(frozen=True)
class Judged:
    """Texts with what models say of their labels; the arrays are those of ``OutOfFold``.

    Attributes:
        split, place: where each text is, ``int64 [texts]``: the index of its split, and its place there.
        unknown: number of texts that were left out, by labels that no model has learnt.
    """

    labels: Labels
    split: NDArray[np.int64]
    place: NDArray[np.int64]
    truth: NDArray[Any]
    probabilities: NDArray[np.float32]
    known: NDArray[np.bool_]
    weights: NDArray[np.float32] | None
    unknown: Counter[str]

    def where(self, text: int) -> tuple[int, int]:
        """The split of a text, and its place there."""
        return int(self.split[text]), int(self.place[text])

    @property
    def own_is_known(self) -> NDArray[np.bool_]:
        """Whether the model has learnt the label of each text, ``bool [texts]``; for texts with one label."""
        found: NDArray[np.bool_] = self.known[np.arange(len(self.truth)), self.truth]
        return found

    @property
    def number(self) -> int:
        """How many texts, or decisions about labels, can be judged."""
        return int(self.known.sum() if self.labels.multi else self.own_is_known.sum())

    @property
    def not_judged(self) -> dict[str, int]:
        """Number of texts that cannot be judged, by label."""
        if self.labels.multi:
            counts: NDArray[Any] = (self.truth & ~self.known).sum(axis=0)
        else:
            counts = np.bincount(self.truth[~self.own_is_known], minlength=len(self.labels))
        found = self.unknown + Counter(dict(zip(self.labels, counts.tolist(), strict=True)))
        return {label: found[label] for label in (*self.labels, *self.unknown) if found[label]}

    def agreement(self) -> tuple[float, float]:
        """The fraction of judged labels that the models predict, and that of always the most frequent answer."""
        if self.labels.multi:
            if not self.known.any():
                return 0.0, 0.0
            right = (self.probabilities > DEFAULT_THRESHOLD) == self.truth
            counts, positive = self.known.sum(axis=0), (self.known & self.truth).sum(axis=0)
            often = np.maximum(positive, counts - positive).sum() / counts.sum()
            return float(right[self.known].mean()), float(often)
        kept = self.own_is_known
        if not kept.any():
            return 0.0, 0.0
        truth = self.truth[kept]
        totals = label_totals(truth, len(self.labels))
        right = self.probabilities[kept].argmax(axis=1) == truth
        return float(right.mean()), float(totals.max() / totals.sum())


def judge(examined: Examined, model: FoldModel, folds: int, seed: int, say: Callable[[str], None]) -> Judged:
    """Judge the training texts by cross-validation, and validation texts of a file by a model of all training texts.

    Raises ``InputError`` as ``out_of_fold`` does.
    """
    found = out_of_fold(examined, model, folds, seed, say)
    split = examined.split_of[found.places]
    at = examined.places[found.places]
    place = np.empty_like(at)
    for number in np.unique(split).tolist():
        place[split == number] = np.searchsorted(examined.splits[number].places, at[split == number])
    parts, unknown = [(split, place, found)], Counter[str]()
    names = set(examined.labels)
    for number in examined.own:
        own = of_own_split(examined, examined.splits[number], model, say)
        if own is not None:
            parts.append((np.full(len(own.places), number), own.places, own))
            texts = examined.splits[number].texts
            unknown.update(name for one in texts.label_sets for name in one if name not in names)
    return Judged(
        examined.labels,
        split=np.concatenate([part[0] for part in parts]),
        place=np.concatenate([part[1] for part in parts]),
        truth=np.concatenate([part[2].truth for part in parts]),
        probabilities=np.concatenate([part[2].probabilities for part in parts]),
        known=np.concatenate([part[2].known for part in parts]),
        weights=_weights([part[2] for part in parts]),
        unknown=unknown,
    )


def _weights(parts: list[OutOfFold]) -> NDArray[np.float32] | None:
    if all(one.weights is None for one in parts):
        return None
    return np.concatenate(
        [np.ones(len(one.places), np.float32) if one.weights is None else one.weights for one in parts]
    )
