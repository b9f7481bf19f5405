"""Makes an ensemble: a run whose probabilities are the weighted mean of those of several runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.calibration.scored import VALIDATION, encoded_split, with_held_out
from seqclf.data.encoded import EncodedTexts
from seqclf.ensemble_recipe import Ensemble, Member
from seqclf.ensembles.candidates import Candidate, check_alike, why_no_validation
from seqclf.ensembles.loading import classifiers_of
from seqclf.ensembles.measure import (
    Scored,
    baseline_of,
    chosen_thresholds,
    in_order,
    mean_prior,
    mean_thresholds,
    measured,
    own_thresholds,
)
from seqclf.ensembles.mixing import best_weights, mixed_logits
from seqclf.ensembles.new_run import Content, write_run
from seqclf.errors import InputError
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.labels import Labels
from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.measured import Measured
from seqclf.model.ensemble import ensemble_model, member_name
from seqclf.run_held_out import HeldOut
from seqclf.run_members import ENSEMBLE
from seqclf.runs import Run
from seqclf.tasks.classification.kept import kept_answers

_LEAST_SHARE = 1e-9  # less changes no probability, a float32

Say = Callable[[str], None]
Weights = Sequence[float] | Literal["validation"] | None
"""Weights of the members; ``validation``: those with the least log loss on the validation texts; None: all the same."""


@dataclass(frozen=True)
class Made:
    """A new run, and what it and the runs that it was made of score on the validation texts.

    Attributes:
        parts: of the runs, in their order; empty if the validation texts could not be used.
        whole: of the new run; None if they could not.
        why_not: why they could not.
        left_out: names of runs that the new one has nothing of.
        chose_weights: whether the weights were chosen on the validation texts.
    """

    run: Run
    parts: tuple[Scored, ...] = ()
    whole: Scored | None = None
    baseline: BaselineScores | None = None
    why_not: str | None = None
    left_out: tuple[str, ...] = ()
    chose_weights: bool = False


@dataclass(frozen=True)
class _Parts:
    """The runs with all that is known of them.

    Attributes:
        shares: their weights, with the sum 1.
        labels: those of the first candidate.
        logits: on the validation texts, in the order of ``labels``; empty if these cannot be used.
    """

    candidates: Sequence[Candidate]
    classifiers: Sequence[KerasClassifier]
    shares: Sequence[float]
    labels: Labels
    logits: Sequence[NDArray[np.floating]] = ()

    def kept(self) -> _Parts:
        """Without those of weight 0. Raises ``InputError`` if fewer than two are left."""
        places = [place for place, share in enumerate(self.shares) if share > 0]
        if len(places) < 2:
            only = self.candidates[places[0]].name
            raise InputError(
                f"--weights: only {only} has a weight above 0, and one run is no ensemble; use {only} as it is, or "
                "omit --weights"
            )
        rows = [values for values in (self.candidates, self.classifiers, self.shares, self.logits) if len(values)]
        candidates, classifiers, shares, *logits = ([values[place] for place in places] for values in rows)
        return _Parts(candidates, classifiers, shares, self.labels, *logits)  # type: ignore[arg-type]

    def named(self) -> list[dict[str, Any]]:
        """For the manifest."""
        return [{"name": one.name, "weight": share} for one, share in zip(self.candidates, self.shares, strict=True)]


def make_ensemble(runs: Path, candidates: Sequence[Candidate], name: str, weights: Weights, say: Say) -> Made:
    """Write an ensemble as a new run of the folder ``runs``. TensorFlow must have been started.

    A calibrated member is calibrated in the ensemble, too. Multi-label, the thresholds are chosen anew.

    Args:
        weights: of the candidates, 0 or more; they are divided by their sum. Those with 0 are left out.

    Raises:
        InputError: the runs cannot be joined, or a choice needs validation texts that they do not share.
        SeqclfError: the run cannot be written.
    """
    check_alike(candidates)
    why_not, labels = why_no_validation(candidates, takes_held_out=True), candidates[0].labels
    if weights == VALIDATION and why_not is not None:
        raise InputError(f"--weights validation: {why_not}; give the weights as numbers, or omit --weights")
    say(f"Loading {len(candidates)} models")
    classifiers = classifiers_of(candidates)
    texts: EncodedTexts | None = None
    logits: list[NDArray[np.floating]] = []
    if why_not is None:
        texts = encoded_split(candidates[0].files, candidates[0].config, classifiers[0], VALIDATION, say)
        say(f"Predicting {len(texts):,} validation texts with each of them")
        classifiers = [with_held_out(one, of.run, texts, say) for one, of in zip(classifiers, candidates, strict=True)]
        logits = [in_order(one.logits(texts), labels, one.labels) for one in classifiers]
    chosen = weights == VALIDATION and texts is not None
    shares = best_weights(logits, texts, labels) if chosen and texts is not None else _shares(weights, candidates)
    parts = _Parts(candidates, classifiers, shares, labels, logits)
    return replace(_written(runs, name, parts, texts, say, why_not=why_not), chose_weights=chosen)


def _shares(weights: Weights, candidates: Sequence[Candidate]) -> list[float]:
    """Given weights divided by their sum; those of an ensemble are divided among its members."""
    runs = candidates[-1].named + 1
    given = [1.0] * runs if weights is None else [float(one) for one in weights]
    if len(given) != runs:
        raise InputError(f"--weights: expected {runs} numbers, one for each run, found {len(given)}")
    shares = [given[one.named] / sum(given) * one.share for one in candidates]
    return [one if one > _LEAST_SHARE else 0.0 for one in shares]


def _written(
    runs: Path, name: str, parts: _Parts, texts: EncodedTexts | None, say: Say, *, why_not: str | None
) -> Made:
    """Measure and write the ensemble."""
    kept, labels = parts.kept(), parts.labels
    config = kept.candidates[0].config
    held_out = answers = None
    if texts is None:
        thresholds, whole, baseline = mean_thresholds(kept.classifiers, kept.shares, labels), None, None
    else:
        mixed = mixed_logits(kept.logits, kept.shares, labels)
        if any(one.run.was_fitted_to_validation for one in kept.candidates):
            held_out = HeldOut(mixed.astype(np.float32), kept.classifiers[0].logits_and_known(texts)[1])
        thresholds = chosen_thresholds(config, mixed, texts, labels)
        answers = kept_answers(texts, mixed, labels, thresholds)
        baseline = baseline_of([one.run for one in parts.candidates], answers)
        whole = Measured(config.data.describe(VALIDATION), measured(mixed, texts, labels, thresholds), baseline)
    content = Content(
        name,
        kept.candidates,
        _model(kept),
        parts.candidates[0],
        thresholds=thresholds,
        prior=mean_prior(kept.classifiers, kept.shares, labels),
        validation=whole,
        notes={ENSEMBLE: {"members": kept.named(), "shared_validation": why_not is None}},
        held_out=held_out,
        answers=answers,
    )
    run = write_run(runs, content, say)
    left_out = tuple(one.name for one in parts.candidates if one not in kept.candidates)
    if texts is None or whole is None:
        return Made(run, why_not=why_not, left_out=left_out)
    return Made(run, _scored(parts, texts), Scored(run.name, whole.metrics), baseline, left_out=left_out)


def _scored(parts: _Parts, texts: EncodedTexts) -> tuple[Scored, ...]:
    """What each run scores on the validation texts."""
    labels = parts.labels
    return tuple(
        Scored(one.name, measured(logits, texts, labels, own_thresholds(classifier, labels)), share or None)
        for one, classifier, share, logits in zip(
            parts.candidates, parts.classifiers, parts.shares, parts.logits, strict=True
        )
    )


def _model(parts: _Parts) -> keras.Model:
    """The model with the weights of the members."""
    members = []
    for one, share in zip(parts.classifiers, parts.shares, strict=True):
        calibration = one.calibration
        members.append(
            Member(one.config, share, one.labels, (1.0,) if calibration is None else calibration.temperatures)
        )
    first = parts.classifiers[0]
    width = 0 if first.extra is None else first.extra.width
    model = ensemble_model(Ensemble(tuple(members)), first.tokenizer.vocabulary_size, parts.labels, extra=width)
    for place, one in enumerate(parts.classifiers):
        model.get_layer(member_name(place)).set_weights(one.model.get_weights())
    return model
