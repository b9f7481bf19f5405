"""``seqclf explain``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.explain_method import GRADIENTS, OCCLUSION, Explain, opened
from seqclf.cli.given_fields import GivenFields, given_fields
from seqclf.cli.options import (
    UserPath,
    allow_code_option,
    json_option,
    run_or_hub_option,
    runs_option,
    threads_option,
)
from seqclf.cli.streams import check_output, print_json
from seqclf.cli.typed_texts import in_batches, typed_texts
from seqclf.cli.value_types import OneOf, Whole
from seqclf.cli.wrap import say
from seqclf.run_choice import LATEST, named_with_status

if TYPE_CHECKING:
    from seqclf.explanation.attribution import Attribution
    from seqclf.inference import Prediction, TextClassifier

Explained = Iterator[tuple["Prediction", tuple["Attribution", ...]]]
"""Of each text what the run predicts, and an attribution for each label that is explained."""


@click.command("explain", short_help="Show which words of a text speak for its label.")
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME",
    help="Explain this label. Repeatable. [default: what the run predicts, else the most probable label]",
)
@click.option("--against", metavar="NAME", help="Explain the label against this one, not against all others.")
@click.option(
    "--method",
    type=OneOf([OCCLUSION, GRADIENTS]),
    default=OCCLUSION,
    show_default=True,
    help="occlusion: leave out each word, for any run, without TensorFlow; integrated-gradients: complete scores, for "
    "a run with its model.keras.",
)
@click.option(
    "--most-calls",
    type=Whole(min=1),
    metavar="N",
    help="Occlusion: read at most N variants of a text. Of more words, groups are left out first, then parts of the "
    "strongest groups. [default: 500]",
)
@click.option(
    "--field",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of another column that the run reads, for every TEXT.",
)
@click.option(
    "--top",
    type=Whole(min=0),
    default=5,
    show_default=True,
    metavar="K",
    help="List the K strongest words for the label and against it.",
)
@click.option("--html", "html_path", type=UserPath(path_type=Path), metavar="FILE", help="Write a page instead.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file of --html.")
@runs_option
@run_or_hub_option
@threads_option
@allow_code_option
@json_option
def explain_command(
    texts: tuple[str, ...],
    *,
    labels: tuple[str, ...],
    against: str | None,
    method: str,
    most_calls: int | None,
    given: tuple[str, ...],
    top: int,
    html_path: Path | None,
    overwrite: bool,
    runs: Path,
    run_name: str | None,
    threads: int | str,
    as_json: bool,
) -> None:
    """Show which words of each TEXT speak for its label, and which against it. The TEXT ``-`` reads one text per line
    from standard input. Put ``--`` before texts that start with a dash.

    Scores are in log-odds. A terminal shows the words in green and red, other output marks them: [+word], [-word].
    With --json, prints an object for each text and label. With --html, writes one page of all texts.

    A run that labels a text with several labels explains each; --label NAME explains others.
    """
    from seqclf.evaluation.opening import find_model

    _check_options(method, most_calls, html_path, overwrite=overwrite, as_json=as_json)
    run = find_model(runs, run_name)
    if run_name in (None, LATEST) and run.has_manifest:
        say(f"Run {named_with_status(run, str(run.folder))}", err=True)
    classifier, explain = opened(run, threads, labels=labels, against=against, method=method, most_calls=most_calls)
    fields = given_fields(given, classifier.columns, classifier.extra)
    if note := fields.note():
        say(note, err=True)
    explained = _explained(classifier, explain, fields, typed_texts(texts))
    if html_path is not None:
        _write_page(html_path, run.name, explained)
    elif as_json:
        _print_json(explained)
    else:
        from seqclf.cli.explained_texts import show_all

        show_all(explained, top)


def _check_options(
    method: str, most_calls: int | None, html_path: Path | None, *, overwrite: bool, as_json: bool
) -> None:
    """Raise ``UsageError`` for options without effect, and ``InputError`` if the page cannot be written."""
    if most_calls is not None and method != OCCLUSION:
        raise click.UsageError(f"--most-calls works only with --method {OCCLUSION}")
    if html_path is None:
        if overwrite:
            raise click.UsageError("--overwrite works only with --html FILE")
        return
    if as_json:
        raise click.UsageError("--html and --json are different forms of the output: give one of them")
    from seqclf.inference.bulk.target import Target

    Target(html_path, "html", overwrite=overwrite).check()


def _explained(classifier: TextClassifier, explain: Explain, fields: GivenFields, texts: Iterator[str]) -> Explained:
    """Each text as soon as it is read."""
    from seqclf.inference.prediction import predictions
    from seqclf.inference.text_classifier import own_decider

    decider = own_decider(classifier)
    for batch in in_batches(texts):
        joined = list(map(fields.joined, batch))
        probabilities = classifier.probabilities(joined, fields.beside(len(batch)))
        for text, prediction in zip(joined, predictions(probabilities, decider, joined), strict=True):
            yield prediction, explain([text], fields.beside(1))[0]
            check_output()


def _print_json(explained: Explained) -> None:
    for prediction, attributions in explained:
        label = prediction.label
        for one in attributions:
            print_json({**one.to_json(), "prediction": list(label) if isinstance(label, tuple) else label})


def _write_page(path: Path, name: str, explained: Explained) -> None:
    from seqclf.explanation.page import page
    from seqclf.files import write_text

    found = [(prediction, one) for prediction, attributions in explained for one in attributions]
    if not found:
        say("There were no texts to explain; nothing was written", err=True)
        return
    write_text(path, page(name, found))
    say(f"Wrote {path}: {len(found):,} explanation{'' if len(found) == 1 else 's'}", err=True)
