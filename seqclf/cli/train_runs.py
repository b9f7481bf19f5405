"""Trains, cross-validates and resumes for ``seqclf train``: progress, signals, and the summary at the end."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from seqclf.cli.against_baseline import advises, behind, folds_behind
from seqclf.cli.options import runs_argument
from seqclf.cli.problems import show_warning
from seqclf.cli.stop_request import StopRequest
from seqclf.cli.tracker_options import TrackerChoice, tracked
from seqclf.cli.train_summary import folds_summary, known_in_folds, summary
from seqclf.cli.train_summary import show as show_summary
from seqclf.cli.worker_options import end_of_helper, how_to_resume, quiet_listener
from seqclf.cli.wrap import say, width_of
from seqclf.cli.written_report import written_folds_report, written_report
from seqclf.files import shell_word
from seqclf.runs import FINISHED, Run
from seqclf.training.options import Callbacks, Outcome, TrainOptions

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig
    from seqclf.training.events import Event


def train_new(loaded: LoadedConfig, runs: Path, options: TrainOptions, track: TrackerChoice) -> None:
    """Train a new run, and print its summary."""
    from seqclf.training import session
    from seqclf.training.automatic import as_trained

    with _monitored(loaded, tracking=_Tracking(track, runs), writes=options.writes) as (stop, callbacks):
        run, outcome = session.train_new(loaded.config, runs, options, callbacks)
        if options.cluster is not None and not options.writes:
            return end_of_helper(outcome, options.cluster, stop)
        _write_report(run, outcome, options, callbacks)
        config = as_trained(loaded.config, run)
        compared = behind(config, outcome, run.folder)
        text = summary(run.folder, runs, config, outcome, advised=advises(compared))
    _end(text, outcome.status, stop, warning=compared, resume=how_to_resume(run, options.cluster))


def train_folds(loaded: LoadedConfig, runs: Path, options: TrainOptions, track: TrackerChoice) -> None:
    """Train a new run for each fold, and print the summary of all."""
    from seqclf.training import session

    with _monitored(loaded, tracking=_Tracking(track, runs)) as (stop, callbacks):
        folds, found = session.train_folds(loaded.config, runs, options, callbacks)
        for one in found.finished:
            _write_report(Run(runs / one.run), one.outcome, options, callbacks)
        report = None
        if options.report and found.finished:
            report = written_folds_report(folds.summary, callbacks.stage)
        text, compared = folds_summary(folds.summary, found, width_of(sys.stdout)), folds_behind(loaded.config, found)
        if (known := known_in_folds(Run(runs / one.run) for one in found.finished)) is not None:
            text += f"\n{known}"
        if report is not None:
            text += f"\nReport      {report}"
    _end(text, found.status, stop, warning=compared)


def resume(
    runs: Path,
    name: str,
    options: TrainOptions,
    track: TrackerChoice,
    *,
    epochs: int | None,
    patience: int | None,
) -> None:
    """Resume the run ``name``, and print its summary. With ``epochs`` or ``patience`` it may be finished."""
    from seqclf.run_choice import find_resumable
    from seqclf.training import session
    from seqclf.training.automatic import as_trained

    run = find_resumable(runs, name, further=epochs is not None or patience is not None)
    track.check(run, writes=options.writes)
    tested_before = _is_tested(run)
    tracking = _Tracking(track, run.folder.parent, run)
    with _monitored(tracking=tracking, writes=options.writes) as (stop, callbacks):
        config, outcome = session.resume(run, options, callbacks, epochs=epochs, patience=patience)
        if options.cluster is not None and not options.writes:
            return end_of_helper(outcome, options.cluster, stop)
        config = as_trained(config, run)
        _write_report(run, outcome, options, callbacks)
    compared = behind(config, outcome, run.folder)
    text = summary(run.folder, runs, config, outcome, advised=advises(compared))
    if tested_before and not _is_tested(run):
        again = f"seqclf eval{runs_argument(runs)} --run {shell_word(run.name)}"
        text += f"\nDropped     test metrics of the earlier weights; to measure again: {again}"
    _end(text, outcome.status, stop, warning=compared, resume=how_to_resume(run, options.cluster))


class _Tracking(NamedTuple):
    """Which trackers follow the trainings in a folder of runs; ``run``: the run that is resumed."""

    choice: TrackerChoice
    runs: Path
    run: Run | None = None


def _write_report(run: Run, outcome: Outcome, options: TrainOptions, callbacks: Callbacks) -> None:
    """Write the report of a finished training, unless its options say otherwise."""
    if options.report and outcome.status == FINISHED:
        callbacks.stage("Writing the report")
        written_report(run, callbacks.stage)


@contextlib.contextmanager
def _monitored(
    loaded: LoadedConfig | None = None, *, tracking: _Tracking | None = None, writes: bool = True
) -> Iterator[tuple[StopRequest, Callbacks]]:
    """Show and track progress during the block, and give errors in options of the config their places in its file.

    ``writes``: whether this process writes the run; else it shows little and tracks nothing.
    """
    from seqclf.cli.progress import progress_listener
    from seqclf.config.problems import ConfigError
    from seqclf.training.workers import LostWorker

    with contextlib.ExitStack() as stack:
        stop, show = stack.enter_context(StopRequest()), stack.enter_context(progress_listener())
        listeners = [stop.update, show if writes else quiet_listener(show)]
        if writes and tracking is not None:
            listeners.append(stack.enter_context(tracked(tracking.choice, tracking.runs, show, tracking.run)))

        def listen(event: Event) -> None:
            for tell in listeners:
                tell(event)

        try:
            yield stop, Callbacks(listen, stop)
        except ConfigError as error:
            if loaded is None:
                raise
            raise loaded.error(error.problems) from error
        except LostWorker as error:
            if stop.signal is None:
                raise
            # The other worker got the same signal when it had no step to finish yet.
            interruption = KeyboardInterrupt(stop.signal)
            interruption.add_note(str(error))
            raise interruption from error


def _end(text: str, status: str, stop: StopRequest, *, warning: str | None, resume: str | None = None) -> None:
    """Print the result; exit with the signal's code if one ended the training. ``resume``: what resumes it, if any."""
    from seqclf.runs import INTERRUPTED

    show_summary(text)
    if warning is not None and status != INTERRUPTED:
        show_warning(warning)
    if status == INTERRUPTED:
        how = "" if resume is None else f" To resume: {resume}"
        say(f"Interrupted; the weights so far are saved.{how}", err=True)
        sys.exit(128 + (stop.signal or signal.SIGINT))


def _is_tested(run: Run) -> bool:
    from seqclf.errors import InputError

    try:
        return "test" in run.metrics
    except InputError:  # a damaged file, which training rewrites
        return False
