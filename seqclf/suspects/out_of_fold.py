"""Probabilities of the labels of each text, by models that have not seen the text (cross-validation, Stone 1974)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf import __version__
from seqclf.cache import cached, found
from seqclf.data.equal_texts import text_digests
from seqclf.data.label_sets import counted_texts, encode_labels
from seqclf.data.splits import stratified_folds
from seqclf.errors import InputError
from seqclf.label_weights import label_totals
from seqclf.labels import Labels
from seqclf.quantities import duration
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.suspects.splits import Examined, Split

_FORMAT = 1  # increment when the probabilities change but their key does not
_FILE = "probabilities.npy"


class FoldModel(Protocol):
    """A kind of model that is fitted once for each fold."""

    @property
    def key(self) -> str:
        """What decides the model, apart from texts and labels."""

    def announcement(self, times: int, texts: int) -> str:
        """What will be done, so that a user knows the cost: ``times`` models, each fitted to about ``texts`` texts."""

    def probabilities(self, train: LabelledTexts, held: LabelledTexts, labels: Labels) -> NDArray[np.float32]:
        """Fit to ``train``, and return the probability of each label for the texts ``held``, ``float32 [texts,
        labels]``; 0 for labels that no text of ``train`` has."""


@dataclass(frozen=True)
class OutOfFold:
    """Probabilities of the texts that count, by the models of their folds.

    Attributes:
        places: of the texts, ``int64 [texts]``; those of weight 0 are left out.
        truth: label ids, ``int32 [texts]``; or which labels apply, ``bool [texts, labels]``.
        probabilities: ``float32 [texts, labels]``.
        known: whether the model that judged a text was trained on texts with each label, ``bool [texts, labels]``.
        weights: how much each text counts, ``float32 [texts]``; None: all the same.
    """

    places: NDArray[np.int64]
    truth: NDArray[Any]
    probabilities: NDArray[np.float32]
    known: NDArray[np.bool_]
    weights: NDArray[np.float32] | None


def out_of_fold(
    examined: Examined, model: FoldModel, folds: int, seed: int, say: Callable[[str], None] = lambda stage: None
) -> OutOfFold:
    """Fit a model for each fold to the texts of the other folds.

    Equal texts, and texts of a group, are in one fold. Each finished fold is cached, so that a call after an
    interruption continues with the next one.

    Args:
        folds: at least 2.
        seed: decides which text goes to which fold.
        say: called before each fold.

    Raises:
        InputError: there are fewer sets of texts than folds.
    """
    places = np.arange(len(examined.texts))
    if examined.texts.weights is not None:
        counted_texts(examined.texts)  # raises if there are none
        places = np.flatnonzero(examined.texts.weights > 0)
    texts = examined.texts.chosen(places)
    sets = None if examined.sets is None else np.unique(examined.sets[places], return_inverse=True)[1]
    _check(len(texts) if sets is None else int(sets.max()) + 1, folds, examined)
    fold_of = stratified_folds(texts, folds, seed=seed, sets=sets)
    truth = encode_labels(texts, examined.labels)
    probabilities = np.zeros((len(texts), len(examined.labels)), np.float32)
    known = np.zeros(probabilities.shape, np.bool_)
    key = digest(_FORMAT, __version__, texts.digest, examined.labels, fold_of.tobytes(), model.key)
    left = [fold for fold in range(folds) if found("suspects", digest(key, fold)) is None]
    if left:
        say(model.announcement(len(left), round(len(texts) * (1 - 1 / folds))))
    seconds: list[float] = []
    for fold in range(folds):
        held, rest = np.flatnonzero(fold_of == fold), np.flatnonzero(fold_of != fold)
        known[held] = label_totals(truth[rest], len(examined.labels)) > 0

        def judge(folder: Path, held: NDArray[np.int64] = held, rest: NDArray[np.int64] = rest) -> None:
            train, others = texts.chosen(rest), texts.chosen(held)
            np.save(folder / _FILE, model.probabilities(train, others, examined.labels))

        say(_stage(fold, folds, left, seconds))
        began = time.monotonic()
        probabilities[held] = np.load(cached("suspects", digest(key, fold), judge) / _FILE)
        if fold in left:
            seconds.append(time.monotonic() - began)
    return OutOfFold(places, truth, probabilities, known, texts.weights)


def _stage(fold: int, folds: int, left: Sequence[int], seconds: Sequence[float]) -> str:
    """Which fold comes next, and how long it and the later ones take.

    Args:
        left: the folds that no earlier call has judged.
        seconds: that each of them took until now.
    """
    name = f"Fold {fold + 1} of {folds}"
    if fold not in left:
        return f"{name} (from an earlier call)"
    if not seconds:
        return name
    mean = sum(seconds) / len(seconds)
    return f"{name}; about {duration(mean * sum(one >= fold for one in left))} left"


def _check(sets: int, folds: int, examined: Examined) -> None:
    """Raise ``InputError`` if a fold would have no texts."""
    if sets < folds:
        what = "text" if examined.sets is None else "set of texts that belong together (equal ones, data.group)"
        advice = f"use at most --folds {sets}" if sets > 1 else "add texts"
        raise InputError(
            f"{examined.texts.origin}: {folds} folds need a {what} each, but there {'is' if sets == 1 else 'are'} only "
            f"{sets}; {advice}"
        )


def of_own_split(
    examined: Examined, split: Split, model: FoldModel, say: Callable[[str], None] = lambda stage: None
) -> OutOfFold | None:
    """Judge the texts of a split with a part of its own by a model fitted to all examined texts, but for those that the
    split has, too. The result is cached.

    Texts with labels that no examined text has are left out. ``OutOfFold.places`` are those in the split.

    Returns None if there is nothing to judge, or to learn from.
    """
    names, texts, weights = set(examined.labels), split.texts, examined.texts.weights
    counts = np.ones(len(texts), np.bool_) if texts.weights is None else texts.weights > 0
    places = np.flatnonzero(counts & np.array([names.issuperset(one) for one in texts.label_sets], np.bool_))
    is_new = ~np.isin(text_digests(examined.texts.texts), text_digests(texts.texts))
    rest = np.flatnonzero(is_new if weights is None else is_new & (weights > 0))
    train, held = examined.texts.chosen(rest), texts.chosen(places)
    if not len(held) or len(set(train.label_sets)) < 2:
        return None
    key = digest(_FORMAT, __version__, train.digest, held.digest, examined.labels, model.key, split.name)
    done = " (from an earlier call)" if found("suspects", key) is not None else ""
    say(f"Judging the {split.name} texts by a model of all training texts{done}")

    def judge(folder: Path) -> None:
        np.save(folder / _FILE, model.probabilities(train, held, examined.labels))

    probabilities = np.load(cached("suspects", key, judge) / _FILE)
    known = label_totals(encode_labels(train, examined.labels), len(examined.labels)) > 0
    truth = encode_labels(held, examined.labels)
    return OutOfFold(places, truth, probabilities, np.tile(known, (len(held), 1)), held.weights)
