"""``seqclf runs list``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seqclf.cli.options import json_option, runs_option
from seqclf.cli.run_filters import filter_options
from seqclf.cli.run_metric import metric_option
from seqclf.cli.streams import print_json
from seqclf.cli.value_types import OneOf, Whole
from seqclf.cli.wrap import say, width_of
from seqclf.files import shell_word
from seqclf.run_catalogue.query import SORTED_BY, Filters


@click.command("list", short_help="List runs with their scores.")
@runs_option
@filter_options
@metric_option("Score to show and to sort by. [default: accuracy, micro F1 of multi-label runs, perplexity]")
@click.option("--sort", type=OneOf(SORTED_BY), default="started", show_default=True, help="Column to sort by.")
@click.option("--reverse", is_flag=True, help="The worst, smallest or oldest first.")
@click.option("-n", "--limit", type=Whole(min=1), metavar="N", help="Only the first N runs.")
@click.option("--only-names", is_flag=True, help="Print only the names, one per line.")
@json_option
def list_command(
    *,
    runs: Path,
    filters: Filters,
    metric: str | None,
    sort: str,
    reverse: bool,
    limit: int | None,
    only_names: bool,
    as_json: bool,
) -> None:
    """List runs with state, scores, time, size and data, the newest first.

    A cross-validation is one line with the mean scores of its folds. If the output is not a terminal, values are
    separated by tabs, below a line of headings.
    """
    from seqclf.cli import run_list
    from seqclf.cli.run_best import too_good
    from seqclf.run_catalogue.catalogue import entries
    from seqclf.run_catalogue.query import in_order
    from seqclf.run_catalogue.scores import SPLITS

    everything = entries(runs)
    found = in_order(filters.of(everything), sort, reverse=reverse, score=metric)[:limit]
    if as_json:
        print_json([run_list.as_json(entry) for entry in found])
        return
    if only_names:
        for entry in found:
            click.echo(entry.name)
        return
    width = width_of(sys.stdout)
    if found:
        for line in run_list.plain_rows(found, metric) if width is None else run_list.run_table(found, metric, width):
            click.echo(line)
    elif everything:
        say(f"None of the {len(everything):,} runs in {runs} fits.", err=True)
    else:
        say(f"No runs in {runs}. Train one with `seqclf train CONFIG`, or set the folder with --runs.", err=True)
    for split in SPLITS:
        if known := [entry.name for entry in found if split in entry.scores and split in entry.known_to_teachers]:
            say(too_good(known, split), err=True)
    if broken := next((entry for entry in found if entry.problem), None):
        say(f"Some files are damaged: seqclf runs show {shell_word(broken.name)}", err=True)
