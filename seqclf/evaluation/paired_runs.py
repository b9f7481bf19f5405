"""Runs compared text by text by the answers that they have kept, without their models and without the texts.

Each run is compared with the first one, on the split that most of them have answered: test texts if they can be, else
validation texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from seqclf.data.label_spelling import counterparts
from seqclf.data.seen import Seen
from seqclf.errors import InputError
from seqclf.evaluation.answers_store import read_answers
from seqclf.evaluation.comparison import LOSS, Comparison, compared, usual_scores
from seqclf.evaluation.evidence.store import model_fingerprint
from seqclf.evaluation.paired_words import Outcome
from seqclf.labels import Labels
from seqclf.metrics.paired import CLEAR, certainty, holm
from seqclf.run_answers import Bound, KeptAnswers
from seqclf.run_teachers import known_to_teachers
from seqclf.runs import CLASSIFICATION, COMPLETE, Run

TEST, VALIDATION = "test", "validation"
SPLITS = (TEST, VALIDATION)


class WhyNot(Enum):
    """Why a run is not compared with the first one; of the first, why none is."""

    LANGUAGE_MODEL = "is a language model"
    INCOMPLETE = "is not complete"
    OTHER_LABELS = "has other labels"
    NO_ANSWERS = "has kept no answers"
    OUTDATED = "has changed since it was measured"
    DAMAGED = "has answers that cannot be read"
    OTHER_TEXTS = "answered other texts"
    OTHER_TRUTH = "answered the same texts with other labels"


@dataclass(frozen=True)
class Pair:
    """A run compared with the first one.

    Attributes:
        place: of the run among all.
        comparison: the run is ``first`` there, and the first of all runs ``second``.
        adjusted: the p-value of the first score for all pairs together (``holm``); None if it has none.
    """

    place: int
    comparison: Comparison
    adjusted: float | None


@dataclass(frozen=True)
class Paired:
    """The comparisons with the first run on one split.

    Attributes:
        split: None: no run could be compared.
        pairs: in the order of the runs.
        answers: to the texts of weight above 0, by the place of the run: those of the first and of each pair, with the
            labels in the order of the first's.
        bound: the texts, and the first run's model; None without pairs.
        why_not: why other runs were not compared, by their place; 0: why none was.
    """

    split: str | None
    pairs: tuple[Pair, ...]
    answers: Mapping[int, KeptAnswers]
    bound: Bound | None
    why_not: Mapping[int, WhyNot]


def paired(runs: Sequence[Run]) -> Paired:
    """Compare each run with the first. With two runs, by all usual scores; with more, by the main one alone.

    Accuracy is compared by McNemar's test, other scores by the paired bootstrap (``seqclf.metrics.paired``). The scores
    weigh texts as the first run does.

    A test split is used only if ``seqclf eval`` has measured the runs on it.
    """
    reasons = {place: why for place, run in enumerate(runs) if (why := _unfit(run)) is not None}
    if 0 in reasons:
        return Paired(None, (), {}, None, reasons)
    for place, run in enumerate(runs):
        if place and place not in reasons and _same_labels(run.labels, runs[0].labels) is None:
            reasons[place] = WhyNot.OTHER_LABELS
    candidates = [place for place in range(len(runs)) if place not in reasons]
    if len(candidates) == 1:
        return Paired(None, (), {}, None, reasons)
    found = [_on_split(runs, candidates, split) for split in SPLITS]
    best = max(found, key=lambda one: len(one.answers))  # of equal ones, the first
    if len(best.answers) < 2:
        best = min(found, key=lambda one: (0 in one.why_not, len(one.why_not)))  # that lacks least
        return Paired(None, (), {}, None, {**best.why_not, **reasons})
    return replace(best, why_not={**best.why_not, **reasons}, pairs=_pairs(best.answers))


def outcome_of(found: Paired, pair: Pair, runs: Sequence[Run], names: Sequence[str]) -> Outcome:
    """A run compared with the first one, for sentences about them; ``names``: of the runs."""
    places = (pair.place, 0)
    first, second = (_seen(runs[place], found.split or "", pair.comparison.texts) for place in places)
    return Outcome((names[pair.place], names[0]), pair.comparison, (first, second))


def _seen(run: Run, split: str, texts: int) -> Seen | None:
    """How many of the texts the run was trained or validated on, as ``seqclf eval`` has counted them."""
    try:
        known = known_to_teachers(run.manifest).get(split)
        of_teachers = 0 if known is None else min(known.known, texts)
        if split == VALIDATION:
            return Seen(texts, 0, texts, of_teachers)
        saved = run.metrics.get(split)
    except InputError:
        return None
    counts = [saved.get(name) if isinstance(saved, dict) else None for name in ("trained_on", "validated_on")]
    trained, validated = (one if isinstance(one, int) else None for one in counts)
    if trained is None or validated is None:
        return Seen(texts, 0, 0, of_teachers) if of_teachers else None
    return Seen(texts, trained, validated, of_teachers)


def verdicts(found: Paired, names: Sequence[str]) -> list[str]:
    """Which runs are better or worse than the first one by more than chance, all tests together.

    ``names``: of the runs.
    """
    kinds: dict[str, list[str]] = {"Better than": [], "Worse than": [], "Not shown to differ from": []}
    for pair in found.pairs:
        score = next(iter(pair.comparison.scores.values()))
        difference, where = score.difference, score.spread
        known = pair.adjusted is not None and difference
        clear = known and certainty(pair.adjusted or 0.0, where.low, where.high) == CLEAR
        kind = "Not shown to differ from" if not clear else "Better than" if (difference or 0) > 0 else "Worse than"
        kinds[kind].append(names[pair.place])
    return [f"{kind} {names[0]}: {', '.join(them)}" for kind, them in kinds.items() if them]


def _unfit(run: Run) -> WhyNot | None:
    """Why a run has no answers that can be compared, whatever it has kept."""
    try:
        manifest = run.manifest
        if manifest.get("task", CLASSIFICATION) != CLASSIFICATION:
            return WhyNot.LANGUAGE_MODEL
        if manifest["status"] not in COMPLETE or not run.labels:
            return WhyNot.INCOMPLETE
    except InputError:
        return WhyNot.INCOMPLETE
    return None


def _same_labels(labels: Labels, first: Labels) -> dict[str, str] | None:
    """The name in ``first`` of each of ``labels``; None if they are not the same."""
    if labels.multi != first.multi or len(labels) != len(first):
        return None
    names = counterparts(first, labels)
    return names if len(names) == len(labels) else None


def _on_split(runs: Sequence[Run], candidates: Sequence[int], split: str) -> Paired:
    """The answers to the texts of a split that can be compared with those of the first run, without the comparisons."""
    why_not: dict[int, WhyNot] = {}
    known: dict[int, tuple[KeptAnswers, Bound]] = {}
    for place in candidates:
        try:
            found = read_answers(runs[place], split)
            if found is None:
                why_not[place] = WhyNot.NO_ANSWERS
            elif found[1].model != model_fingerprint(runs[place]):
                why_not[place] = WhyNot.OUTDATED
            else:
                known[place] = found
        except (InputError, OSError):
            why_not[place] = WhyNot.DAMAGED
    if 0 not in known:
        return Paired(split, (), {}, None, why_not)
    first, bound = known.pop(0)
    answers = {0: first.counted}
    for place, (own, texts) in known.items():
        if texts.texts != bound.texts:
            why_not[place] = WhyNot.OTHER_TEXTS
            continue
        alike = in_terms_of(first, own)
        if alike is None:
            why_not[place] = WhyNot.OTHER_TRUTH
        else:
            answers[place] = alike.counted
    return Paired(split, (), answers, bound, why_not)


def in_terms_of(first: KeptAnswers, other: KeptAnswers) -> KeptAnswers | None:
    """``other`` with the label ids and the weights of ``first``, which are answers to the same texts.

    None if the texts have other labels in ``first``.
    """
    names = [*first.labels, *first.more_labels]
    same = _same_labels(other.labels, first.labels)
    if same is None or len(first) != len(other) or set(first.more_labels) != set(other.more_labels):
        return None
    order = np.array([names.index(same.get(name, name)) for name in (*other.labels, *other.more_labels)])
    if first.labels.multi:
        back = np.argsort(order)
        ids, predicted = other.ids[:, back], other.predicted[:, back]
    else:
        ids, predicted = order[other.ids], order[other.predicted]
    if not np.array_equal(ids, first.ids):
        return None
    more, weights = first.more_labels, first.weights
    return replace(other, labels=first.labels, ids=ids, predicted=predicted, more_labels=more, weights=weights)


def _pairs(answers: Mapping[int, KeptAnswers]) -> tuple[Pair, ...]:
    first, others = answers[0], {place: one for place, one in answers.items() if place}
    names = usual_scores(first.labels.multi)
    if len(others) > 1:
        names = names[:1]
    comparisons = []
    for other in others.values():
        kept = [name for name in names if name != LOSS or first.soft == other.soft]
        label_names = [*first.labels, *first.more_labels]
        comparisons.append(compared(other, first, kept, label_names=label_names))
    p_values = [one.scores[names[0]].spread.p_value for one in comparisons]
    known = [place for place, value in enumerate(p_values) if value is not None]
    joint = dict(zip(known, holm([value for value in p_values if value is not None]), strict=True))
    return tuple(
        Pair(place, one, joint.get(number)) for number, (place, one) in enumerate(zip(others, comparisons, strict=True))
    )
