"""What ``seqclf tune`` does: the search, its progress, what it found, and the last training."""

from __future__ import annotations

import contextlib
import difflib
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.stop_request import StopRequest
from seqclf.cli.streams import print_json
from seqclf.cli.tune_report import BEST, as_json, found_lines, summary, told_line, written
from seqclf.cli.wrap import say
from seqclf.config.problems import ConfigError
from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.metrics.monitors import PREFIX, monitors_of
from seqclf.quantities import duration

if TYPE_CHECKING:
    from rich.progress import Progress

    from seqclf.config import LoadedConfig
    from seqclf.config.ranges import Range
    from seqclf.runs import Run
    from seqclf.training.events import Event
    from seqclf.tuning.clock import Clock
    from seqclf.tuning.search import Told, Wish

_CONTINUES = "The same command continues the search."


@dataclass(frozen=True)
class Asked:
    """The options of the command; ``began``: when it began, by ``time.monotonic``."""

    file: Path
    runs: Path
    began: float
    trials: int | None
    seconds: float | None
    metric: str | None
    limits: tuple[float | None, float | None]
    all_: bool
    study: str | None
    storage: str | None
    threads: int | str
    refit: bool
    as_json: bool

    @property
    def command(self) -> str:
        """The command line without the storage, which may contain a password."""
        trials = "" if self.trials is None else f" --trials {self.trials}"
        seconds = "" if self.seconds is None else f" --time {self.seconds:g}s"
        metric = "" if self.metric is None else f" --metric {self.metric}"
        return f"seqclf tune {shell_word(self.file)}{trials}{seconds}{metric}"


def tune(loaded: LoadedConfig, asked: Asked) -> None:
    """Search, and print and write what was found. Raises ``InputError``; after Ctrl-C, ``KeyboardInterrupt``."""
    from seqclf.tensorflow_startup import start_tensorflow
    from seqclf.tuning.limits import Limits
    from seqclf.tuning.search import Wish
    from seqclf.tuning.study import Where, open_study

    config = loaded.config
    _check(loaded, asked)
    metric = _metric(loaded, asked.metric)
    space = loaded.ranges or _usual(loaded, asked, metric)
    wish = Wish(
        loaded.written.value,
        space,
        metric,
        asked.trials,
        asked.seconds,
        Limits(*asked.limits),
        asked.threads,
        asked.refit,
    )
    name = asked.study or config.name
    where = Where(asked.runs / f"{name}-tune", name, asked.storage)
    study = open_study(where, space, wish.start, seed=config.seed, about=wish.about)
    _announce(asked, space, metric)
    start_tensorflow(config, asked.threads)
    with StopRequest() as stop, _place_errors(loaded):
        _search(wish, study, where.folder, asked, stop)
        found = written(study, wish, where.folder) if not stop() or (where.folder / BEST).exists() else None
        if found is not None and not asked.as_json:
            for line in found_lines(found, wish, asked.runs):
                say(line)
        last = _refit(wish, study, where.folder, asked, stop) if asked.refit and not stop() else None
    if found is not None and asked.as_json:
        print_json(as_json(found, wish, last))
    if stop():
        say(f"Interrupted. {_CONTINUES}", err=True)
        sys.exit(128 + (stop.signal or signal.SIGINT))


def _search(wish: Wish, study: Any, folder: Path, asked: Asked, stop: StopRequest) -> None:
    """Search; ``best.yaml`` is written whenever a trial is the best so far."""
    from seqclf.tuning.search import Callbacks, best_of, search

    with _progress(asked) as shown:

        def heard(event: Event) -> None:
            stop.update(event)
            shown.listen(event)

        def ended(one: Told) -> None:
            if one.best:
                _write_best(wish, study, folder, asked)
            shown.print(told_line(one, wish.metric))

        try:
            search(wish, study, asked.runs, began=asked.began, callbacks=Callbacks(shown.begun, heard, ended, stop))
        except KeyboardInterrupt as error:
            error.add_note(_CONTINUES)
            raise
        if best_of(study) is not None:
            _write_best(wish, study, folder, asked)


def _write_best(wish: Wish, study: Any, folder: Path, asked: Asked) -> None:
    from seqclf.tuning.outcome import best_values, rows_of, write_config_of

    about = [f"The best of a search: {summary(rows_of(study, wish.space), wish)}", asked.command]
    write_config_of(folder / BEST, best_values(wish.values, wish.space, study), about)


def _refit(wish: Wish, study: Any, folder: Path, asked: Asked, stop: StopRequest) -> Run:
    """Train the best config on the texts for training and validation, and say what to type next."""
    from seqclf.cli.options import runs_argument
    from seqclf.cli.progress import progress_listener
    from seqclf.config import checked_config
    from seqclf.runs import INTERRUPTED
    from seqclf.training import session
    from seqclf.training.options import Callbacks, TrainOptions
    from seqclf.tuning.outcome import best_values, write_config_of
    from seqclf.tuning.refit import Found, refit_values
    from seqclf.tuning.search import best_of
    from seqclf.tuning.study import FOUND

    best = best_of(study)
    assert best is not None
    chosen = best_values(wish.values, wish.space, study)
    values = refit_values(checked_config(chosen), chosen, Found(**best.user_attrs[FOUND]))
    about = f"Trial {best.number + 1} of a search, to be trained on the texts for training and validation:"
    write_config_of(folder / "refit.yaml", values, [about, asked.command])
    config = checked_config(values)
    say(f"\nTraining the best on the validation texts as well ({config.training.epochs} epochs)", err=True)
    with progress_listener() as show:

        def listen(event: Event) -> None:
            stop.update(event)
            show(event)

        run, outcome = session.train_new(
            config, asked.runs, TrainOptions(threads=asked.threads), Callbacks(listen, stop)
        )
    if outcome.status == INTERRUPTED:
        say(f"The last training was interrupted. To resume: {run.how_to_resume}", err=True)
    elif not asked.as_json:
        where = f"{runs_argument(asked.runs)} --run {shell_word(run.name)}"
        say(f"\nTrained on all but the test texts: {run.folder}; no validation score says how good it is.")
        if config.data.parts()["test"] not in (None, 0):
            say(f"To test it: seqclf eval{where}")
    return run


