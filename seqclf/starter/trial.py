"""Trying models out: each trained for a short while on the same sample, validated on the same texts.

A trial goes through ``seqclf.training.train`` as every training does, in a folder that is gone afterwards, and ends
before anything is exported.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.job import begin
from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import prepare
from seqclf.data.sources.base import LabelledTexts, digest
from seqclf.errors import SeqclfError
from seqclf.labels import Labels
from seqclf.runs import begin_run
from seqclf.starter.look import Look
from seqclf.training.events import EpochDone, Event, TrainingDone, TrainingStarted

SECONDS = 60.0
"""For the training of one model, without the fit of its n-grams; the epoch in which they end is completed, if that
takes at most ``_GRACE`` more."""

_GRACE = 60.0

_MOST_TOKENS = 1_000_000
_LEAST_TEXTS, _MOST_TEXTS = 1_000, 5_000


@dataclass(frozen=True)
class Candidate:
    """A model to try: what it is called, and its config."""

    name: str
    config: Config


@dataclass(frozen=True)
class Result:
    """What a trial came to.

    Attributes:
        validation: metrics of the best epoch; None where none was completed.
        seconds: wall time of the training.
        epochs: completed ones.
        problem: why the model could not be trained.
    """

    candidate: Candidate
    validation: dict[str, Any] | None
    seconds: float
    epochs: int
    problem: str | None = None

    @property
    def name(self) -> str:
        return self.candidate.name

    def score(self, metric: str) -> float:
        """The larger the better; below all others where there is none."""
        return float("-inf") if self.validation is None else float(self.validation[metric])


def texts_to_try(look: Look) -> int:
    """How many training texts a trial sees: few seconds' worth of an epoch, as many as there are at most."""
    return min(look.rows, _MOST_TEXTS, max(_LEAST_TEXTS, int(_MOST_TOKENS / max(look.tokens[0], 1))))


def trials(
    candidates: Sequence[Candidate], corpus: SampledCorpus, on_begin: Callable[[str], None] = lambda name: None
) -> Iterator[Result]:
    """Train one candidate after another; all have the same data and seed. Nothing is left behind, whatever ends it."""
    with tempfile.TemporaryDirectory(prefix="seqclf-trial-") as folder:
        for candidate in candidates:
            on_begin(candidate.name)
            yield _tried(candidate, corpus, Path(folder))


def linear_baseline(candidate: Candidate, corpus: SampledCorpus) -> dict[str, Any] | None:
    """Scores of a linear model on the same texts; None where the config wants none, or it could not be fitted."""
    fingerprints = {split: corpus.fingerprint(split) for split in ("train", "validation")}
    job = begin(candidate.config, corpus, corpus.labels(), fingerprints)
    if job is None:
        return None
    with job:
        scores = job.result()
    return None if scores is None else dict(scores["linear"])


def winner(results: Sequence[Result], metric: str) -> Result | None:
    """The best by the metric, the quickest of those that are level; None where none has a score."""
    best = max(results, key=lambda result: (result.score(metric), -result.seconds))
    return None if best.validation is None else best


class SampledCorpus(Corpus):
    """A config's texts, of each split no more than so many; every label has its share of them."""

    def __init__(self, config: Config, most: int) -> None:
        super().__init__(config)
        self._whole = Corpus(config)
        self._most = most
        self._seed = config.seed

    def texts(self, split: str) -> LabelledTexts:
        texts = self._whole.texts(split)
        return texts if len(texts) <= self._most else texts.chosen(_sample(texts, self._most, self._seed))

    def fingerprint(self, split: str) -> str:
        return digest(self._whole.fingerprint(split), "sample", self._most, self._seed)

    def forget(self) -> None:
        self._whole.forget()

    def labels(self) -> Labels:
        """Those of all texts: a rare one may be in the validation texts alone."""
        return self._whole.labels()


def _sample(texts: LabelledTexts, most: int, seed: int) -> NDArray[np.int64]:
    """Indices of ``most`` texts or a few more, in the order of the texts: one at least of every label."""
    generator = np.random.default_rng([seed, 0x7121])
    if texts.multi:
        return np.sort(generator.permutation(len(texts))[:most])
    names = np.asarray(texts.labels, dtype=object)
    chosen = []
    for label in sorted(set(texts.labels)):
        members = generator.permutation(np.flatnonzero(names == label))
        chosen.append(members[: max(1, round(most * len(members) / len(texts)))])
    return np.sort(np.concatenate(chosen))


class _Enough(Exception):
    """The trial has seen what it is for."""


class _Watch:
    """Keeps the best epoch's validation, and ends the training when its time is over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._made = time.monotonic()
        self._started: float | None = None
        self.best: dict[str, Any] | None = None
        self.epochs = 0

    @property
    def elapsed(self) -> float:
        """Seconds of training; without a step, of what came before."""
        return time.monotonic() - (self._made if self._started is None else self._started)

    def __call__(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._started = time.monotonic()
        elif self._started is None:  # texts and n-grams are made ready: as long as they need
            return
        elif isinstance(event, EpochDone):
            self.epochs = event.epoch
            if event.best or self.best is None:
                self.best = event.validation
            if self.elapsed > self._seconds:
                raise _Enough
        elif isinstance(event, TrainingDone) or self.elapsed > self._seconds + _GRACE:
            raise _Enough


def _tried(candidate: Candidate, corpus: SampledCorpus, folder: Path) -> Result:
    from seqclf.training.train import train

    config = candidate.config
    alone = config.training.model_copy(update={"baseline": False})  # fitted once for all, by linear_baseline
    config = config.model_copy(update={"training": alone})
    data = prepare(config, corpus=corpus)
    watch = _Watch(SECONDS)
    problem = None
    try:
        train(config, begin_run(folder, config.name), watch, data=data)
    except _Enough:
        pass
    except SeqclfError as error:
        problem = str(error)
    return Result(candidate, watch.best, watch.elapsed, watch.epochs, problem)
