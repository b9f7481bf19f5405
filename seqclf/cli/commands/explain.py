"""``seqclf explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from seqclf.cli.explain_method import GRADIENTS, OCCLUSION, opened
from seqclf.cli.explain_output import output_of
from seqclf.cli.file_hints import check_one_file
from seqclf.cli.input_options import InputFile, columns_option, input_format_option, inputs_option
from seqclf.cli.options import (
    UserPath,
    allow_code_option,
    encoding_option,
    json_option,
    run_or_hub_option,
    runs_option,
    threads_option,
)
from seqclf.cli.value_types import OneOf, Whole
from seqclf.cli.wrap import say
from seqclf.run_choice import LATEST, named_with_status


@click.command("explain", short_help="Show which words of a text speak for its label.")
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@inputs_option
@columns_option
@input_format_option
@encoding_option
@click.option(
    "--limit", type=Whole(min=1), metavar="N", help="Explain the first N texts. [default: all; of a page: 500]"
)
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
@click.option(
    "--html", "html_path", type=UserPath(path_type=Path), metavar="FILE", help="Write a page instead; -: print it."
)
@click.option(
    "--output",
    "-o",
    "output_path",
    type=UserPath(path_type=Path),
    metavar="FILE",
    help="Write FILE, complete or not at all: .jsonl (as --json), .html (as --html) or .txt, or -. [default: -]",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing file of --output or --html.")
@runs_option
@run_or_hub_option
@threads_option
@allow_code_option
@json_option
def explain_command(
    texts: tuple[str, ...],
    *,
    inputs: tuple[str, ...],
    limit: int | None,
    labels: tuple[str, ...],
    against: str | None,
    method: str,
    most_calls: int | None,
    given: tuple[str, ...],
    top: int,
    html_path: Path | None,
    output_path: Path | None,
    overwrite: bool,
    runs: Path,
    run_name: str | None,
    threads: int | str,
    as_json: bool,
    **of_file: Any,
) -> None:
    """Show which words of each TEXT, or of the texts of a file, speak for its label, and which against it. The TEXT
    ``-`` reads one text per line from standard input. Put ``--`` before texts that start with a dash.

    Scores are in log-odds. A terminal shows the words in green and red, other output marks them: [+word], [-word].
    With --json, prints an object for each text and label. With --html, writes one page of all texts.

    With --input, explains the rows of a file, one after another, and names the place of each.

    A run that labels a text with several labels explains each; --label NAME explains others.
    """
    from seqclf.cli.explain_input import explained, texts_to_explain
    from seqclf.evaluation.opening import find_model

    check_one_file(click.get_current_context(), inputs, texts)
    file = InputFile(next(iter(inputs), None), **of_file)
    file.check_given(texts, fields=bool(given))
    _check_options(file, method, most_calls, contrast=against is not None and not labels)
    output = output_of(as_json=as_json, html=html_path, path=output_path)
    if overwrite and output.path is None:
        raise click.UsageError("--overwrite works only with --output FILE or --html FILE")
    output.check(file.input_path, overwrite=overwrite)
    run = find_model(runs, run_name)
    if run_name in (None, LATEST) and run.has_manifest:
        say(f"Run {named_with_status(run, str(run.folder))}", err=True)
    classifier, explain = opened(run, threads, labels=labels, against=against, method=method, most_calls=most_calls)
    with output.progress(file) as on_report:
        read = texts_to_explain(classifier, run, (file, texts, given), output.limit(limit), on_report)
        output.write(explained(classifier, explain, read), run.name, top)


def _check_options(file: InputFile, method: str, most_calls: int | None, *, contrast: bool) -> None:
    """Raise ``UsageError`` for options without effect.

    ``contrast``: whether ``--against`` is given without ``--label``.
    """
    if most_calls is not None and method != OCCLUSION:
        raise click.UsageError(f"--most-calls works only with --method {OCCLUSION}")
    if contrast and file.input_path is not None:
        raise click.UsageError(
            "--against: the texts of a file have several predictions; add --label NAME, the label to explain"
        )
