"""Two classifiers compared on the same labelled texts: by scores, by label and text by text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.metrics.kinds import scores_type
from seqclf.metrics.paired import (
    BOOTSTRAP,
    MANY_TEXTS,
    NORMAL,
    UNKNOWN_SPREAD,
    McNemar,
    Spread,
    holm,
    mcnemar,
    mean_spread,
    spread,
)
from seqclf.tasks.classification.answers import Decided
from seqclf.tasks.classification.draws import SEED
from seqclf.tasks.classification.resampled_scores import ResampledScores
from seqclf.tasks.classification.resamples import number_of_resamples, resampled

ACCURACY, LOSS = "accuracy", "loss"


@dataclass(frozen=True)
class ScoreDifference:
    """One score of both classifiers.

    Attributes:
        first, second: None: not defined for these texts.
        spread: the interval of ``first - second`` by the bootstrap (by the normal distribution if ``test`` is
            ``NORMAL``), and the p-value of ``test``.
        test: how the p-value was computed (``seqclf.metrics.paired``); None without one.
        resamples: of the bootstrap; 0 without it.
    """

    first: float | None
    second: float | None
    spread: Spread
    test: str | None
    resamples: int

    @property
    def difference(self) -> float | None:
        """None if a score is not defined."""
        return None if self.first is None or self.second is None else self.first - self.second

    def to_json(self) -> dict[str, Any]:
        values = {"run": self.first, "against": self.second, "difference": self.difference}
        return {**values, **vars(self.spread), "test": self.test, "resamples": self.resamples}


@dataclass(frozen=True)
class LabelDifference:
    """How often only one of two classifiers is right about a label.

    With one label per text, of the texts that have the label; multi-label, of the decisions on it, one for each text.

    Attributes:
        texts: number of texts that have it.
        first, second: its F1; None: not defined.
        p_value: of McNemar's test.
        adjusted: the p-value for all labels together (``holm``).
    """

    texts: int
    first: float | None
    second: float | None
    only_first: int
    only_second: int
    p_value: float
    adjusted: float

    def to_json(self) -> dict[str, Any]:
        f1 = {"run": self.first, "against": self.second}
        only = {"only_run_right": self.only_first, "only_against_right": self.only_second}
        return {"texts": self.texts, "f1": f1, **only, "p_value": self.p_value, "p_value_holm": self.adjusted}


@dataclass(frozen=True)
class Comparison:
    """Two classifiers on the same texts, without those of weight 0.

    A classifier is right about a text if it predicts exactly its labels.

    Attributes:
        scores: by name.
        labels: by name, those that the classifiers lack last.
        both, neither: number of texts that both, or none of them, are right about.
        only_first, only_second: number of texts that only one of them is right about.
        mcnemar: None if texts have weights: the test counts texts.
        differing: places of the texts whose predictions differ; those that only one classifier is right about first,
            ordered by how differently the two see the truth (the difference of their losses).
    """

    multi: bool
    scores: Mapping[str, ScoreDifference]
    labels: Mapping[str, LabelDifference]
    both: int
    neither: int
    only_first: int
    only_second: int
    mcnemar: McNemar | None
    differing: NDArray[np.int64]

    @property
    def texts(self) -> int:
        return self.both + self.neither + self.only_first + self.only_second

    def to_json(self) -> dict[str, Any]:
        """``run`` is the first classifier, ``against`` the second."""
        test = None if self.mcnemar is None else {"p_value": self.mcnemar.p_value, "test": self.mcnemar.test}
        right = {
            "both": self.both,
            "only_run": self.only_first,
            "only_against": self.only_second,
            "neither": self.neither,
        }
        return {
            "texts": self.texts,
            "scores": {name: one.to_json() for name, one in self.scores.items()},
            "right": right,
            "mcnemar": test,
            "bootstrap": {"method": "percentile", "seed": SEED},
            "labels": {name: one.to_json() for name, one in self.labels.items()},
        }


def usual_scores(multi: bool) -> tuple[str, ...]:
    """The scores that are compared if none is named, the most telling one first."""
    return ("micro_f1", "macro_f1", ACCURACY, LOSS) if multi else (ACCURACY, "macro_f1", LOSS)


def compared(
    first: Decided,
    second: Decided,
    names: Sequence[str],
    *,
    label_names: Sequence[str],
) -> Comparison:
    """Compare the answers of two classifiers to the same texts.

    Args:
        names: of scores, also other names for them, but none of ``NOT_COMPARED``.
        label_names: all labels, those that the classifiers lack last.
    """
    right, other = first.right, second.right
    only_first, only_second = int((right & ~other).sum()), int((other & ~right).sum())
    test = None if first.weights is not None else mcnemar(only_first, only_second)
    return Comparison(
        first.labels.multi,
        _score_differences(first, second, names, test),
        _label_differences(first, second, label_names),
        int((right & other).sum()),
        int((~right & ~other).sum()),
        only_first,
        only_second,
        test,
        _differing(first, second),
    )


def _score_differences(
    first: Decided, second: Decided, names: Sequence[str], test: McNemar | None
) -> dict[str, ScoreDifference]:
    aliases = scores_type(first.labels.multi).aliases
    meant = {name: aliases.get(name, name) for name in names}
    wanted = list(dict.fromkeys(meant.values()))
    values = []
    for answers in (first, second):
        weights = np.ones(len(answers)) if answers.weights is None else answers.weights
        found = ResampledScores(answers, np.arange(len(answers)), wanted)(weights[np.newaxis])[0]
        values.append([None if np.isnan(value) else float(value) for value in found])
    many = LOSS in wanted and len(first) >= MANY_TEXTS
    resamples = resampled(first, second, [name for name in wanted if not (many and name == LOSS)])
    differences = {}
    for name, one, another in zip(wanted, *values, strict=True):
        where, number = UNKNOWN_SPREAD, number_of_resamples(name) if name in resamples else 0
        if one is not None and another is not None:
            pair = resamples.get(name)
            where = _spread_of_loss(first, second) if pair is None else spread(pair[0] - pair[1], len(first))
        how = None if where.p_value is None else BOOTSTRAP if name in resamples else NORMAL
        if name == ACCURACY and test is not None:
            where, how = Spread(where.low, where.high, test.p_value), test.test
        differences[name] = ScoreDifference(one, another, where, how, number)
    return {name: differences[meant[name]] for name in names}


def _spread_of_loss(first: Decided, second: Decided) -> Spread:
    """The spread of the difference of the mean losses, over the texts that count for them."""
    known = first.known
    apart = first.losses[known].astype(np.float64) - second.losses[known]
    return mean_spread(apart, None if first.weights is None else first.weights[known])


def _label_differences(first: Decided, second: Decided, names: Sequence[str]) -> dict[str, LabelDifference]:
    found = [_of_label(first, second, label) for label in range(first.width)]
    tests = [mcnemar(only_first, only_second) for _, _, _, only_first, only_second in found]
    adjusted = holm([test.p_value for test in tests])
    return {
        name: LabelDifference(*one, test.p_value, joint)
        for name, one, test, joint in zip(names, found, tests, adjusted, strict=True)
    }


def _of_label(first: Decided, second: Decided, label: int) -> tuple[int, float | None, float | None, int, int]:
    """The texts of a label, its F1 by both classifiers, and how often only one of them is right."""
    truth = first.ids[:, label] if first.labels.multi else first.ids == label
    found = [one.predicted[:, label] if first.labels.multi else one.predicted == label for one in (first, second)]
    weights = np.ones(len(first)) if first.weights is None else first.weights
    f1 = []
    for predicted in found:
        both = float(weights[predicted].sum() + weights[truth].sum())
        f1.append(2 * float(weights[predicted & truth].sum()) / both if both > 0 else None)
    looked_at = slice(None) if first.labels.multi else truth
    right, other = ((predicted == truth)[looked_at] for predicted in found)
    return int(truth.sum()), f1[0], f1[1], int((right & ~other).sum()), int((other & ~right).sum())


def _differing(first: Decided, second: Decided) -> NDArray[np.int64]:
    """Places of the texts with different predictions, in the order of ``Comparison.differing``."""
    differs = first.predicted != second.predicted
    places = np.flatnonzero(differs.any(axis=1) if first.labels.multi else differs)
    apart = np.abs(first.losses - second.losses)[places]
    one_right = (first.right != second.right)[places]
    order = np.lexsort((places, -apart, ~one_right))
    chosen: NDArray[np.int64] = places[order]
    return chosen
