"""``seqclf train``."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from seqclf.cli.against_baseline import behind, folds_behind
from seqclf.cli.hints import HintedError, settings_hint
from seqclf.cli.options import (
    allow_code_option,
    complete_unfinished,
    runs_argument,
    runs_option,
    set_option,
    threads_option,
)
from seqclf.cli.problems import check_files, show_problem, show_warning
from seqclf.cli.train_summary import folds_summary, summary
from seqclf.cli.train_summary import show as show_summary
from seqclf.errors import SeqclfError
from seqclf.files import write_text

if TYPE_CHECKING:
    from seqclf.config import Config, LoadedConfig
    from seqclf.runs import Run
    from seqclf.training.events import Event
    from seqclf.training.train import OnNan, Outcome


@dataclass(frozen=True)
class _How:
    """Options of the command that say nothing about what is trained.

    Attributes:
        starter: text of the config that was made for the data; the run keeps it.
    """

    threads: int | str
    on_nan: OnNan
    memory_check: bool
    starter: str | None = None


@click.command("train")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@runs_option
@click.option(
    "--resume",
    metavar="RUN",
    shell_complete=complete_unfinished,
    help="Go on with a run that was stopped, from its newest checkpoint; latest: the one begun last.",
)
@click.option(
    "--epochs", type=click.IntRange(min=1), help="With --resume: how many epochs in all; a finished run goes on."
)
@click.option("--patience", type=click.IntRange(min=1), help="With --resume: the patience of early stopping.")
@click.option("--name", help="First part of the run folder's name, instead of the config's.")
@click.option(
    "--folds",
    type=click.IntRange(min=2),
    help="Cross-validate: train so many times, each validated on another part of the training texts.",
)
@click.option(
    "--presets", is_flag=True, help="Try three models on a sample of the texts first, and train the best one of them."
)
@click.option(
    "--on-nan",
    type=click.Choice(["stop", "rewind"]),
    default="stop",
    show_default=True,
    help="When the loss is no longer a number: stop, or go back to the last checkpoint and halve the learning rate.",
)
@click.option(
    "--memory-check/--no-memory-check",
    default=True,
    help="Refuse a training that cannot fit into the memory that is free (the default), or try it all the same.",
)
@set_option
@threads_option
@allow_code_option
def train_command(
    config_file: Path | None,
    runs: Path,
    resume: str | None,
    epochs: int | None,
    patience: int | None,
    name: str | None,
    folds: int | None,
    presets: bool,
    on_nan: OnNan,
    memory_check: bool,
    settings: tuple[str, ...],
    threads: int | str,
) -> None:
    """Train the classifier that CONFIG describes: a YAML file, or a data file or folder to write one for.

    The result is a folder in the folder of runs: model, SavedModel, tokenizer, metrics and history. Ctrl-C finishes
    the step and leaves a whole run, marked interrupted; --resume goes on with it, or with one that was killed, as if it
    had never been stopped; with --epochs, with a finished run too. With --folds the result is a run for each fold, and
    a summary of their validation metrics.
    """
    from seqclf.cli.starting import load_or_make
    from seqclf.config import Override, parse_override

    how = _How(threads, on_nan, memory_check)
    if resume is not None:
        if config_file is not None or name is not None or folds is not None or presets or settings:
            raise click.UsageError(
                "--resume continues with a run's own config: leave CONFIG, --name, --folds, --presets and --set out"
            )
        _resume(runs, resume, how, epochs, patience)
        return
    if epochs is not None or patience is not None:
        raise HintedError("--epochs and --patience work only with --resume", settings_hint(click.get_current_context()))
    if config_file is None:
        raise click.UsageError("name a CONFIG, or a run with --resume")
    overrides = [parse_override(setting) for setting in settings]
    if name is not None:
        overrides.append(Override(("name",), name, "--name"))
    if folds is not None:
        overrides += [Override(("data", "folds"), folds, "--folds"), Override(("data", "fold"), 1, "--folds")]
    loaded, starter = load_or_make(config_file, overrides, presets=presets, threads=threads)
    config, how = loaded.config, replace(how, starter=starter)
    # Not before the config is known to be good: what is wrong with it should be said at once.
    from seqclf.cli.progress import progress_listener
    from seqclf.cli.start import hush_tensorflow
    from seqclf.runs import begin_folds, begin_run, check_runs_folder
    from seqclf.training.events import Stage

    hush_tensorflow()
    for warning in loaded.warnings:
        show_problem(warning, "warning")
    check_files(loaded)
    check_runs_folder(runs)
    with _StopRequest() as stop, progress_listener() as show:

        def listen(event: Event) -> None:
            stop.heed(event)
            show(event)

        if folds is None:
            run, outcome = _train_one(loaded, config, lambda: begin_run(runs, config.name), listen, stop, how)
            compared = behind(config, outcome, run.folder)
            text, status = summary(run.folder, runs, config, outcome, advised=compared is not None), outcome.status
        else:
            from seqclf.training.folds import cross_validate

            def train_fold(one: Config, begin: Callable[[], Run]) -> tuple[Run, Outcome]:
                show(Stage(f"Fold {one.data.fold} of {folds}"))
                return _train_one(loaded, one, begin, listen, stop, how)

            fold_runs = begin_folds(runs, config.name)
            found = cross_validate(config, fold_runs, train_fold, stop)
            text, status = folds_summary(fold_runs.summary, found), found["status"]
            compared = folds_behind(config, found)
    _end(text, status, stop, runs, None if folds is not None else run.name, warning=compared)


def _end(text: str, status: str, stop: _StopRequest, runs: Path, run_name: str | None, *, warning: str | None) -> None:
    from seqclf.runs import INTERRUPTED, Run

    show_summary(text)
    if warning is not None and status != INTERRUPTED:
        show_warning(warning)
    if status == INTERRUPTED:
        how = f" To go on: {Run(runs / run_name).how_to_go_on}" if run_name else ""
        click.echo(f"Interrupted; what was learnt so far is kept.{how}", err=True)
        sys.exit(128 + (stop.signal or signal.SIGINT))


def _resume(runs: Path, name: str, how: _How, epochs: int | None, patience: int | None) -> None:
    from seqclf.cli.progress import progress_listener
    from seqclf.cli.start import hush_tensorflow, start_tensorflow
    from seqclf.config import load_config
    from seqclf.run_choice import find_resumable
    from seqclf.training.extend import extended

    hush_tensorflow()
    further = epochs is not None or patience is not None
    run = find_resumable(runs, name, further=further)
    config = load_config(run.config)
    if further:
        config = extended(config, run, epochs, patience)
    tested_before = _is_tested(run)
    with _StopRequest() as stop, progress_listener() as show:

        def listen(event: Event) -> None:
            stop.heed(event)
            show(event)

        with run.locked():  # before anything is read
            pass
        start_tensorflow(config, how.threads)
        from seqclf.training.train import train

        try:
            outcome = train(
                config,
                run,
                listen,
                stop,
                resume=True,
                further=further,
                on_nan=how.on_nan,
                memory_check=how.memory_check,
            )
        except KeyboardInterrupt:
            click.echo(f"To go on: {run.how_to_go_on}", err=True)
            raise
    compared = behind(config, outcome, run.folder)
    text = summary(run.folder, runs, config, outcome, advised=compared is not None)
    if tested_before and not _is_tested(run):
        again = f"seqclf eval{runs_argument(runs)} --run {shlex.quote(run.name)}"
        text += f"\nDropped     test metrics, which were of the earlier weights; to measure again: {again}"
    _end(text, outcome.status, stop, runs, run.name, warning=compared)


def _is_tested(run: Run) -> bool:
    from seqclf.errors import InputError

    try:
        return "test" in run.metrics
    except InputError:  # a damaged file, which training writes anew
        return False


def _train_one(
    loaded: LoadedConfig,
    config: Config,
    begin: Callable[[], Run],
    listen: Callable[[Event], None],
    stop: _StopRequest,
    how: _How,
) -> tuple[Run, Outcome]:
    """Prepare the texts and train in the run that ``begin`` makes; a run in which nothing was trained is removed."""
    from seqclf.cli.start import start_tensorflow
    from seqclf.data.prepare import prepare
    from seqclf.training.events import Stage
    from seqclf.training.fits import misfits

    # Texts before TensorFlow, so that what is wrong with them is said at once; only tfds reads them with it.
    if config.data.source == "tfds":
        start_tensorflow(config, how.threads)
    data = prepare(config, lambda stage: listen(Stage(stage)))
    if problems := misfits(config, data):
        raise loaded.error(problems)
    run = begin()
    try:
        if how.starter is not None:
            write_text(run.starter, how.starter)
        start_tensorflow(config, how.threads)
        from seqclf.training.train import train

        return run, train(config, run, listen, stop, data, on_nan=how.on_nan, memory_check=how.memory_check)
    except (SeqclfError, KeyboardInterrupt) as error:
        if not run.has_checkpoint:  # nothing was trained
            shutil.rmtree(run.folder, ignore_errors=True)
        elif isinstance(error, KeyboardInterrupt):
            click.echo(f"To go on: {run.how_to_go_on}", err=True)
        raise


class _StopRequest:
    """The first Ctrl-C or SIGTERM after training has begun asks it to stop; the next one stops at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> _StopRequest:
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def __call__(self) -> bool:
        return self.signal is not None

    def heed(self, event: Event) -> None:
        """Begin to listen once there are steps to finish."""
        from seqclf.training.events import TrainingStarted

        if isinstance(event, TrainingStarted) and not self._before:
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt(number)
        self.signal = number
        click.echo("\nFinishing the step and writing the run; once more to stop at once.", err=True)
