"""The texts that the linear model is fitted to: their n-grams, their labels as far as known, how much they count.

A teacher (``training.teacher``) changes the targets of training texts, and adds unlabelled ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.data.taught import target_shares
from seqclf.label_weights import relative_weights
from seqclf.ngrams.features import Presence, numbers_of_ngrams, presence_of, sample, together
from seqclf.ngrams.solver import Targets
from seqclf.ngrams.targets import targets_of
from seqclf.sources.texts import digest
from seqclf.text.ngram_hash import NgramHash


@dataclass(frozen=True)
class FitTexts:
    """Texts to fit to.

    Attributes:
        presence: of the buckets in the texts.
        targets: of the texts; their weights include ``times``.
        times: how often each text counts, ``float32 [texts]``; None: once.
    """

    presence: Presence
    targets: Targets
    times: NDArray[np.float32] | None = None

    def of_columns(self, columns: NDArray[np.int64]) -> FitTexts:
        return replace(self, presence=self.presence.of_columns(columns))

    def of_texts(self, places: NDArray[np.int64]) -> FitTexts:
        times = None if self.times is None else self.times[places]
        return FitTexts(self.presence.of_texts(places), self.targets.chosen(places), times)

    def joined(self, other: FitTexts | None) -> FitTexts:
        """These texts, then the others."""
        if other is None:
            return self
        width = max(self.targets.weights.shape[1], other.targets.weights.shape[1])
        both = [
            np.broadcast_to(one.targets.weights, (len(one.targets.truth), width)).astype(np.float32)
            for one in (self, other)
        ]
        truth = np.concatenate([self.targets.truth, other.targets.truth])
        times = None
        if self.times is not None or other.times is not None:
            times = np.concatenate([_or_ones(self), _or_ones(other)])
        targets = Targets(truth, np.concatenate(both), self.targets.exclusive)
        return FitTexts(together(self.presence, other.presence), targets, times)


def _or_ones(texts: FitTexts) -> NDArray[np.float32]:
    return np.ones(len(texts.targets.truth), np.float32) if texts.times is None else texts.times


def taught_targets(
    config: Config,
    data: TrainingData,
    own: Targets,
    places: NDArray[np.int64],
    times: NDArray[np.float32] | None,
) -> Targets:
    """The targets of training texts, mixed with what the teacher says: the weighted sum of both cross-entropies is the
    cross-entropy with the weighted mean of both targets.

    The temperature is not used: the logits of a linear model with a penalty on its weights have no scale of their own.

    Args:
        own: from the labels, of the texts at ``places``; texts after them, of another split, have no teacher.
        times: how often each of the texts at ``places`` counts; None: once.
    """
    options, taught = config.training.teacher, data.taught
    if options is None or taught is None or taught.train is None or not len(places):
        return own
    theirs = _targets(config, data, taught.train[places], times)
    mixed = (1 - options.weight) * own.weights[: len(places)] + options.weight * theirs.weights
    parts = (1 - options.weight) * own.weights[: len(places)] * own.truth[: len(places)]
    parts = parts + options.weight * theirs.weights * theirs.truth
    truth = parts / np.maximum(mixed, np.finfo(np.float32).tiny)
    rest = own.weights[len(places) :]
    return Targets(
        np.concatenate([truth, own.truth[len(places) :]]).astype(np.float32),
        np.concatenate([np.broadcast_to(mixed, (len(mixed), rest.shape[1])), rest]).astype(np.float32),
        own.exclusive,
    )


def _targets(
    config: Config, data: TrainingData, probabilities: NDArray[np.float32], times: NDArray[np.float32] | None
) -> Targets:
    """The targets that a teacher gives."""
    options, labels = config.training.teacher, data.labels
    assert options is not None
    shares = target_shares(probabilities, options.model_copy(update={"temperature": 1.0}), multi=labels.multi)
    return targets_of(shares, labels, text_weights=times)


def with_unlabelled(
    config: Config, data: TrainingData, hashed: NgramHash, own: FitTexts, lengths: NDArray[np.int64]
) -> tuple[FitTexts, NDArray[np.int64]]:
    """These texts and the unlabelled ones that a teacher judges, and the indices of the latter.

    ``lengths``: of these texts, in tokens before truncation.
    """
    places = unlabelled_places(config, data, lengths)
    labelled = float(len(lengths) if own.times is None else own.times.sum())
    return own.joined(unlabelled_texts(config, data, hashed, places, labelled)), places


def no_unlabelled(data: TrainingData) -> NDArray[np.float32] | None:
    """Zeros for each unlabelled text, ``float32 [texts, units]``; None if a teacher says nothing about them."""
    if data.taught is None or data.taught.unlabelled is None:
        return None
    return np.zeros((len(data.taught.unlabelled), data.labels.units), np.float32)


def unlabelled_places(config: Config, data: TrainingData, beside: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of the unlabelled texts to fit to: those that training uses, or a sample; empty without a teacher.

    ``beside``: lengths of the other texts of the fit, in tokens before truncation.
    """
    taught = data.taught
    if data.unlabelled is None or taught is None or taught.unlabelled is None or taught.used is None:
        return np.zeros(0, np.int64)
    used = np.flatnonzero(taught.used)
    lengths = data.unlabelled.encoded.lengths[used]
    return used[sample(config, lengths, int(numbers_of_ngrams(config, beside).sum()))]


def unlabelled_texts(
    config: Config, data: TrainingData, hashed: NgramHash, places: NDArray[np.int64], labelled: float
) -> FitTexts | None:
    """The unlabelled texts at these places as their teacher sees them. Together they count as the labelled ones,
    ``labelled``, times ``training.teacher.unlabelled``; None if there are none."""
    if not len(places) or data.unlabelled is None or data.taught is None or data.taught.unlabelled is None:
        return None
    options = config.training.teacher
    assert options is not None
    times = np.full(len(places), options.unlabelled * labelled / len(places), np.float32)
    targets = _targets(config, data, data.taught.unlabelled[places], times)
    return FitTexts(presence_of(config, hashed, data.unlabelled.encoded, places), targets, times)


def lesson_key(config: Config, data: TrainingData) -> list[Any]:
    """What a fit depends on because of a teacher; empty without one."""
    options, taught = config.training.teacher, data.taught
    if options is None or taught is None:
        return []
    used = None if taught.used is None else digest(taught.used.tobytes())
    texts = None if data.unlabelled is None else data.unlabelled.part.fingerprint
    return [taught.about.get("answers"), used, texts, options.weight, options.unlabelled, options.hard]


def relative_times(*weights: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """The weights of the texts of several splits, on one scale; None if they have none."""
    given = [one for one in weights if one is not None]
    return relative_weights(np.concatenate(given)) if len(given) == len(weights) else None
