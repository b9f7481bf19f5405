"""The texts of a split that a model gets most wrong, and those whose labels may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.decisions import Decider
from seqclf.evaluation.evidence.content import LabelError, ShownText, WrongText
from seqclf.evaluation.evidence.shortened import without_surrogates
from seqclf.evaluation.slices import correct_texts
from seqclf.labels import Labels
from seqclf.metrics.calibration import blocks
from seqclf.metrics.label_errors import LabelErrors, label_errors, multi_label_errors, well_known

MOST_TEXTS = 20

_LEAST_PROBABILITY = 1e-300
_NO_TEXT = ShownText("")
T = TypeVar("T", WrongText, LabelError)


@dataclass(frozen=True)
class Judged:
    """Texts and what a model says about them.

    Attributes:
        labels: of the model.
        probabilities: of these labels, ``float [texts, labels]``.
        thresholds: of ``labels.with_thresholds``; None: the most probable label is predicted.
    """

    labels: Labels
    texts: EncodedTexts
    probabilities: NDArray[np.floating]
    thresholds: tuple[float, ...] | None = None

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Which texts have exactly the predicted labels, ``bool [texts]``."""
        return correct_texts(self.probabilities, self.texts, self.thresholds)

    @cached_property
    def known(self) -> NDArray[np.int64]:
        """Places of the texts that count and whose labels are the model's: probabilities say nothing about others."""
        counted, ids = self.texts.counted, self.texts.labels
        if self.labels.multi:
            return counted
        return counted[ids[counted] < len(self.labels)]

    @property
    def known_probabilities(self) -> NDArray[np.floating]:
        """The probabilities of the ``known`` texts, ``float [known, labels]``; no copy if they are all texts."""
        return self.probabilities if len(self.known) == len(self.texts) else self.probabilities[self.known]

    @cached_property
    def truth(self) -> NDArray[Any]:
        """The labels of the ``known`` texts, without labels that the model lacks; as ``EncodedTexts.labels``."""
        known: NDArray[Any] = self.texts.labels[self.known]
        return known[:, : len(self.labels)] if self.labels.multi else known

    @cached_property
    def weights(self) -> NDArray[np.float32] | None:
        """How much each of the ``known`` texts counts, ``float32 [known]``; None: all the same."""
        relative = self.texts.relative_weights
        return None if relative is None else relative[self.known]

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """The cross-entropy of the ``known`` texts in nats, ``float64 [known]``; of several labels the sum."""
        found = np.empty(len(self.known))
        for rows in blocks(len(found)):
            given, truth = self.probabilities[self.known[rows]].astype(np.float64), self.truth[rows]
            if self.labels.multi:
                right = np.where(truth, given, 1 - given)
            else:
                right = given[np.arange(len(given)), truth][:, None]
            found[rows] = -np.log(right.clip(_LEAST_PROBABILITY)).sum(axis=1)
        return found

    def names_of(self, place: int) -> tuple[str, ...]:
        """The labels of a text in the data."""
        names, own = [*self.labels, *map(without_surrogates, self.texts.more_labels)], self.texts.labels[place]
        return tuple(names[label] for label in np.flatnonzero(own)) if self.labels.multi else (names[int(own)],)


@dataclass(frozen=True)
class Found(Generic[T]):
    """The first of some texts, whose ``shown`` is filled in when they are read, with their places; and how many there
    are in all."""

    places: tuple[int, ...] = ()
    items: tuple[T, ...] = ()
    all: int = 0


