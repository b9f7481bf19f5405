"""``seqclf runs show``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seqclf.cli.options import json_option, runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say, width_of

_MARGIN = 19


@click.command("show", short_help="Show what is known of a run.")
@run_argument(required=False)
@runs_option
@json_option
def show_command(run: str | None, runs: Path, as_json: bool) -> None:
    """Show what is known of RUN: state, data, scores, origin, size, versions, and what to type next.

    Without RUN: the newest finished run, else the newest interrupted one, else the one started last. RUN may be a
    cross-validation, such as imdb-2 for imdb-2-fold1. If the output is not a terminal, a tab separates name and value.
    """
    from seqclf.cli.run_facts import facts
    from seqclf.cli.run_list import as_json as entry_as_json
    from seqclf.labels import on_one_line
    from seqclf.run_catalogue.catalogue import entries, find_entry
    from seqclf.run_catalogue.origins import learnt_from, origins_of, started_from, teachers_of

    entry = find_entry(runs, run)
    others = entries(entry.path.parent)
    if as_json:
        related = {
            "started_from": origins_of(entry),
            "start_of": [one.name for one in started_from(entry, others)],
            "learnt_from": teachers_of(entry.manifest),
            "teacher_of": [one.name for one in learnt_from(entry, others)],
        }
        print_json(entry_as_json(entry) | related | {"manifest": entry.manifest})
        return
    for heading, text in facts(entry, runs, others):
        line = on_one_line(text, None)
        if width_of(sys.stdout) is None:
            click.echo(f"{heading}\t{line}")
        else:
            say(f"{heading:<{_MARGIN}}{line}", indent=" " * _MARGIN)
