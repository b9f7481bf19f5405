"""``seqclf runs tail``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seqclf.cli.options import json_option, runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import width_of


@click.command("tail", short_help="Follow a run that is being trained.")
@run_argument(required=False)
@runs_option
@json_option
def tail_command(run: str | None, runs: Path, as_json: bool) -> None:
    """Print the epochs of RUN as they end, until its training ends.

    Without RUN: the run that is being trained; of several, the one started last; if there is none, as "seqclf runs
    show". --json prints the lines of its history. Exit code 1 if the training failed or was killed.
    """
    from seqclf.cli import run_tail
    from seqclf.errors import InputError
    from seqclf.run_catalogue.catalogue import find_entry, running
    from seqclf.run_catalogue.state import DAMAGED
    from seqclf.runs import COMPLETE

    entry = (running(runs) if run is None else None) or find_entry(runs, run)
    if entry.is_cross_validation:
        raise InputError(f"{entry.name}: is a cross-validation; follow a fold: {', '.join(entry.folds) or 'none yet'}")
    if entry.state == DAMAGED:
        raise InputError(str(entry.problem))
    if as_json:
        ended = run_tail.follow(entry, run_tail.print_lines)
        print_json({"type": "end", "state": ended.state})
    else:
        width = width_of(sys.stdout)
        with run_tail.shown(width) as (show, show_step):
            ended = run_tail.follow(entry, run_tail.EpochsListener(entry, width, show, show_step))
        run_tail.say_ending(ended)
    if ended.state not in COMPLETE:
        raise click.exceptions.Exit(1)
