"""``seqclf predict``."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.options import (
    allow_code_option,
    encoding_option,
    json_option,
    run_option,
    runs_option,
    threads_option,
)
from seqclf.cli.wrap import say
from seqclf.file_encoding import UTF8
from seqclf.runs import TEXT_COLUMN
from seqclf.table_rows import READ_KINDS, WRITE_KINDS

if TYPE_CHECKING:
    from seqclf.decisions import Decider
    from seqclf.inference import Classifier
    from seqclf.inference.bulk.reader import Source
    from seqclf.runs import Run

_LINES_A_BATCH = 256
_SHARE = click.FloatRange(0, 1)


@click.command("predict")
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option(
    "--input", "-i", "input_path", metavar="FILE", help="File of texts (csv, tsv, jsonl, parquet, txt), or -."
)
@click.option("--column", help="Column of --input's texts. [default: the run's, or text]")
@click.option(
    "--input-format",
    type=click.Choice(READ_KINDS),
    help="Format of --input; txt: one text per line. [default: by file extension]",
)
@encoding_option
@click.option(
    "--output", "-o", "output_path", metavar="FILE", help="File for the rows with predictions, or -. [default: -]"
)
@click.option(
    "--output-format",
    type=click.Choice(WRITE_KINDS),
    help="Format of --output. [default: by file extension; for -: jsonl]",
)
@click.option("--errors", "errors_path", type=click.Path(path_type=Path), help="File for the errors of malformed rows.")
@click.option("--resume", is_flag=True, help="Resume an interrupted --output.")
@click.option("--overwrite", is_flag=True, help="Replace existing files of --output and --errors.")
@click.option("--top", type=click.IntRange(min=1), metavar="K", help="Also output the K most probable labels.")
@click.option(
    "--threshold",
    type=_SHARE,
    metavar="P",
    help="Predict a label if its probability exceeds P. Multi-label: replaces the run's thresholds; two labels: "
    "applies to the second one.",
)
@click.option(
    "--abstain-below", type=_SHARE, metavar="P", help="Predict no label (null) if its probability is below P."
)
@click.option(
    "--abstain-empty",
    is_flag=True,
    help="Predict no label (null) for empty texts. [default: the most frequent label of the training texts]",
)
@click.option("--probabilities", "every", is_flag=True, help="Also output the probability of every label.")
@click.option("--prefix", default="", metavar="TEXT", help="Prefix of the names of --output's new columns.")
@runs_option
@run_option
@threads_option
@allow_code_option
@json_option
def predict_command(
    texts: tuple[str, ...],
    input_path: str | None,
    column: str | None,
    input_format: str | None,
    encoding: str | None,
    output_path: str | None,
    output_format: str | None,
    errors_path: Path | None,
    resume: bool,
    overwrite: bool,
    top: int | None,
    threshold: float | None,
    abstain_below: float | None,
    abstain_empty: bool,
    every: bool,
    prefix: str,
    runs: Path,
    run_name: str | None,
    threads: int | str,
    as_json: bool,
) -> None:
    """Label each TEXT, or the texts of a file. The TEXT ``-`` reads one text per line from standard input, including
    empty lines. Put ``--`` before texts that start with a dash.

    Prints label, probability and text for each; with --json one object per line, with the probability of every label.
    Multi-label runs print all labels above their thresholds, the most probable first; - means none.

    With --input, writes the rows of a file with their predictions, in the columns prediction and probability, or
    predictions and probabilities for multi-label runs. --resume continues an interrupted call, or starts a new one, so
    that the same command can be repeated until it succeeds.
    """
    from seqclf.run_choice import LATEST, find_run, named_with_status

    only_files = {
        "--output": output_path,
        "--errors": errors_path,
        "--resume": resume or None,
        "--prefix": prefix or None,
        "--encoding": encoding,
        "--column": column,
    }
    _check_options(texts, input_path, only_files, as_json=as_json)
    exported = _exported(run_name)
    run = exported or find_run(runs, run_name)
    if exported is None and run_name in (None, LATEST):
        say(f"Run {named_with_status(run, str(run.folder))}", err=True)
    classifier = _load(run, threads)
    decider = _decider(classifier, threshold, abstain_below, abstain_empty=abstain_empty)
    if input_path is None:
        _predict_texts(classifier, decider, texts, top=top, every=every, as_json=as_json)
        return
    from seqclf.cli.predict_file import predict_rows

    predict_rows(
        classifier,
        run.onnx if run.onnx.exists() else run.model,
        decider,
        source=_source(run, input_path, input_format, column, encoding),
        target=(output_path, output_format, errors_path),
        top=top or 0,
        every=every,
        prefix=prefix,
        resume=resume,
        overwrite=overwrite,
    )


def _check_options(
    texts: tuple[str, ...], input_path: str | None, only_files: dict[str, Any], *, as_json: bool
) -> None:
    """Raise ``UsageError`` for options that cannot be combined."""
    from seqclf.cli.hints import check_texts

    check_texts(texts)
    if input_path is not None and " " in input_path and not Path(input_path).exists():
        raise click.UsageError(f"--input {input_path}: no such file")  # "-instead of this" is a text
    if bool(texts) == (input_path is not None):
        raise click.UsageError("give TEXT or --input FILE" + (", not both" if texts else ""))
    if texts and (unused := [name for name, value in only_files.items() if value is not None]):
        raise click.UsageError(f"{', '.join(unused)}: works only with --input")
    if input_path is not None and as_json:
        raise click.UsageError("--json is for texts on the command line; --output-format sets the format of a file")


def _source(run: Run, path: str, kind: str | None, column: str | None, encoding: str | None) -> Source:
    """The file to predict. Column and encoding default to those of the run's training texts."""
    from seqclf.cli.predict_file import with_text_column
    from seqclf.inference.bulk.reader import Source

    source = Source.of(path, kind, column or TEXT_COLUMN, encoding or _encoding_of(run))
    if column is None:
        source = with_text_column(source, run.text_column)
    if encoding is None and source.encoding != UTF8 and source.kind != "parquet":
        click.echo(
            f"Reading {source.name} as {source.encoding}, like the run's training texts (see --encoding)", err=True
        )
    return source


