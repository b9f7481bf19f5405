"""``seqclf runs best``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import json_option, runs_option
from seqclf.cli.run_filters import filter_options
from seqclf.cli.run_metric import metric_option
from seqclf.cli.streams import print_json
from seqclf.cli.value_types import OneOf
from seqclf.cli.wrap import say
from seqclf.run_catalogue.query import Filters


@click.command("best", short_help="Print the name of the best run.")
@runs_option
@filter_options
@metric_option(
    "Score to compare, such as macro_f1 or loss. [default: accuracy, micro F1 of multi-label runs, perplexity]",
    with_split=True,
)
@click.option(
    "--split",
    type=OneOf(("validation", "test")),
    help="Texts whose scores count. [default: validation, or test if no run has a validation score]",
)
@json_option
def best_command(*, runs: Path, filters: Filters, metric: str | None, split: str | None, as_json: bool) -> None:
    """Print the name of the best complete run: seqclf predict --run "$(seqclf runs best --metric macro_f1)" TEXT.

    Scores on validation texts decide: a test split that chooses a model measures it no more. Folds of
    cross-validations are left out unless --folds is given: each has other validation texts. The name alone is printed
    on standard output, the score on standard error.
    """
    from seqclf.cli.run_best import sentences
    from seqclf.run_catalogue.catalogue import entries
    from seqclf.run_catalogue.choice import best

    found = best(filters.of(entries(runs)), metric, split)
    if as_json:
        entry = found.entry
        about = {"metric": found.score, "split": found.split, "value": found.value, "compared": found.compared}
        others = {"ties": list(found.ties), "without": list(found.without), "same_texts": found.same_texts}
        others["known_to_teachers"] = list(found.known)
        print_json({"name": entry.name, "path": str(entry.path), **about, **others})
        return
    for sentence in sentences(found):
        say(sentence, err=True)
    click.echo(found.entry.name)
