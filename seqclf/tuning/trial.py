"""One trial: a training in a run of its own, which pruning, the end of the time or a signal may stop."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.runs import FAILED, INTERRUPTED, Run
from seqclf.training.events import EpochDone, EpochStarted, Event, StepDone, TrainingDone, TrainingStarted
from seqclf.training.options import Callbacks, Listener, TrainOptions
from seqclf.tuning.clock import Clock
from seqclf.tuning.memory import forget_models

DONE, STOPPED, PRUNED, OUT_OF_TIME, NO_MEMORY = "done", "stopped", "pruned", "out of time", "out of memory"
"""How a trial ended. ``STOPPED``: by the end of the time, but its best epoch counts and its run has models."""


class _Ended(Exception):
    """The training ends here, without models."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Watch:
    """Listens to a training: reports each epoch, asks whether to go on, keeps the time.

    Attributes:
        metric: name of the score, without ``val_``.
        report: called with the best score so far and the epoch; whether to prune.
        clock: of the search.
        should_stop: whether a signal asks the search to stop.
        to_beat: the best score of other trials: only a better one is worth writing models after the deadline.
        best: score of the best epoch; larger is better.
        stops: whether the training must end after this step, with models.
        first_epoch, to_best: seconds from the start to the end of the first epoch, and of the best one.
        writing: seconds from the last step to the end of the training.
        validation: seconds of the longest validation.
    """

    metric: str
    report: Callable[[float, int], bool]
    clock: Clock
    should_stop: Callable[[], bool] = lambda: False
    to_beat: float | None = None
    best: float | None = None
    stops: bool = False
    first_epoch: float | None = None
    to_best: float = 0.0
    validation: float | None = None
    _started: float = field(default_factory=time.monotonic)
    _last: float | None = None
    _steps: int = 0
    _epoch_began: float = field(default_factory=time.monotonic)
    _share: float = 0.0

    def __call__(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._share = event.validation_texts / max(1, event.train_texts)
        elif isinstance(event, EpochStarted):
            self._steps, self._epoch_began = event.steps, time.monotonic()
        elif isinstance(event, StepDone):
            if self._last is None:
                self.clock.first_step = max(self.clock.first_step, time.monotonic() - self._epoch_began)
            self._last = time.monotonic()
            self._step(event)
        elif isinstance(event, EpochDone):
            self._epoch(event)
        elif isinstance(event, TrainingDone):
            self._last = time.monotonic()

    @property
    def writing(self) -> float:
        return 0.0 if self._last is None else time.monotonic() - self._last

    @property
    def is_best(self) -> bool:
        """Whether the best epoch so far is better than all other trials."""
        return self.best is not None and (self.to_beat is None or self.best > self.to_beat)

    def _epoch(self, event: EpochDone) -> None:
        now = time.monotonic() - self._started
        self.first_epoch = self.first_epoch or now
        self.validation = max(self.validation or 0.0, event.validation_seconds)
        if event.validation is not None and (event.best or self.best is None):
            self.best, self.to_best = event.validation.score(self.metric), now
        if self.best is not None and self.report(self.best, event.epoch):
            raise _Ended(PRUNED)

    def _step(self, event: StepDone) -> None:
        if self.should_stop():
            raise _Ended(INTERRUPTED)
        left = self.clock.left
        if left is None or self.stops:
            return
        ahead = self._next_validation() if event.step == self._steps else 0.0
        if left > ahead + self.clock.after(self.to_best if self.is_best else self.clock.best):
            return
        if not self.is_best:
            raise _Ended(OUT_OF_TIME)
        self.stops = True

    def _next_validation(self) -> float:
        """Seconds of the validation that follows. Before the first one: as long as training on as many texts."""
        known = self.clock.validation if self.validation is None else self.validation
        return known or self._share * (time.monotonic() - self._epoch_began)


@dataclass(frozen=True)
class Result:
    """How a trial ended.

    Attributes:
        score: of the kept epoch; larger is better; None: no epoch was completed, or the training failed.
        problem: why it failed; None otherwise.
    """

    why: str
    score: float | None
    problem: str | None = None


def trained(
    config: Config, run: Run, data: TrainingData, watch: Watch, *, listen: Listener, options: TrainOptions
) -> Result:
    """Train a config in a run. A failure of the training is a result; other errors and Ctrl-C are raised.

    A run that pruning, the time or a signal ended is marked interrupted: it has a checkpoint, so ``seqclf train
    --resume`` trains on.
    """
    from seqclf.errors import SeqclfError
    from seqclf.training.train import train

    def heard(event: Event) -> None:
        watch(event)
        listen(event)

    try:
        outcome = train(config, run, options, Callbacks(heard, lambda: watch.stops), data)
    except _Ended as ended:
        _mark(run, INTERRUPTED, ended.why)
        return Result(ended.why, watch.best)
    except SeqclfError as error:
        return Result(FAILED, None, str(error))
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        _mark(run, FAILED, NO_MEMORY)
        return Result(FAILED, None, NO_MEMORY)
    finally:
        forget_models()
    score = watch.best if outcome.validation is None else outcome.validation.score(watch.metric)
    return Result(STOPPED if watch.stops else DONE, score)


def _mark(run: Run, status: str, why: str) -> None:
    with contextlib.suppress(OSError):
        run.update_manifest(status=status, stopped_by=why, error=None if status == INTERRUPTED else why)


def _is_out_of_memory(error: Exception) -> bool:
    """Naming TensorFlow's class would import TensorFlow."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
