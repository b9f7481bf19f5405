"""Scores of the linear model and the majority class on labelled texts, with the network's metrics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.linear import LinearModel, fit
from seqclf.baseline.ngrams import Unit
from seqclf.files import write_json
from seqclf.label_weights import ClassWeights, label_totals, label_weights, relative_weights
from seqclf.labels import DEFAULT_THRESHOLD, Labels
from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.kinds import ClassifierScores
from seqclf.run_answers import KeptAnswers
from seqclf.tasks.classification.answers import Answers
from seqclf.tasks.classification.kept import to_keep
from seqclf.tasks.classification.metrics import classification_metrics
from seqclf.tasks.classification.multi_label import (
    multi_label_metrics,
    per_label_thresholds,
    shared_thresholds,
    sigmoid,
)

_ABOUT = "about.json"
_RARE = 1e-9  # the fraction assumed for a label that no training text has


@dataclass(frozen=True)
class Part:
    """Labelled texts of a split, or a sample of them.

    Attributes:
        truth: label ids, ``int [texts]``; which labels apply, ``bool [texts, labels]``; or the probability of each
            label, ``float32 [texts, labels]``. ``more_labels`` come after the labels of the training texts.
        all_texts: number of texts in the split.
        more_labels: labels that no training text has.
        places: of the texts among all texts of the split that a network is measured on, ascending, ``int64 [texts]``;
            None: they are all of them.
        weights: how much each text counts, above 0, ``float32 [texts]``; None: all the same.
    """

    texts: Sequence[str]
    truth: NDArray[Any]
    all_texts: int
    more_labels: tuple[str, ...] = ()
    weights: NDArray[np.float32] | None = None
    places: NDArray[np.int64] | None = None

    def shares_of(self, labels: Labels) -> NDArray[np.float64]:
        """The fraction of the texts, by weight, that have each label, ``float64 [labels]``."""
        total = len(self.texts) if self.weights is None else self.weights.sum(dtype=np.float64)
        shares: NDArray[np.float64] = label_totals(self.truth, len(labels), self.weights) / total
        return shares


@dataclass(frozen=True)
class Baseline:
    """Both baselines.

    Attributes:
        shares: fraction of the training texts that have each label.
        thresholds: of the linear model, for multi-label data; else None.
        majority_thresholds: of the classifier that always predicts ``shares``.
        training_texts: number of texts that the linear model was trained on.
        all_training_texts: number of all training texts.
    """

    linear: LinearModel
    shares: list[float]
    thresholds: list[float] | None
    majority_thresholds: list[float] | None
    training_texts: int
    all_training_texts: int

    @classmethod
    def fit(
        cls,
        train: Part,
        validation: Part | None,
        labels: Labels,
        *,
        unit: Unit,
        thresholds: str | float,
        class_weights: ClassWeights | None = None,
    ) -> Baseline:
        """Fit to the training texts. ``thresholds`` and ``class_weights`` are options of ``training`` and have the same
        effect as for the network; thresholds are chosen on the validation texts. Of probabilities of labels, the linear
        model learns the most probable one."""
        of_texts = None if train.weights is None else relative_weights(train.weights)
        ids = train.truth.argmax(axis=1) if train.truth.dtype == np.float32 else train.truth
        weights = label_weights(class_weights, labels, ids, of_texts)
        linear = fit(train.texts, ids, len(labels), unit, weights=weights, text_weights=of_texts)
        shares = train.shares_of(labels)
        sizes = {"training_texts": len(train.texts), "all_training_texts": train.all_texts}
        if not labels.multi:
            return cls(linear, shares.tolist(), None, None, **sizes)
        always = shared_thresholds(np.broadcast_to(shares, train.truth.shape), train.truth, of_texts)
        chosen = np.full(len(labels), DEFAULT_THRESHOLD if isinstance(thresholds, str) else thresholds)
        if isinstance(thresholds, str) and validation is not None:
            choose = per_label_thresholds if thresholds == "per_label" else shared_thresholds
            found = sigmoid(linear.logits(validation.texts))
            given = None if validation.weights is None else relative_weights(validation.weights)
            chosen = choose(found, validation.truth[:, : len(labels)], given)
        return cls(linear, shares.tolist(), chosen.tolist(), always.tolist(), **sizes)

    def scores(self, part: Part, labels: Labels) -> BaselineScores:
        """Scores of the linear model and of the majority class on ``part``."""
        return self.measured(part, labels)[0]

    def measured(self, part: Part, labels: Labels) -> tuple[BaselineScores, KeptAnswers]:
        """The scores on ``part``, and what the linear model answered to each of its texts."""
        logits = self.linear.logits(part.texts)
        thresholds = None if self.thresholds is None else tuple(self.thresholds)
        answers = Answers(labels, part.truth, logits, len(labels) + len(part.more_labels), thresholds)
        weights = None if part.weights is None else relative_weights(part.weights)
        return self._scores(part, labels, logits), to_keep(answers, weights, part.more_labels, part.places)

    def _scores(self, part: Part, labels: Labels, logits: NDArray[np.floating]) -> BaselineScores:
        shares = np.clip(np.array(self.shares), _RARE, 1 - _RARE)
        always = np.log(shares) - np.log1p(-shares) if labels.multi else np.log(shares)
        if labels.units == 1 and not labels.multi:
            always = always[1:] - always[:1]
        majority = np.broadcast_to(always, (len(part.texts), len(always)))
        return BaselineScores(
            linear=_scores(logits, part, labels, self.thresholds),
            majority=_scores(majority, part, labels, self.majority_thresholds),
            unit=self.linear.unit,
            training_texts=self.training_texts,
            all_training_texts=self.all_training_texts,
            texts=len(part.texts),
            all_texts=part.all_texts,
        )

    def save(self, folder: Path) -> None:
        self.linear.save(folder)
        write_json(folder / _ABOUT, {name: value for name, value in vars(self).items() if name != "linear"})

    @classmethod
    def load(cls, folder: Path) -> Baseline:
        return cls(LinearModel.load(folder), **json.loads((folder / _ABOUT).read_text(encoding="utf-8")))


def _scores(
    logits: NDArray[np.floating], part: Part, labels: Labels, thresholds: Sequence[float] | None
) -> ClassifierScores:
    if thresholds is None:
        return classification_metrics(logits, part.truth, labels, part.more_labels, part.weights).scores
    return multi_label_metrics(logits, part.truth, labels, thresholds, part.more_labels, weights=part.weights).scores
