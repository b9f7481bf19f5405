"""Find the suspect texts of a config: what ``seqclf suspects`` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.errors import InputError
from seqclf.label_weights import label_totals
from seqclf.labels import DEFAULT_THRESHOLD, Labels
from seqclf.metrics.label_errors import label_errors, multi_label_errors, well_known
from seqclf.suspects.duplicates import Group, duplicate_groups
from seqclf.suspects.out_of_fold import FoldModel, OutOfFold, out_of_fold
from seqclf.suspects.splits import Examined, Split, examined_texts

SIMILARITY = 0.7
"""The default of the least similarity of near-duplicates."""

Say = Callable[[str], None]
Pair = tuple[str | None, str | None]


@dataclass(frozen=True)
class LabelSuspect:
    """A label that may be wrong.

    Attributes:
        split: index of the text's split.
        place: in the texts of the split.
        given, suggested: all labels of the text, as they are and as the model has them.
        about: multi-label: the label that is missing or too many.
        probability, suggested_probability: of the given label and of the suggested one; multi-label: that the decision
            about the label is right, and that it is wrong.
    """

    split: int
    place: int
    given: tuple[str, ...]
    suggested: tuple[str, ...]
    about: str | None
    probability: float
    suggested_probability: float

    @property
    def score(self) -> float:
        """How much more probable the suggestion is: above 0, at most 1."""
        return self.suggested_probability - self.probability

    @property
    def pair(self) -> Pair:
        """The given and the suggested label; multi-label: None is the absence of a label."""
        if self.about is None:
            return self.given[0], self.suggested[0]
        return (self.about, None) if self.about in self.given else (None, self.about)


@dataclass(frozen=True)
class Suspects:
    """What was found.

    Attributes:
        examined: the texts whose labels were judged, and all splits.
        errors: the most certain first.
        groups: of equal and similar texts.
        judged: number of texts, or of decisions about labels, that were judged.
        agreement: the fraction of them in which the model predicts what is given.
        majority: the same of a model that always predicts the most frequent answer.
        unknown: number of texts that could not be judged by label, for labels with too few texts; of several, also for
            labels that the model hardly ever finds (``well_known``).
    """

    examined: Examined
    errors: tuple[LabelSuspect, ...]
    groups: tuple[Group, ...]
    judged: int
    agreement: float
    majority: float
    unknown: dict[str, int]

    @property
    def labels(self) -> Labels:
        return self.examined.labels

    @property
    def splits(self) -> tuple[Split, ...]:
        return self.examined.splits

    @property
    def only_compared(self) -> dict[str, int]:
        """Number of texts by split, of the splits whose labels were not judged."""
        judged = set(np.unique(self.examined.split_of).tolist())
        return {split.name: len(split.places) for place, split in enumerate(self.splits) if place not in judged}

    @property
    def pairs(self) -> Counter[Pair]:
        """How many labels of each pair (``LabelSuspect.pair``) may be wrong."""
        return Counter(error.pair for error in self.errors)


def find_suspects(
    config: Config,
    model: FoldModel,
    *,
    folds: int = 5,
    similarity: float | None = SIMILARITY,
    say: Say = lambda _: None,
) -> Suspects:
    """Judge the labels of the training texts by cross-validation, and compare the texts of all splits.

    Args:
        model: fitted once for each fold.
        folds: at least 2.
        similarity: the least Jaccard similarity of near-duplicates; None: only equal texts are found.
        say: called with each stage.

    Raises:
        InputError: for unusable texts, a task without labels, or too few texts for the folds. Else as ``model``.
    """
    if not config.task.needs_labels:
        raise InputError("task: language models have no labels to judge; give the config of a classifier")
    examined = examined_texts(config, say)
    found = out_of_fold(examined, model, folds, config.seed, say)
    if examined.labels.multi:
        found = replace(found, known=found.known & well_known(found.probabilities, found.truth))
    say("Comparing texts")
    groups = duplicate_groups(examined.splits, similarity)
    errors = _multi_label(examined, found) if examined.labels.multi else _single_label(examined, found)
    agreement, majority = _agreement(examined.labels, found)
    return Suspects(
        examined, tuple(errors), tuple(groups), _judged(found), agreement, majority, _unknown(examined.labels, found)
    )


def _single_label(examined: Examined, found: OutOfFold) -> list[LabelSuspect]:
    labels = examined.labels
    kept = np.flatnonzero(_own_is_known(found))
    weights = None if found.weights is None else found.weights[kept]
    errors = label_errors(found.probabilities[kept], found.truth[kept], weights)
    columns = (errors.given, errors.suggested, errors.given_probability, errors.suggested_probability)
    return [
        LabelSuspect(
            *_where(examined, found.places[kept[place]]), (labels[given],), (labels[instead],), None, probability, other
        )
        for place, given, instead, probability, other in zip(
            errors.places.tolist(), *(column.tolist() for column in columns), strict=True
        )
    ]


def _multi_label(examined: Examined, found: OutOfFold) -> list[LabelSuspect]:
    errors = multi_label_errors(found.probabilities, found.truth, found.weights)
    known = found.known[errors.places, errors.labels]
    suspects = []
    for place, label, probability in zip(
        errors.places[known].tolist(),
        errors.labels[known].tolist(),
        errors.given_probability[known].tolist(),
        strict=True,
    ):
        split, in_split = _where(examined, found.places[place])
        about = examined.labels[label]
        given = tuple(examined.splits[split].texts.label_sets[in_split])
        suggested = tuple(sorted(set(given) ^ {about}))
        suspects.append(LabelSuspect(split, in_split, given, suggested, about, probability, 1 - probability))
    return suspects


def _where(examined: Examined, place: int) -> tuple[int, int]:
    """The split of an examined text, and its place there."""
    split = int(examined.split_of[place])
    return split, int(np.searchsorted(examined.splits[split].places, examined.places[place]))


def _own_is_known(found: OutOfFold) -> NDArray[np.bool_]:
    """Whether other folds have texts with the label of each text, ``bool [texts]``."""
    known: NDArray[np.bool_] = found.known[np.arange(len(found.truth)), found.truth]
    return known


def _judged(found: OutOfFold) -> int:
    return int(found.known.sum() if found.truth.ndim == 2 else _own_is_known(found).sum())


def _unknown(labels: Labels, found: OutOfFold) -> dict[str, int]:
    if found.truth.ndim == 2:
        counts: NDArray[Any] = (found.truth & ~found.known).sum(axis=0)
    else:
        counts = np.bincount(found.truth[~_own_is_known(found)], minlength=len(labels))
    return {label: count for label, count in zip(labels, counts.tolist(), strict=True) if count}


def _agreement(labels: Labels, found: OutOfFold) -> tuple[float, float]:
    """The fraction of the judged labels that the models predict, and that of always the most frequent answer."""
    if labels.multi:
        right = (found.probabilities > DEFAULT_THRESHOLD) == found.truth
        shares = found.truth.mean(axis=0)
        return float(right[found.known].mean()) if found.known.any() else 0.0, float(
            np.maximum(shares, 1 - shares).mean()
        )
    kept = _own_is_known(found)
    if not kept.any():
        return 0.0, 0.0
    truth = found.truth[kept]
    totals = label_totals(truth, len(labels))
    return float((found.probabilities[kept].argmax(axis=1) == truth).mean()), float(totals.max() / totals.sum())
