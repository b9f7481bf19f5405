"""What ``seqclf train`` does with one run: train it or resume it, show its progress, stop it on a signal."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from seqclf.training.job import OnNan, Outcome


@dataclass(frozen=True)
class How:
    """Options of the command that say nothing about what is trained.

    Attributes:
        starter: text of the config that was made for the data; the run keeps it.
    """

    threads: int | str
    on_nan: OnNan
    memory_check: bool
    starter: str | None = None


@contextlib.contextmanager
def attended() -> Iterator[tuple[StopRequest, Callable[[Event], None]]]:
    """Show what happens in the block; gives the request to stop, and the listener that training tells of events."""
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
    how: How,
) -> tuple[Run, Outcome]:
    """Prepare the texts and train in the run that ``begin`` makes; a run in which nothing was trained is removed."""
    from seqclf.cli.tensorflow_startup import start_tensorflow
    from seqclf.data.prepare import prepare
    from seqclf.training.data_checks import problems_with_data
    from seqclf.training.events import Stage

    # Texts before TensorFlow, so that what is wrong with them is said at once; only tfds reads them with it.
    if config.data.source == "tfds":
        start_tensorflow(config, how.threads)
    data = prepare(config, lambda stage: listen(Stage(stage)))
    if problems := problems_with_data(config, data):
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
            say(f"To resume: {run.how_to_resume}", err=True)
        raise


def resume(runs: Path, name: str, how: How, *, epochs: int | None, patience: int | None) -> None:
    """Continue the run ``name`` from its newest checkpoint; a finished one where ``epochs`` or ``patience`` say so."""
    from seqclf.cli.tensorflow_startup import hush_tensorflow, start_tensorflow
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
    with attended() as (stop, listen):
        with run.locked():  # before anything is read
            pass
        start_tensorflow(config, how.threads)
        from seqclf.training.train import train

        options: dict[str, Any] = {"on_nan": how.on_nan, "memory_check": how.memory_check}
        try:
            outcome = train(config, run, listen, stop, resume=True, further=further, **options)
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
    """Show the result; exit with the signal's code where one ended the training. ``run`` is what can be resumed."""
    from seqclf.runs import INTERRUPTED

    show_summary(text)
    if warning is not None and status != INTERRUPTED:
        show_warning(warning)
    if status == INTERRUPTED:
        how = "" if run is None else f" To resume: {run.how_to_resume}"
        say(f"Interrupted; what was learnt so far is kept.{how}", err=True)
        sys.exit(128 + (stop.signal or signal.SIGINT))


def _is_tested(run: Run) -> bool:
    from seqclf.errors import InputError

    try:
        return "test" in run.metrics
    except InputError:  # a damaged file, which training writes anew
        return False
