"""The options of ``seqclf train`` that make it one of several workers, and what such a worker prints."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.launched import is_launched
from seqclf.cli.value_types import Whole
from seqclf.cli.wrap import say
from seqclf.files import shell_word
from seqclf.training.events import Event, Stage

if TYPE_CHECKING:
    from seqclf.cli.stop_request import StopRequest
    from seqclf.runs import Run
    from seqclf.training.cluster import Cluster
    from seqclf.training.options import Outcome

_SECONDS = 600


def workers_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--workers``, ``--index`` and ``--wait``."""
    options = [
        click.option(
            "--workers",
            metavar="HOST:PORT,...",
            help="Train together with other processes: the addresses of all of them, the same list for each. Default: "
            "those of $TF_CONFIG, if it is set.",
        ),
        click.option("--index", type=Whole(min=0), help="With --workers: which of them this is, from 0."),
        click.option(
            "--wait",
            type=Whole(min=1),
            metavar="SECONDS",
            help=f"With several workers: how long to wait for the others. [default: {_SECONDS}]",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def cluster_from(workers: str | None, index: int | None, wait: int | None) -> Cluster | None:
    """The cluster of the options or of ``TF_CONFIG``; None: this process trains alone. Raises ``InputError``."""
    from seqclf.training.cluster import VARIABLE, cluster_of, cluster_of_environment

    seconds = _SECONDS if wait is None else wait
    if workers is None:
        if index is not None:
            raise click.UsageError("--index says which of --workers this process is: give --workers, too")
        if wait is not None and not os.environ.get(VARIABLE):
            raise click.UsageError("--wait is for several workers: give --workers and --index, too")
        return cluster_of_environment(seconds=seconds)
    addresses = [part.strip() for part in workers.split(",")]
    if len(addresses) == 1 and index in (None, 0):
        cluster_of(addresses, 0)
        return None
    return cluster_of(addresses, index, seconds=seconds)


def quiet_listener(show: Callable[[Event], None]) -> Callable[[Event], None]:
    """Shows only what worker 0 does not show as well: whom this worker waits for."""

    def listen(event: Event) -> None:
        if isinstance(event, Stage) and event.what.startswith("Waiting for worker"):
            show(event)

    return listen


def how_to_resume(run: Run, cluster: Cluster | None) -> str:
    """What to type to resume a run with as many workers as it had; with others it is not resumed bit for bit."""
    if cluster is None:
        return run.how_to_resume
    again = f"--resume {shell_word(run.folder)}"
    if is_launched():
        return f"seqclf launch --local {cluster.count} {again}"
    return f"start all workers again with {again} in place of the config"


def end_of_helper(outcome: Outcome, cluster: Cluster, stop: StopRequest) -> None:
    """Say how the training ended, and exit as worker 0 does."""
    from seqclf.runs import INTERRUPTED

    interrupted = outcome.status == INTERRUPTED
    say(f"Worker {cluster.index}: training {'was interrupted' if interrupted else 'finished'}; worker 0 wrote the run.")
    if interrupted:
        sys.exit(128 + (stop.signal or signal.SIGINT))
