"""``seqclf runs compare``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import json_option, runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.streams import print_json
from seqclf.cli.value_types import Whole
from seqclf.cli.wrap import say, width_of

if TYPE_CHECKING:
    from seqclf.cli.run_paired import Tested
    from seqclf.run_catalogue.differences import Comparison

_TEXTS = 4


@click.command("compare", short_help="Show in what runs differ, and whether by more than chance.")
@run_argument("names", several=True)
@runs_option
@click.option("--all", "everything", is_flag=True, help="Also options that only some of the runs have.")
@click.option(
    "--texts",
    type=Whole(min=0),
    default=_TEXTS,
    show_default=True,
    metavar="N",
    help="Show at most N of the texts that get different answers: on a terminal, in JSON and in Markdown.",
)
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
@json_option
def compare_command(
    names: tuple[str, ...], runs: Path, everything: bool, texts: int, *, markdown: bool, as_json: bool
) -> None:
    """Show the scores of two or more runs, test whether each classifier differs from the first by more than chance, and
    show the options in which their configs differ.

    The test compares the answers that the runs have kept, text by text: of their test texts once `seqclf eval` has
    measured all of them, else of their validation texts. Some texts that get different answers are shown.

    An asterisk marks the best value. Scores of different tasks are not compared. What only some of the runs have, such
    as the options of another layer type, is left out; --all and --json have it. If the output is not a terminal, values
    are separated by tabs.
    """
    from seqclf.cli import run_comparison
    from seqclf.cli.eval_form import Form
    from seqclf.cli.run_paired import tested
    from seqclf.cli.run_paired_forms import as_json as paired_json
    from seqclf.run_catalogue.catalogue import find_entry
    from seqclf.run_catalogue.differences import compare

    Form(as_json, markdown).check()
    if len(names) < 2:
        raise click.UsageError(f"name at least two runs; found only {names[0]}")
    found = [find_entry(runs, name) for name in names]
    if (twice := next((one for place, one in enumerate(found) if one in found[:place]), None)) is not None:
        raise click.UsageError(f"{twice.name} is named twice")
    comparison = compare(found)
    width = width_of(sys.stdout)
    shows_texts = as_json or markdown or width is not None
    paired = tested(comparison, texts if shows_texts else 0)
    if as_json:
        print_json({**run_comparison.as_json(comparison), "paired": paired_json(paired)})
        return
    _print(comparison, paired, width, everything=everything, markdown=markdown)
    for sentence in _beside(comparison, paired, runs, everything=everything):
        say(sentence, err=True)


def _print(
    comparison: Comparison, paired: Tested | None, width: int | None, *, everything: bool, markdown: bool
) -> None:
    """Print the tables on stdout: scores, whether they differ by more than chance, and why they may."""
    from seqclf.cli import run_comparison
    from seqclf.cli.console import console
    from seqclf.cli.report_output import print_report
    from seqclf.cli.run_paired import report
    from seqclf.cli.run_paired_forms import rows

    if markdown:
        print_report(console(), run_comparison.score_report(comparison), markdown=True)
    elif width is None:
        of_runs = [] if paired is None else [one.name for one in paired.entries]
        tests = ((title, dict(zip(of_runs, values, strict=True))) for title, values in rows(paired))
        for line in run_comparison.plain(comparison, tests, everything=everything):
            click.echo(line)
        return
    else:
        for line in run_comparison.score_lines(comparison, width):
            click.echo(line)
    if paired is not None and (shown := report(paired)) is not None:
        click.echo()
        print_report(console(), shown, markdown=markdown)
    click.echo()
    if markdown:
        print_report(console(), run_comparison.option_report(comparison, everything=everything), markdown=True)
        return
    assert width is not None
    for line in run_comparison.option_lines(comparison, width, everything=everything):
        click.echo(line)


def _beside(comparison: Comparison, paired: Tested | None, runs: Path, *, everything: bool) -> Iterator[str]:
    """What to say beside the tables."""
    from seqclf.cli import run_comparison
    from seqclf.cli.run_paired_forms import notes
    from seqclf.evaluation.paired_runs import WhyNot

    all_tested = paired is not None and len(paired.found.pairs) == len(comparison.entries) - 1
    same = paired.split if paired is not None and all_tested else None
    yield from run_comparison.warnings(comparison, everything=everything, same=same)
    damaged = paired is not None and WhyNot.DAMAGED in paired.found.why_not.values()
    command = None if all_tested or damaged else run_comparison.how_to_test(comparison, runs)
    if paired is not None and command is None:
        yield from notes(paired, runs)
    if command is not None:
        yield f"To test whether they differ by more than chance: {command}"