def _encoding_of(run: Run) -> str:
    """The encoding of the run's training texts; UTF-8 for an exported folder, which does not record it."""
    from seqclf.errors import InputError

    try:
        return str(run.manifest.get("encoding", UTF8))
    except InputError:
        return UTF8


def _exported(name: str | None) -> Run | None:
    """A folder with a model that `seqclf export` wrote; None for anything else, such as a run."""
    from seqclf.errors import InputError
    from seqclf.runs import Run

    if name is None or not Path(name).is_dir() or (Path(name) / "manifest.json").exists():
        return None
    if (Path(name) / "model.onnx").exists():
        return Run(Path(name))
    for file, form in (("saved_model.pb", "a SavedModel"), ("model.keras", "a Keras model")):
        if (Path(name) / file).exists():
            raise InputError(
                f"{name}: contains {form}; predict takes a run, or what `seqclf export --format onnx` wrote"
            )
    return None


def _load(run: Run, threads: int | str) -> Classifier:
    """The run's classifier; without TensorFlow if the run has an ONNX model."""
    if run.onnx.exists():
        from seqclf.inference import Classifier

        return Classifier.load(run.folder, threads=threads if isinstance(threads, int) else None)
    from seqclf.config import load_config
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow(load_config(run.config), threads)
    from seqclf.evaluation.classifier import Classifier as KerasClassifier

    return KerasClassifier.load(run)  # type: ignore[return-value]


def _decider(
    classifier: Classifier, threshold: float | None, abstain_below: float | None, *, abstain_empty: bool
) -> Decider:
    from seqclf.decisions import Decider
    from seqclf.errors import InputError

    try:
        return Decider(classifier.labels, classifier.thresholds, threshold, abstain_below, abstain_empty)
    except InputError as error:
        option = "--threshold" if threshold is not None and not classifier.labels.multi else "--abstain-below"
        raise InputError(f"{option}: {error}") from error


def _predict_texts(
    classifier: Classifier,
    decider: Decider,
    arguments: tuple[str, ...],
    *,
    top: int | None,
    every: bool,
    as_json: bool,
) -> None:
    from seqclf import decisions

    top = len(classifier.labels) if every else top
    width = 0 if classifier.labels.multi else max(map(len, classifier.labels))
    batch_size = 1 if sys.stdin.isatty() else _LINES_A_BATCH
    for batch in _batched(_all_texts(arguments), batch_size):
        rows = classifier.probabilities(batch)
        for text, row, labels in zip(batch, rows, decider(rows, batch), strict=True):
            best = decisions.top(classifier.labels, row, top) if top else []
            if as_json:
                answer: dict[str, Any] = {"text": text}
                answer |= {"labels": labels} if classifier.labels.multi else {"label": labels[0] if labels else None}
                if top:
                    answer["top"] = [{"label": label, "probability": value} for label, value in best]
                answer["probabilities"] = dict(zip(classifier.labels, map(float, row), strict=True))
                click.echo(json.dumps(answer, ensure_ascii=False))
            else:
                gap = " " if classifier.labels.multi else "  "
                chosen = [(label, float(row[classifier.labels.index(label)])) for label in labels]
                answers = ", ".join(f"{label:{width}}{gap}{value:.4f}" for label, value in chosen) or "-".ljust(width)
                named = ", ".join(f"{label} {value:.4f}" for label, value in best)
                click.echo(f"{answers}{f'  ({named})' if best else ''}  {_one_line(text)}")


def _all_texts(arguments: tuple[str, ...]) -> Iterator[str]:
    for argument in arguments:
        if argument == "-":
            for line in sys.stdin.buffer:
                yield line.rstrip(b"\r\n").decode("utf-8", errors="replace")
        else:
            # Python decodes invalid UTF-8 on the command line to lone surrogates.
            yield argument.encode("utf-8", "surrogateescape").decode("utf-8", errors="replace")


def _batched(texts: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(itertools.islice(texts, size)):
        yield batch


def _one_line(text: str, width: int = 80) -> str:
    text = "".join(character if character.isprintable() else " " for character in text)
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 3] + "..."
