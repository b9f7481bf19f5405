"""Trials of models: each trains briefly on the same sample and is validated on the same texts.

A trial uses ``seqclf.training.train`` like every training, in a temporary folder, and ends before anything is
exported.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.job import begin
from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import prepare
from seqclf.errors import SeqclfError
from seqclf.labels import Labels
from seqclf.metrics.kinds import ClassifierScores
from seqclf.metrics.protocol import Metrics
from seqclf.new_runs import begin_run
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.starter.look import Look
from seqclf.training.events import EpochDone, Event, TrainingDone, TrainingStarted
from seqclf.training.options import Callbacks, TrainOptions

SECONDS = 60.0
"""Time limit for training one model, without the fit of its n-grams. The current epoch is then completed if that takes
at most ``_GRACE`` more seconds."""

_GRACE = 60.0

_MOST_TOKENS = 1_000_000
_LEAST_TEXTS, _MOST_TEXTS = 1_000, 5_000


@dataclass(frozen=True)
class Candidate:
    """A model to try: its name and its config."""

    name: str
    config: Config


@dataclass(frozen=True)
class Result:
    """The result of a trial.

    Attributes:
        validation: metrics of the best epoch; None if no epoch was completed.
        seconds: wall time of the training.
        epochs: completed epochs.
        texts: number of validation texts.
        problem: why the model could not be trained.
    """

    candidate: Candidate
    validation: Metrics | None
    seconds: float
    epochs: int
    texts: int
    problem: str | None = None

    @property
    def name(self) -> str:
        return self.candidate.name

    def score(self, metric: str) -> float:
        """The score by ``metric``, larger is better; lower than any other if there is none."""
        return float("-inf") if self.validation is None else self.validation.score(metric)


def texts_to_try(look: Look) -> int:
    """Number of training texts for a trial: a few seconds per epoch, and no more than there are."""
    return min(look.rows, _MOST_TEXTS, max(_LEAST_TEXTS, int(_MOST_TOKENS / max(look.tokens[0], 1))))


def trials(
    candidates: Sequence[Candidate], corpus: SampledCorpus, on_begin: Callable[[str], None] = lambda name: None
) -> Iterator[Result]:
    """Train the candidates in turn, with the same data and seed. No files remain, however it ends."""
    with tempfile.TemporaryDirectory(prefix="seqclf-trial-") as folder:
        for candidate in candidates:
            on_begin(candidate.name)
            yield _tried(candidate, corpus, Path(folder))


def linear_baseline(candidate: Candidate, corpus: SampledCorpus) -> ClassifierScores | None:
    """Scores of a linear model on the same texts; None if the config disables it or the fit failed."""
    fingerprints = {split: corpus.fingerprint(split) for split in ("train", "validation")}
    job = begin(candidate.config, corpus, corpus.labels(), fingerprints)
    if job is None:
        return None
    with job:
        scores = job.result()
    return None if scores is None else scores.linear


def winner(results: Sequence[Result], metric: str) -> Result | None:
    """The best result by the metric, the fastest among equals; None if none has a score."""
    best = max(results, key=lambda result: (result.score(metric), -result.seconds))
    return None if best.validation is None else best


class SampledCorpus(Corpus):
    """A config's texts, with at most ``most`` per split, sampled in proportion to the labels."""

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
        """The labels of all texts: a rare one may occur only in the validation texts."""
        return self._whole.labels()


def _sample(texts: LabelledTexts, most: int, seed: int) -> NDArray[np.int64]:
    """Ascending indices of ``most`` texts or a few more, with at least one text of every label."""
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
    """The trial has run long enough."""


class _Watch:
    """Keeps the best epoch's validation metrics, and ends the training when its time is up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._made = time.monotonic()
        self._started: float | None = None
        self.best: Metrics | None = None
        self.epochs = self.texts = 0

    @property
    def elapsed(self) -> float:
        """Seconds since training started; before the first step, since preparation started."""
        return time.monotonic() - (self._made if self._started is None else self._started)

    def __call__(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._started, self.texts = time.monotonic(), event.validation_texts
        elif self._started is None:  # preparing texts and n-grams is not limited
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
    alone = config.training.model_copy(update={"baseline": False})  # linear_baseline fits it once for all
    config = config.model_copy(update={"training": alone})
    data = prepare(config, corpus=corpus)
    watch = _Watch(SECONDS)
    problem = None
    try:
        options = TrainOptions(report=False)
        train(config, begin_run(folder, config.name), options, Callbacks(watch), data)
    except _Enough:
        pass
    except SeqclfError as error:
        problem = str(error)
    return Result(candidate, watch.best, watch.elapsed, watch.epochs, watch.texts, problem)
