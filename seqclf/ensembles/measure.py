"""What the members and the ensemble score on the validation texts that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.encoded import EncodedTexts
from seqclf.evaluation.against_linear import linear_answers, paired_with
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.labels import Labels
from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.prior import Prior
from seqclf.run_answers import KeptAnswers
from seqclf.runs import Run
from seqclf.tasks.classification.measure import metrics_of
from seqclf.tasks.classification.validation import thresholds_of


@dataclass(frozen=True)
class Scored:
    """A model with its scores on the validation texts.

    Attributes:
        weight: of a member; None: the model is no member, or was left out.
    """

    name: str
    metrics: ClassifierMetrics
    weight: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The scores that a person sees first."""
        weight = {} if self.weight is None else {"weight": self.weight}
        return {"name": self.name, **weight, **dict(self.metrics.headline())}


def in_order(values: NDArray[Any], labels: Labels, own: Labels) -> NDArray[Any]:
    """Logits ``[texts, 1 or labels]`` of a model with the labels ``own`` in the order of ``labels``."""
    if labels.units == 1 and not labels.multi:  # the log odds of the second of two labels
        return values if own.names == labels.names else -values
    return values[:, [own.names.index(name) for name in labels]]


def own_thresholds(classifier: KerasClassifier, labels: Labels) -> tuple[float, ...] | None:
    """The thresholds of a classifier, of ``labels.with_thresholds``, which are its own labels in any order."""
    found, own = classifier.thresholds, classifier.labels
    if found is None or own.names == labels.names:
        return found
    if not labels.multi:  # that of the second of two labels, which is the first of ``labels``
        return (1 - found[0],)
    return tuple(found[own.names.index(name)] for name in labels)


def chosen_thresholds(
    config: Config, logits: NDArray[np.floating], texts: EncodedTexts, labels: Labels
) -> tuple[float, ...] | None:
    """The threshold of each label of a multi-label model, as its training would choose it; None: one label per text."""
    if not labels.multi:
        return None
    truth = texts.labels[:, : len(labels)]
    return tuple(map(float, thresholds_of(config.training, logits, truth, texts.relative_weights)))


def measured(
    logits: NDArray[np.floating], texts: EncodedTexts, labels: Labels, thresholds: Sequence[float] | None
) -> ClassifierMetrics:
    """All scores of a model from its logits, ``[texts, 1 or labels]``."""
    return metrics_of(logits, texts, labels, thresholds, evaluate=True)


def baseline_of(runs: Sequence[Run], answers: KeptAnswers | None) -> BaselineScores | None:
    """The scores of the baseline on the validation texts, which a run that shares them has measured.

    ``answers``: of the new model, which those of the linear model are compared with.
    """
    for run in runs:
        found = run.measured("validation").get("validation")
        if found is not None and found.baseline is not None:
            linear = None if answers is None else linear_answers(runs, "validation", answers)
            paired = None if answers is None or linear is None else paired_with(answers, linear[0])
            return found.baseline.with_paired(paired)
    return None


def mean_prior(classifiers: Sequence[KerasClassifier], weights: Sequence[float], labels: Labels) -> Prior | None:
    """The answer for texts without known tokens: the weighted mean of those of the members; None if one has none."""
    first, total = classifiers[0].prior, np.zeros(len(labels))
    for one, weight in zip(classifiers, weights, strict=True):
        if one.prior is None:
            return None
        total += weight * np.array([one.prior.frequencies[one.labels.names.index(name)] for name in labels])
    assert first is not None
    return Prior(first.unknown_id, tuple(map(float, total)), first.separator_id)


def mean_thresholds(
    classifiers: Sequence[KerasClassifier], weights: Sequence[float], labels: Labels
) -> tuple[float, ...] | None:
    """Without validation texts, the threshold of each label of a multi-label model: the weighted mean of those of the
    members; None: one label per text."""
    if not labels.multi:
        return None
    own = [own_thresholds(one, labels) for one in classifiers]
    return tuple(map(float, np.average(np.array(own, float), axis=0, weights=weights)))
