"""Averages the weights of runs that share a start: a model soup (Wortsman et al. 2022, "Model soups: averaging weights
of multiple fine-tuned models improves accuracy without increasing inference time")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqclf.calibration.scored import VALIDATION, encoded_split
from seqclf.data.encoded import EncodedTexts
from seqclf.ensembles.candidates import Candidate, why_no_validation
from seqclf.ensembles.ensemble import Made
from seqclf.ensembles.measure import Scored, baseline_of, chosen_thresholds, mean_prior, mean_thresholds, measured
from seqclf.ensembles.new_run import Content, write_run
from seqclf.ensembles.soup_checks import check_mixable
from seqclf.errors import InputError, SeqclfError
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.labels import Labels
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.metrics.measured import Measured
from seqclf.run_answers import KeptAnswers
from seqclf.run_members import SOUP
from seqclf.tasks.classification.kept import kept_answers

Say = Callable[[str], None]
Recipe = Literal["greedy", "uniform"]
Arrays = list[NDArray[Any]]


def make_soup(runs: Path, candidates: Sequence[Candidate], name: str, recipe: Recipe, say: Say) -> Made:
    """Write the mean of the weights of runs as a new run of the folder ``runs``. TensorFlow must have been started.

    ``uniform`` averages all runs. ``greedy`` (recipe 1 of the paper) takes them in the order of their validation
    accuracy, and keeps a run if the mean with it is at least as accurate on the validation texts as without it;
    multi-label, by micro F1. The mean is not calibrated, even if the runs are. Multi-label, its thresholds are chosen
    anew.

    Raises:
        InputError: the weights cannot be averaged, or ``greedy`` lacks validation texts that the runs share.
        SeqclfError: no mean is as good as the best run, or the run cannot be written.
    """
    check_mixable(candidates)
    why_not, labels = why_no_validation(candidates), candidates[0].labels
    if recipe == "greedy" and why_not is not None:
        raise InputError(f"--soup greedy: {why_not}; average all of them with --uniform")
    say(f"Loading {len(candidates)} models")
    classifiers = [
        KerasClassifier.load(one.run).calibrated(None, one.run.uncalibrated_thresholds) for one in candidates
    ]
    pot = _Pot(classifiers[0], [one.model.get_weights() for one in classifiers], labels)
    if why_not is not None:
        places = list(range(len(candidates)))
        pot.use(places)
        thresholds = mean_thresholds(classifiers, [1.0] * len(classifiers), labels)
        mixed = _Mixed(candidates, classifiers, pot, places, thresholds, why_not=why_not)
        return _written(runs, name, recipe, mixed, say)
    texts = encoded_split(candidates[0].run, candidates[0].config, classifiers[0], VALIDATION, say)
    say(f"Predicting {len(texts):,} validation texts with each of them")
    alone = [pot.scored([place], texts)[0] for place in range(len(candidates))]
    places = list(range(len(candidates))) if recipe == "uniform" else _greedy(pot, alone, texts, candidates, say)
    metrics, chosen = pot.scored(places, texts)
    mixed = _Mixed(
        candidates, classifiers, pot, sorted(places), chosen, metrics=metrics, answers=pot.answers(texts, chosen)
    )
    made = _written(runs, name, recipe, mixed, say)
    parts = tuple(
        Scored(one.name, found, 1 / len(places) if place in places else None)
        for place, (one, found) in enumerate(zip(candidates, alone, strict=True))
    )
    return Made(
        made.run,
        parts,
        Scored(made.run.name, metrics),
        baseline_of([one.run for one in candidates], mixed.answers),
        left_out=tuple(one.name for place, one in enumerate(candidates) if place not in places),
    )


class _Pot:
    """A model that gets means of several models' weights."""

    def __init__(self, classifier: KerasClassifier, weights: Sequence[Arrays], labels: Labels) -> None:
        if len({tuple(array.shape for array in one) for one in weights}) > 1:
            raise InputError("--soup: the weights of the runs have different shapes, so they have no mean")
        self.classifier, self._weights, self._labels = classifier, weights, labels

    def use(self, places: Sequence[int]) -> None:
        """Give the model the mean of the weights of the runs in these places; integers, such as those that say which
        tokens form a word, are the same in all of them."""
        mean = [
            arrays[0] if np.issubdtype(arrays[0].dtype, np.integer) else np.mean(arrays, axis=0, dtype=np.float64)
            for arrays in zip(*(self._weights[place] for place in places), strict=True)
        ]
        self.classifier.model.set_weights(mean)

    def scored(self, places: Sequence[int], texts: EncodedTexts) -> tuple[ClassifierMetrics, tuple[float, ...] | None]:
        """The metrics of the mean, and the thresholds of its labels if it is multi-label."""
        self.use(places)
        logits = self.classifier.logits(texts)
        thresholds = chosen_thresholds(self.classifier.config, logits, texts, self._labels)
        return measured(logits, texts, self._labels, thresholds), thresholds

    def answers(self, texts: EncodedTexts, thresholds: tuple[float, ...] | None) -> KeptAnswers:
        """The answers of the model as it is."""
        return kept_answers(texts, self.classifier.logits(texts), self._labels, thresholds)


