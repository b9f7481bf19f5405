"""Trains or resumes one run for ``seqclf train``: shows its progress, stops it on a signal."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.against_baseline import behind
from seqclf.cli.options import runs_argument
from seqclf.cli.problems import show_warning
from seqclf.cli.stop_request import StopRequest
from seqclf.cli.train_summary import show as show_summary
from seqclf.cli.train_summary import summary
from seqclf.cli.wrap import say
from seqclf.errors import SeqclfError
from seqclf.files import write_text

if TYPE_CHECKING:
    from seqclf.config import Config, LoadedConfig
    from seqclf.runs import Run
    from seqclf.training.events import Event
    from seqclf.training.options import Outcome, TrainOptions


@dataclass(frozen=True)
class RunOptions:
    """Options of the command that are not part of the config.

    Attributes:
        starter: text of the config that was written for the data; the run keeps it.
    """

    threads: int | str
    training: TrainOptions
    starter: str | None = None


@contextlib.contextmanager
def monitored() -> Iterator[tuple[StopRequest, Callable[[Event], None]]]:
    """Show progress during the block; yields the request to stop and the listener for training's events."""
    from seqclf.cli.progress import progress_listener

    with StopRequest() as stop, progress_listener() as show:

        def listen(event: Event) -> None:
            stop.update(event)
            show(event)

        yield stop, listen


def train_one(
    loaded: LoadedConfig,
    config: Config,
    begin: Callable[[], Run],
    *,
    listen: Callable[[Event], None],
    stop: StopRequest,
    options: RunOptions,
) -> tuple[Run, Outcome]:
    """Prepare the texts and train in the run that ``begin`` creates. Removes a run without a checkpoint on failure."""
    from seqclf.cli.tensorflow_startup import start_tensorflow
    from seqclf.data.prepare import prepare
    from seqclf.training.data_checks import problems_with_data
    from seqclf.training.events import Stage

    # Read texts before importing TensorFlow, so that errors in them appear at once. Only tfds needs TensorFlow.
    if config.data.needs_tensorflow:
        start_tensorflow(config, options.threads)
    data = prepare(config, lambda stage: listen(Stage(stage)))
    if problems := problems_with_data(config, data):
        raise loaded.error(problems)
    run = begin()
    try:
        if options.starter is not None:
            write_text(run.starter, options.starter)
        start_tensorflow(config, options.threads)
        from seqclf.training.options import Callbacks
        from seqclf.training.train import train

        return run, train(config, run, options.training, Callbacks(listen, stop), data)
    except (SeqclfError, KeyboardInterrupt) as error:
        if not run.has_checkpoint:  # nothing was trained
            shutil.rmtree(run.folder, ignore_errors=True)
        elif isinstance(error, KeyboardInterrupt):
            say(f"To resume: {run.how_to_resume}", err=True)
        raise


def resume(runs: Path, name: str, options: RunOptions, *, epochs: int | None, patience: int | None) -> None:
    """Resume the run ``name`` from its newest checkpoint. With ``epochs`` or ``patience`` it may be finished."""
    from seqclf.cli.tensorflow_startup import silence_tensorflow, start_tensorflow
    from seqclf.config import load_config
    from seqclf.run_choice import find_resumable
    from seqclf.training.extend import extended

    silence_tensorflow()
    further = epochs is not None or patience is not None
    run = find_resumable(runs, name, further=further)
    config = load_config(run.config)
    if further:
        config = extended(config, run, epochs, patience)
    tested_before = _is_tested(run)
    with monitored() as (stop, listen):
        with run.locked():  # fail before anything is read
            pass
        start_tensorflow(config, options.threads)
        from seqclf.training.options import Callbacks
        from seqclf.training.train import train

        try:
            resumed = replace(options.training, resume=True, further=further)
            outcome = train(config, run, resumed, Callbacks(listen, stop))
        except KeyboardInterrupt:
            say(f"To resume: {run.how_to_resume}", err=True)
            raise
    compared = behind(config, outcome, run.folder)
    text = summary(run.folder, runs, config, outcome, advised=compared is not None)
    if tested_before and not _is_tested(run):
        again = f"seqclf eval{runs_argument(runs)} --run {shlex.quote(run.name)}"
        text += f"\nDropped     test metrics of the earlier weights; to measure again: {again}"
    end(text, outcome.status, stop, warning=compared, run=run)


def end(text: str, status: str, stop: StopRequest, *, warning: str | None, run: Run | None = None) -> None:
    """Print the result; exit with the signal's code if one ended the training. ``run`` is the run to resume, if any."""
    from seqclf.runs import INTERRUPTED

    show_summary(text)
    if warning is not None and status != INTERRUPTED:
        show_warning(warning)
    if status == INTERRUPTED:
        how = "" if run is None else f" To resume: {run.how_to_resume}"
        say(f"Interrupted; the weights so far are saved.{how}", err=True)
        sys.exit(128 + (stop.signal or signal.SIGINT))


def _is_tested(run: Run) -> bool:
    from seqclf.errors import InputError

    try:
        return "test" in run.metrics
    except InputError:  # a damaged file, which training rewrites
        return False
