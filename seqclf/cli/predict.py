"""``seqclf predict``."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from seqclf.cli.options import allow_code_option, json_option, run_option, runs_option, threads_option

_LINES_A_BATCH = 256


@click.command("predict")
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@runs_option
@run_option
@threads_option
@allow_code_option
@json_option
def predict_command(
    texts: tuple[str, ...], runs: Path, run_name: str | None, threads: int | str, as_json: bool
) -> None:
    """Label each TEXT. ``-`` reads one text a line from standard input, empty lines too; put ``--`` before texts that
    begin with a dash.

    Prints label, probability and text for each; with --json one object a line, with the probability of every label.
    Where texts have lists of labels, all labels above their thresholds, the most probable first; - is none.
    """
    from seqclf.cli.start import start_tensorflow
    from seqclf.config import load_config
    from seqclf.runs import find_run

    run = find_run(runs, run_name)
    if run_name is None:
        click.echo(f"Run {run.folder}", err=True)
    start_tensorflow(load_config(run.config), threads)
    from seqclf.evaluation.classifier import Classifier

    classifier = Classifier.load(run)
    multi = classifier.labels.multi
    width = 0 if multi else max(map(len, classifier.labels))
    batch_size = 1 if sys.stdin.isatty() else _LINES_A_BATCH
    for batch in _batched(_all_texts(texts), batch_size):
        rows = classifier.probabilities(batch)
        for text, row, labels in zip(batch, rows, classifier.predicted(rows), strict=True):
            probabilities = dict(zip(classifier.labels, map(float, row), strict=True))
            if as_json:
                answer = {"labels": labels} if multi else {"label": labels[0]}
                click.echo(json.dumps({"text": text, **answer, "probabilities": probabilities}, ensure_ascii=False))
            else:
                gap = " " if multi else "  "
                answers = [f"{label:{width}}{gap}{probabilities[label]:.4f}" for label in labels]
                click.echo(f"{', '.join(answers) or '-'}  {_one_line(text)}")


def _all_texts(arguments: tuple[str, ...]) -> Iterator[str]:
    for argument in arguments:
        if argument == "-":
            for line in sys.stdin.buffer:
                yield line.rstrip(b"\r\n").decode("utf-8", errors="replace")
        else:
            # Bytes of the command line that are not UTF-8 come as lone surrogates.
            yield argument.encode("utf-8", "surrogateescape").decode("utf-8", errors="replace")


def _batched(texts: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(itertools.islice(texts, size)):
        yield batch


def _one_line(text: str, width: int = 80) -> str:
    text = "".join(character if character.isprintable() else " " for character in text)
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 3] + "..."
