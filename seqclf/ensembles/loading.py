"""The classifiers of candidates, also of those that are members of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from seqclf.ensembles.candidates import Candidate
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.model.build import build_model
from seqclf.model.ensemble import member_name
from seqclf.tasks.predictor import Predictor


def classifiers_of(candidates: Sequence[Candidate]) -> list[KerasClassifier]:
    """Load each. A member has the prior and the thresholds of its ensemble, which are the means of all members'.

    Raises ``InputError`` for a malformed model.
    """
    wholes: dict[Path, KerasClassifier] = {}
    found = []
    for one in candidates:
        if one.ensemble is None:
            found.append(KerasClassifier.load(one.run))
            continue
        folder = one.ensemble.folder
        if folder not in wholes:
            wholes[folder] = KerasClassifier.load(one.ensemble)
        found.append(_member(wholes[folder], one))
    return found


def _member(whole: KerasClassifier, one: Candidate) -> KerasClassifier:
    width = 0 if whole.extra is None else whole.extra.width
    model = build_model(one.config, whole.tokenizer.vocabulary_size, one.labels, extra=width)
    model.set_weights(whole.model.get_layer(member_name(one.place)).get_weights())
    prior, thresholds, places = whole.prior, whole.thresholds, [whole.labels.names.index(name) for name in one.labels]
    if prior is not None:
        prior = replace(prior, frequencies=tuple(prior.frequencies[place] for place in places))
    if thresholds is not None and whole.labels.multi:
        thresholds = tuple(thresholds[place] for place in places)
    elif thresholds is not None and whole.labels.names != one.labels.names:  # that of the second of two labels
        thresholds = (1 - thresholds[0],)
    predictor = Predictor(model, extra=whole.extra)
    alone = KerasClassifier(
        one.config, whole.tokenizer, one.labels, None, model, predictor, prior, whole.extra
    ).calibrated(one.run.calibration)
    return replace(alone, thresholds=thresholds)