def _greedy(
    pot: _Pot, alone: Sequence[ClassifierMetrics], texts: EncodedTexts, candidates: Sequence[Candidate], say: Say
) -> list[int]:
    """The places of the runs that are kept, the best first."""
    scores = [_score(one) for one in alone]
    first, *others = sorted(range(len(alone)), key=lambda place: -scores[place])
    kept, best = [first], scores[first]
    for place in others:
        found = _score(pot.scored([*kept, place], texts)[0])
        if found >= best:
            kept, best = [*kept, place], found
    if len(kept) == 1:
        name = candidates[first].name
        raise SeqclfError(
            f"no mean of {name} with another of these runs is as good on the validation texts as {name} alone "
            f"({best:.4f}), so nothing was written; use {name}, or average probabilities (omit --soup)"
        )
    return kept


def _score(metrics: ClassifierMetrics) -> float:
    return metrics.value("micro_f1" if "micro_f1" in metrics.monitored() else "accuracy")


@dataclass(frozen=True)
class _Mixed:
    """The runs, and the places of those whose mean the model of ``pot`` has.

    Attributes:
        why_not: why the validation texts could not be used; None: they were.
    """

    candidates: Sequence[Candidate]
    classifiers: Sequence[KerasClassifier]
    pot: _Pot
    places: Sequence[int]
    thresholds: tuple[float, ...] | None
    metrics: ClassifierMetrics | None = None
    answers: KeptAnswers | None = None
    why_not: str | None = None


def _written(runs: Path, name: str, recipe: Recipe, mixed: _Mixed, say: Say) -> Made:
    kept = [mixed.candidates[place] for place in mixed.places]
    first, shares = mixed.candidates[0], [1 / len(kept)] * len(kept)
    whole = None
    if mixed.metrics is not None:
        baseline = baseline_of([one.run for one in mixed.candidates], mixed.answers)
        whole = Measured(first.config.data.describe(VALIDATION), mixed.metrics, baseline)
    content = Content(
        name,
        kept,
        mixed.pot.classifier.model,
        first,
        thresholds=mixed.thresholds,
        prior=mean_prior([mixed.classifiers[place] for place in mixed.places], shares, first.labels),
        validation=whole,
        notes={
            SOUP: {
                "recipe": recipe,
                "runs": [one.name for one in kept],
                "shared_validation": mixed.why_not is None,
                "left_out": [one.name for one in mixed.candidates if one not in kept],
            }
        },
        answers=mixed.answers,
    )
    return Made(write_run(runs, content, say), why_not=mixed.why_not)
