"""The search: asks a study for values, trains them, and tells it the score, until the trials or the time are over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from seqclf.config import Config
from seqclf.config.loading import plain
from seqclf.config.problems import ConfigError
from seqclf.config.ranges import Range, Values, with_values
from seqclf.config.validation import checked_config
from seqclf.data.prepare import TrainingData, prepare
from seqclf.errors import InputError
from seqclf.new_runs import begin_run
from seqclf.option_types import OptionPath
from seqclf.runs import INTERRUPTED, Run
from seqclf.training.events import Event
from seqclf.training.options import TrainOptions
from seqclf.training.resolve import resolved
from seqclf.tuning.clock import Clock
from seqclf.tuning.limits import SIZE, Limits, exceeded_before, measured
from seqclf.tuning.refit import Found
from seqclf.tuning.study import FOUND, SECONDS, WHY, fits, note_process, suggested, try_again
from seqclf.tuning.trial import DONE, PRUNED, STOPPED, Result, Watch, trained


@dataclass(frozen=True)
class Wish:
    """What to search.

    Attributes:
        values: the config as plain values, with those to start from in place of ranges.
        space: the ranges.
        metric: the score that decides, without ``val_``.
        trials: most trials of this call; None: as many as the time allows.
        seconds: most seconds of this call, from ``began`` on; None: any.
        limits: bounds on the model.
        threads: for TensorFlow.
        refits: the best model is trained again on more texts, within ``seconds``.
    """

    values: Values
    space: tuple[Range, ...]
    metric: str
    trials: int | None = None
    seconds: float | None = None
    limits: Limits = field(default_factory=Limits)
    threads: int | str = "stock"
    refits: bool = False

    @property
    def start(self) -> dict[OptionPath, Any]:
        """The values of the config as it is."""
        config = checked_config(self.values)
        return {one.path: _value_at(config, one) for one in self.space}

    @property
    def about(self) -> str:
        """What the trials of a study have in common."""
        common = with_values(self.values, {one.path: None for one in self.space})
        return json.dumps([self.metric, asdict(self.limits), common], sort_keys=True)


@dataclass(frozen=True)
class Told:
    """A trial ended: its number, its run, how it ended, and whether it is the best one so far."""

    number: int
    run: Run
    result: Result
    best: bool


@dataclass(frozen=True)
class Callbacks:
    """The callbacks of a search.

    Attributes:
        begun: called with the number of each trial that begins.
        listen: called with the events of the trainings.
        told: called at the end of each trial.
        should_stop: called before each trial and after each step; if true, the search ends there.
    """

    begun: Callable[[int], None] = lambda number: None
    listen: Callable[[Event], None] = lambda event: None
    told: Callable[[Told], None] = lambda told: None
    should_stop: Callable[[], bool] = lambda: False


def search(wish: Wish, study: Any, runs: Path, *, began: float, callbacks: Callbacks) -> None:
    """Ask a study (``open_study``) for values, and train them, until the trials or the time are over.

    The texts are read and encoded once, unless options of ``data`` or ``tokenizer`` are searched.

    Args:
        runs: the folder of runs: each trial is one, ``<name>-trial-<n>``.
        began: when the time began, by ``time.monotonic``.

    Raises:
        InputError: for unusable texts, or if the storage cannot be opened.
    """
    searching = _Searching(wish, study, runs, Clock(began, wish.seconds), callbacks)
    count = 0
    while (wish.trials is None or count < wish.trials) and searching.clock.has_time_for_one():
        if callbacks.should_stop():
            return
        callbacks.told(searching.one())
        count += 1


def best_of(study: Any) -> Any | None:
    """The best trial of a study that keeps to the limits; None without any."""
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return max(filter(fits, complete), key=lambda trial: trial.value, default=None)


class _Searching:
    def __init__(self, wish: Wish, study: Any, runs: Path, clock: Clock, callbacks: Callbacks) -> None:
        self._wish, self._study, self._runs, self.clock, self._callbacks = wish, study, runs, clock, callbacks
        self._name = checked_config(wish.values).name
        self._data: tuple[str, TrainingData] | None = None
        self._note_best()

    def one(self) -> Told:
        """One trial, from its values to its score."""
        wish = self._wish
        trial = self._study.ask()
        self._callbacks.begun(trial.number)
        chosen = suggested(trial, wish.space)
        run = begin_run(self._runs, f"{self._name}-trial")
        note_process(trial, run.folder.absolute())
        try:
            result = self._result(trial, with_values(wish.values, chosen), run)
        except BaseException as error:
            stopped = isinstance(error, KeyboardInterrupt)
            self._tell(trial, Result(INTERRUPTED if stopped else "failed", None, None if stopped else repr(error)))
            if not run.has_checkpoint:
                _remove(run)
            raise
        self._tell(trial, result)
        best = self._note_best()
        return Told(trial.number, run, result, best is not None and best.number == trial.number)

    def _note_best(self) -> Any | None:
        """The best trial, also of other processes and earlier calls, whose training ``--refit`` repeats."""
        best = best_of(self._study)
        self.clock.best = 0.0 if best is None else best.user_attrs.get(SECONDS, 0.0)
        return best

    def _result(self, trial: Any, values: Values, run: Run) -> Result:
        try:
            config = self._for_a_trial(checked_config(values))
        except ConfigError as error:
            _remove(run)
            return Result("failed", None, "; ".join(str(problem) for problem in error.problems))
        try:
            data = self._prepared(config)
        except InputError as error:
            if self._data is None:  # the texts themselves are unusable, not values of this trial
                raise
            _remove(run)
            return Result("failed", None, str(error))
        over = exceeded_before(self._wish.limits, config, data)
        if over is not None:
            _remove(run)
            trial.set_constraint(SIZE, over)
            return Result("too large", None)
        return self._trained(trial, config, data, run)

    def _trained(self, trial: Any, config: Config, data: TrainingData, run: Run) -> Result:
        if self._wish.refits and data.validation is not None:
            self.clock.longer = 1 + len(data.validation) / max(1, len(data.train))
        best = best_of(self._study)

        def report(score: float, epoch: int) -> bool:
            trial.report(score, epoch)
            return bool(trial.should_prune())

        to_beat = None if best is None else best.value
        watch = Watch(self._wish.metric, report, self.clock, self._callbacks.should_stop, to_beat)
        options = TrainOptions(report=False, threads=self._wish.threads)
        result = trained(config, run, data, watch, listen=self._callbacks.listen, options=options)
        complete = result.score is not None and result.why in (DONE, STOPPED)
        self.clock.note(
            first_epoch=watch.first_epoch,
            writing=watch.writing if complete else 0.0,
            validation=watch.validation or 0.0,
        )
        if complete:
            trial.set_user_attr(FOUND, asdict(Found.of(run)))
            trial.set_user_attr(SECONDS, round(watch.to_best, 3))
            for name, over in measured(self._wish.limits, config, run, trial).items():
                trial.set_constraint(name, over)
        return result

    def _tell(self, trial: Any, result: Result) -> None:
        from optuna.trial import TrialState

        trial.set_user_attr(WHY, result.problem or result.why)
        if result.why == PRUNED:
            self._study.tell(trial, state=TrialState.PRUNED)
        elif result.why == INTERRUPTED:
            self._study.tell(trial, state=TrialState.FAIL)
            try_again(self._study, trial)
        elif result.score is None or result.why not in (DONE, STOPPED):
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._study.tell(trial, result.score)

    def _for_a_trial(self, config: Config) -> Config:
        """Without what all trials would do again: the linear model, checkpoints of finished runs."""
        training = config.training.model_copy(update={"baseline": False, "keep_checkpoints": False})
        changes = {"training": training, "name": f"{self._name}-trial"}
        return resolved(config.model_copy(update=changes), self._runs)

    def _prepared(self, config: Config) -> TrainingData:
        """The texts, from the trial before if nothing about them has changed."""
        own = {"training", "layers", "head", "embedding", "name"}
        key = config.model_dump_json(exclude=own)
        if self._data is None or self._data[0] != key:
            self._data = key, prepare(config)
        return replace(self._data[1], seconds=0.0)


def _remove(run: Run) -> None:
    shutil.rmtree(run.folder, ignore_errors=True)


def _value_at(config: Config, one: Range) -> Any:
    """The value of an option in a checked config."""
    found: Any = plain(config)
    for part in one.path:
        found = found[part]
    return found
