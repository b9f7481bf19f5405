"""The baseline of a training: it starts with the training, is reported once, and ends no later than the training."""

from __future__ import annotations

from collections.abc import Callable

from seqclf.baseline.comparison import reported_score
from seqclf.baseline.job import begin
from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.evaluation.against_linear import paired_with
from seqclf.run_answers import Bound, KeptAnswers
from seqclf.runtime import current_threads
from seqclf.training.events import BaselineDone, Event, Stage


class ParallelBaseline:
    """Fits the baseline while the network trains. A context manager that leaves no process behind.

    A training with one thread does not share the machine: the baseline is then fitted before the training.
    """

    def __init__(self, config: Config, data: TrainingData, listen: Callable[[Event], None]) -> None:
        self._listen, self._score = listen, reported_score(config, multi=data.labels.multi)
        self._text_alone = bool(config.data.columns().extra)
        self._announced = False
        self._job = begin(config, data.corpus, data.labels, data.fingerprints)
        data.corpus.forget()
        threads = current_threads()
        if self._job is not None and threads.inter_op == threads.intra_op == 1 and not self._job.is_done:
            listen(Stage("Fitting the linear baseline"))
            self._job.result()

    def poll(self) -> None:
        """Report the baseline once it is ready."""
        if self._job is None or self._announced or not self._job.is_done:
            return
        self._announced = True
        scores = self._job.result()
        if scores is not None or self._job.problem is not None:  # else nobody waited for it
            self._listen(BaselineDone(scores, self._score, self._job.problem, self._text_alone))

    def result(self, should_stop: Callable[[], bool], network: KeptAnswers | None = None) -> BaselineDone | None:
        """Wait for the baseline; None if there is none, or if ``should_stop`` ended the wait.

        ``network``: the answers to the validation texts, which the linear model's are compared with.
        """
        if self._job is None:
            return None
        if not self._job.is_done:
            self._listen(Stage("Waiting for the linear baseline"))
        scores = self._job.result(should_stop)
        self.poll()
        if scores is None:
            return None
        if network is not None and (found := self.answers) is not None:
            scores = scores.with_paired(paired_with(network, found[0]))
        return BaselineDone(scores, self._score, text_alone=self._text_alone)

    @property
    def answers(self) -> tuple[KeptAnswers, Bound] | None:
        """The linear model's, after ``result``; None: there are none."""
        return None if self._job is None else self._job.answers

    def __enter__(self) -> ParallelBaseline:
        return self

    def __exit__(self, *_: object) -> None:
        if self._job is not None:
            self._job.close()
