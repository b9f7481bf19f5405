"""``seqclf runs compare``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seqclf.cli.options import json_option, runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say, width_of


@click.command("compare", short_help="Show in what runs differ.")
@run_argument("names", several=True)
@runs_option
@click.option("--all", "everything", is_flag=True, help="Also options that only some of the runs have.")
@json_option
def compare_command(names: tuple[str, ...], runs: Path, everything: bool, as_json: bool) -> None:
    """Show the options of the config in which two or more runs differ, next to their scores.

    An asterisk marks the best value. Scores of different tasks are not compared. What only some of the runs have, such
    as the options of another layer type, is left out; --all and --json have it. If the output is not a terminal, values
    are separated by tabs.
    """
    from seqclf.cli import run_comparison
    from seqclf.run_catalogue.catalogue import find_entry
    from seqclf.run_catalogue.differences import compare

    if len(names) < 2:
        raise click.UsageError(f"name at least two runs; found only {names[0]}")
    found = [find_entry(runs, name) for name in names]
    if (twice := next((one for place, one in enumerate(found) if one in found[:place]), None)) is not None:
        raise click.UsageError(f"{twice.name} is named twice")
    comparison = compare(found)
    if as_json:
        print_json(run_comparison.as_json(comparison))
        return
    width = width_of(sys.stdout)
    if width is None:
        shown = run_comparison.plain(comparison, everything=everything)
    else:
        shown = run_comparison.lines(comparison, width, everything=everything)
    for line in shown:
        click.echo(line)
    for warning in run_comparison.warnings(comparison, everything=everything):
        say(warning, err=True)
    if (command := run_comparison.how_to_test(comparison, runs)) is not None:
        say(f"To test whether they differ by more than chance: {command}", err=True)