@contextlib.contextmanager
def _place_errors(loaded: LoadedConfig) -> Iterator[None]:
    """Give errors in options of the config their places in its file."""
    try:
        yield
    except ConfigError as error:
        raise loaded.error(error.problems) from error


def _check(loaded: LoadedConfig, asked: Asked) -> None:
    """Raise ``InputError`` for a config that no search can compare trials of."""
    from seqclf.tuning.refit import check_refit

    config = loaded.config
    if config.data.folds is not None:
        raise InputError(
            "data.folds: a search compares trials on one split; remove data.folds and data.fold, and set "
            "data.validation to a fraction such as 0.1"
        )
    if not config.data.validates:
        raise InputError("data.validation: a search compares validation scores; set a fraction such as 0.1, or a file")
    if asked.limits[1] is not None and (not config.task.needs_labels or config.data.columns().extra):
        raise InputError("--max-latency: only classifiers that read the text alone are timed; use --max-size")
    if asked.refit:
        check_refit(config, loaded.written.value)


def _usual(loaded: LoadedConfig, asked: Asked, metric: str) -> tuple[Range, ...]:
    """The usual options of the config's layers. Raises ``InputError`` if there are none to search."""
    from seqclf.tuning.space import default_space

    values = loaded.written.value
    found = default_space(loaded.config, values, all_=asked.all_, metric=metric)
    if not found:
        raise InputError(
            f"{asked.file}: sets every option that a search would change; write a range in place of a value, such as "
            "learning_rate: {search: {low: 1e-4, high: 1e-2, log: true}}, or add --all to search them all"
        )
    every = default_space(loaded.config, values, all_=True, metric=metric)
    if kept := [one.name for one in every if one not in found]:
        say(f"Set by the config, and therefore not searched (--all searches them, too): {', '.join(kept)}", err=True)
    return found


def _metric(loaded: LoadedConfig, given: str | None) -> str:
    """The score that decides, without ``val_``. Raises ``InputError`` for an unknown one."""
    from seqclf.baseline.comparison import reported_score

    labelled = loaded.config.task.needs_labels
    known = monitors_of(labelled=labelled)
    if given is None:
        if not labelled:
            return "loss"
        return reported_score(loaded.config, multi=False)
    named = given if given.startswith(PREFIX) else f"{PREFIX}{given}"
    if named not in known:
        close = next(iter(difflib.get_close_matches(named, known, n=1)), None)
        hint = f"; did you mean {close}?" if close else ""
        raise InputError(f"--metric {given}: expected one of {', '.join(known)}{hint}")
    return named.removeprefix(PREFIX)


def _announce(asked: Asked, space: tuple[Range, ...], metric: str) -> None:
    bounds = [] if asked.trials is None else [f"{asked.trials:,} trial{'s' * (asked.trials != 1)}"]
    bounds += [] if asked.seconds is None else [f"{duration(asked.seconds)}"]
    say(f"Searching for the best {PREFIX}{metric} in {' or '.join(bounds)}:", err=True)
    for one in space:
        say(f"  {one}", err=True)


class _Shown:
    """What shows the current trial on a terminal, and prints a line when one ends; elsewhere it only prints lines."""

    def __init__(self, bar: Progress | None, clock: Clock) -> None:
        self._bar, self._clock, self._trial = bar, clock, ""
        if bar is not None:
            self._task = bar.add_task("Starting", total=None)

    def begun(self, number: int) -> None:
        self._trial = f"trial {number + 1}"
        self._show("")

    def listen(self, event: Event) -> None:
        from seqclf.training.events import EpochDone, Stage, StepDone

        if isinstance(event, Stage):
            self._show(f": {event.what}")
        elif isinstance(event, StepDone | EpochDone):
            self._show(f": epoch {event.epoch}, loss {event.loss:.4f}")

    def print(self, line: str) -> None:
        if self._bar is None:
            say(line, err=True)
        else:
            self._bar.console.print(line, markup=False)

    def _show(self, what: str) -> None:
        if self._bar is not None:
            left = "" if self._clock.left is None else f", {duration(max(0.0, self._clock.left))} left"
            self._bar.update(self._task, description=f"{self._trial}{what}{left}")


@contextlib.contextmanager
def _progress(asked: Asked) -> Iterator[_Shown]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from seqclf.tuning.clock import Clock

    console = Console(stderr=True, highlight=False)
    clock = Clock(asked.began, asked.seconds)
    if not console.is_terminal:
        yield _Shown(None, clock)
        return
    columns = (
        SpinnerColumn("dots" if console.encoding.startswith("utf") else "line"),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Shown(bar, clock)