def wrong_texts(judged: Judged, most: int = MOST_TEXTS) -> Found[WrongText]:
    """The wrong predictions with the highest probability; with several labels per text, those of the largest loss.

    Texts whose only label the model lacks are counted but not among them.
    """
    wrong = ~judged.correct[judged.known]
    places, losses = judged.known[wrong], judged.losses[wrong]
    if judged.labels.multi:
        order = np.argsort(-losses, kind="stable")
    else:
        order = np.lexsort((-losses, -_predicted_probability(judged, places)))
    chosen = order[:most]
    decided = Decider(judged.labels, judged.thresholds)(judged.probabilities[places[chosen]])
    items = []
    for place, loss, predicted in zip(places[chosen].tolist(), losses[chosen].tolist(), decided, strict=True):
        names = judged.names_of(place)
        probabilities = _named(judged, place, [*predicted, *names])
        items.append(WrongText(_NO_TEXT, names, predicted, probabilities, loss))
    return Found(tuple(places[chosen].tolist()), tuple(items), int((~judged.correct[judged.texts.counted]).sum()))


def _predicted_probability(judged: Judged, places: NDArray[np.int64]) -> NDArray[np.floating]:
    """The probability of the predicted label of texts with one label each, ``[places]``."""
    found = judged.probabilities[places]
    if judged.thresholds is None:
        highest: NDArray[np.floating] = found.max(axis=1)
        return highest
    second: NDArray[np.floating] = found[:, 1]
    return np.where(second > judged.thresholds[0], second, found[:, 0])


def _named(judged: Judged, place: int, names: Sequence[str]) -> dict[str, float]:
    """The probabilities of some labels of the model for a text, by name."""
    of_label = dict(zip(judged.labels, judged.probabilities[place].tolist(), strict=True))
    return {name: of_label[name] for name in names if name in of_label}


def doubtful_labels(judged: Judged, most: int = MOST_TEXTS) -> Found[LabelError]:
    """The texts whose labels the model contradicts most certainly (``seqclf.metrics.label_errors``).

    The model must not have been trained on the texts.
    """
    probabilities, names = judged.known_probabilities, judged.labels
    if not len(probabilities):
        return Found()
    if names.multi:
        return _doubtful_decisions(judged, most)
    errors = label_errors(probabilities, judged.truth, judged.weights)
    return _found(judged, errors.places, _contradicted(errors, names, most))


def _doubtful_decisions(judged: Judged, most: int) -> Found[LabelError]:
    """With several labels per text: labels that are wrongly there or lacking, and how many texts have such a label.

    Labels that the model hardly ever finds are left out (``well_known``).
    """
    probabilities, names = judged.known_probabilities, judged.labels
    decisions = multi_label_errors(probabilities, judged.truth, judged.weights)
    kept = well_known(probabilities, judged.truth)[decisions.labels]
    places, first = decisions.places[kept], np.flatnonzero(kept)[:most]
    columns = (decisions.labels[first], decisions.given[first], decisions.given_probability[first])
    rows = zip(*(values.tolist() for values in columns), strict=True)
    items = tuple(_decision(names[label], is_given, probability) for label, is_given, probability in rows)
    return Found(tuple(judged.known[places[:most]].tolist()), items, len(np.unique(places)))


def _found(judged: Judged, places: NDArray[np.int64], items: Sequence[LabelError]) -> Found[LabelError]:
    """``places``: of all label errors among the ``known`` texts."""
    return Found(tuple(judged.known[places[: len(items)]].tolist()), tuple(items), len(places))


def _decision(label: str, is_given: bool, probability: float) -> LabelError:
    """A label that is wrongly there or lacking; ``probability``: that it is not."""
    score = 1 - probability
    if is_given:
        return LabelError(_NO_TEXT, label, None, probability, None, score)
    return LabelError(_NO_TEXT, None, label, None, score, score)


def _contradicted(errors: LabelErrors, names: Labels, most: int) -> list[LabelError]:
    rows = zip(
        errors.given.tolist(),
        errors.suggested.tolist(),
        errors.given_probability.tolist(),
        errors.suggested_probability.tolist(),
        errors.margins.tolist(),
        strict=True,
    )
    return [
        LabelError(_NO_TEXT, names[given], names[suggested], of_given, of_suggested, 1 - margin)
        for given, suggested, of_given, of_suggested, margin in list(rows)[:most]
    ]
