"""Find the suspect texts of a config: what ``seqclf suspects`` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from seqclf.config import Config
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.metrics.label_errors import label_errors, multi_label_errors, well_known
from seqclf.suspects.duplicates import Group, duplicate_groups
from seqclf.suspects.judged import Judged, judge
from seqclf.suspects.out_of_fold import FoldModel
from seqclf.suspects.splits import Examined, Split, examined_texts

SIMILARITY = 0.7
"""The default of the least similarity of near-duplicates."""

MOST_LISTED, FEWEST_LISTED = 0.1, 10
"""Limits for texts with several labels: at most a tenth of the texts that have a label are listed because they have it,
as many because they lack it, and ten where that is less. A model that knows a label badly contradicts far more."""

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
        share: multi-label: ``MultiLabelErrors.shares``.
    """

    split: int
    place: int
    given: tuple[str, ...]
    suggested: tuple[str, ...]
    about: str | None
    probability: float
    suggested_probability: float
    share: float = 0.0

    @property
    def score(self) -> float:
        """How certain it is that the label is wrong, at most 1: how much more probable the suggestion is; of several
        labels, by how much the decision is less probable than it usually is, as a fraction of that."""
        if self.about is not None:
            return max(0.0, 1 - self.share)
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
        examined: all splits.
        errors: the most certain first.
        groups: of equal and similar texts.
        judged: number of texts, or of decisions about labels, that were judged.
        judged_splits: indices of the splits whose labels were judged.
        agreement: the fraction of them in which the model predicts what is given.
        majority: the same of a model that always predicts the most frequent answer.
        unknown: number of texts that could not be judged by label, for labels with too few texts; of several, also for
            labels that the model hardly ever finds (``well_known``).
        left_out: multi-label: number of decisions that the model contradicts, too, but with less certainty than as many
            about the same label as are listed.
        why_not: why no label was judged; None if some were.
    """

    examined: Examined
    errors: tuple[LabelSuspect, ...]
    groups: tuple[Group, ...]
    judged: int
    judged_splits: frozenset[int]
    agreement: float
    majority: float
    unknown: dict[str, int]
    left_out: int = 0
    why_not: str | None = None

    @property
    def labels(self) -> Labels:
        return self.examined.labels

    @property
    def splits(self) -> tuple[Split, ...]:
        return self.examined.splits

    @property
    def only_compared(self) -> dict[str, int]:
        """Number of texts by split, of the splits whose labels were not judged."""
        splits = enumerate(self.splits)
        return {split.name: len(split.places) for place, split in splits if place not in self.judged_splits}

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
    """Judge the labels of training and validation texts, and compare the texts of all splits.

    Labels that cannot be judged at all, because they are all the same or all texts are equal, are an error only if
    there are no equal or similar texts to list.

    Args:
        model: fitted once for each fold, and once for validation texts of a file.
        folds: at least 2.
        similarity: the least Jaccard similarity of near-duplicates; None: only equal texts are found.
        say: called with each stage.

    Raises:
        InputError: for unusable texts, a task without labels, or too few texts for the folds. Else as ``model``.
    """
    if not config.task.needs_labels:
        raise InputError("task: language models have no labels to judge; give the config of a classifier")
    examined = examined_texts(config, say)
    judged = None if examined.why_not else judge(examined, model, folds, config.seed, say)
    say("Comparing texts")
    groups = tuple(duplicate_groups(examined.splits, similarity))
    if judged is None:
        if not groups:
            raise InputError(str(examined.why_not))
        return Suspects(examined, (), groups, 0, frozenset(), 0.0, 0.0, {}, why_not=examined.why_not)
    if judged.labels.multi:
        judged = replace(judged, known=judged.known & well_known(judged.probabilities, judged.truth))
    errors, left_out = _multi_label(examined, judged) if judged.labels.multi else (_single_label(judged), 0)
    return Suspects(
        examined,
        tuple(errors),
        groups,
        judged.number,
        frozenset(np.unique(judged.split).tolist()),
        *judged.agreement(),
        judged.not_judged,
        left_out,
    )


def _single_label(judged: Judged) -> list[LabelSuspect]:
    labels, kept = judged.labels, np.flatnonzero(judged.own_is_known)
    weights = None if judged.weights is None else judged.weights[kept]
    errors = label_errors(judged.probabilities[kept], judged.truth[kept], weights)
    columns = (errors.given, errors.suggested, errors.given_probability, errors.suggested_probability)
    return [
        LabelSuspect(*judged.where(kept[place]), (labels[given],), (labels[instead],), None, probability, other)
        for place, given, instead, probability, other in zip(
            errors.places.tolist(), *(column.tolist() for column in columns), strict=True
        )
    ]


def _multi_label(examined: Examined, judged: Judged) -> tuple[list[LabelSuspect], int]:
    """The decisions to list, and how many others there are."""
    errors = multi_label_errors(judged.probabilities, judged.truth, judged.weights)
    most = np.maximum(FEWEST_LISTED, np.ceil(MOST_LISTED * judged.truth.sum(axis=0))).astype(np.int64)
    known = judged.known[errors.places, errors.labels]
    chosen = errors.first_of_each(most)
    chosen = chosen[known[chosen]]
    columns = (errors.places, errors.labels, errors.given_probability, errors.shares)
    suspects = []
    for text, label, probability, share in zip(*(column[chosen].tolist() for column in columns), strict=True):
        split, place = judged.where(text)
        about = judged.labels[label]
        given = tuple(examined.splits[split].texts.label_sets[place])
        suggested = tuple(sorted(set(given) ^ {about}))
        suspects.append(LabelSuspect(split, place, given, suggested, about, probability, 1 - probability, share))
    return suspects, int(known.sum()) - len(chosen)
