"""``seqclf predict``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.file_hints import check_one_file
from seqclf.cli.given_fields import GivenFields, given_fields
from seqclf.cli.input_options import columns_option, input_format_option, several_inputs_option
from seqclf.cli.options import (
    UserPath,
    allow_code_option,
    encoding_option,
    json_option,
    run_or_hub_option,
    runs_option,
    threads_option,
)
from seqclf.cli.predict_model import Asked, open_model
from seqclf.cli.predict_request import ENGINES, FileRequest, Helpers
from seqclf.cli.predict_sets import label_sets
from seqclf.cli.several_files import has_several
from seqclf.cli.streams import check_output, print_json
from seqclf.cli.typed_texts import in_batches, shown_text, typed_texts
from seqclf.cli.value_types import OneOf, Real, Whole
from seqclf.cli.wrap import say
from seqclf.labels import MOST_SHOWN, on_one_line
from seqclf.run_choice import LATEST, named_with_status
from seqclf.runs import CLASSIFICATION, LANGUAGE_MODEL
from seqclf.tables.formats import WRITE_KINDS

if TYPE_CHECKING:
    from seqclf.decisions import Decider
    from seqclf.inference import Prediction, TextClassifier
    from seqclf.run_calibration import LabelSets
    from seqclf.runs import Run

_SHARE = Real(0, 1)


@click.command("predict")
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@several_inputs_option
@columns_option
@click.option(
    "--field",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of another column that the run reads, for every TEXT. TEXT is the first text column; columns without "
    "a value are empty.",
)
@input_format_option
@encoding_option
@click.option(
    "--output",
    "-o",
    "output_path",
    type=UserPath(),
    metavar="FILE",
    help="File for the rows with predictions, or -; a folder if --input names several files. [default: -]",
)
@click.option(
    "--output-format",
    type=OneOf(WRITE_KINDS),
    help="Format of --output. [default: by file extension; for -: jsonl]",
)
@click.option(
    "--errors",
    "errors_path",
    type=UserPath(path_type=Path),
    help="File for the errors of malformed rows; a folder if --output is one.",
)
@click.option("--resume", is_flag=True, help="Resume an interrupted --output.")
@click.option("--overwrite", is_flag=True, help="Replace existing files of --output and --errors.")
@click.option(
    "--engine",
    type=OneOf(ENGINES),
    help="Who predicts the files of a folder --output: processes of this machine, or actors of Ray. [default: local]",
)
@click.option(
    "--workers",
    type=Whole(min=1),
    metavar="N",
    help="Predict N files at a time, each in a process (local, default 1) or actor (ray, default: one for each CPU) "
    "with one thread.",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="A running cluster of Ray to join, or auto. [default: Ray starts on this machine]",
)
@click.option("--top", type=Whole(min=1), metavar="K", help="Also output the K most probable labels.")
@click.option(
    "--threshold",
    type=_SHARE,
    metavar="P",
    help="Predict a label if its probability exceeds P. Multi-label: replaces the run's thresholds; two labels: "
    "applies to the second one.",
)
@click.option(
    "--abstain-below",
    type=_SHARE,
    metavar="P",
    help="Predict no label (null) if its probability is below P; multi-label: if that of exactly the predicted labels "
    "is.",
)
@click.option(
    "--abstain-empty",
    is_flag=True,
    help="Predict no label (null) for empty texts. [default: the most frequent label of the training texts]",
)
@click.option(
    "--answer-all", is_flag=True, help='Label also the texts that the run abstains from (see "calibrate --abstain").'
)
@click.option(
    "--set-coverage",
    "coverage",
    type=Real(0, 1, min_open=True, max_open=True),
    metavar="C",
    help="Also output a set of labels, so that C of all texts have their label (multi-label: all of them) in it; needs "
    "a calibrated run.",
)
@click.option("--probabilities", "every", is_flag=True, help="Also output the probability of every label.")
@click.option(
    "--score", is_flag=True, help="Measure how probable texts are for a language model, instead of labelling them."
)
@click.option("--prefix", default="", metavar="TEXT", help="Prefix of the names of --output's new columns.")
@runs_option
@run_or_hub_option
@threads_option
@allow_code_option
@json_option
def predict_command(
    texts: tuple[str, ...],
    *,
    inputs: tuple[str, ...],
    given: tuple[str, ...],
    top: int | None,
    threshold: float | None,
    abstain_below: float | None,
    abstain_empty: bool,
    answer_all: bool,
    coverage: float | None,
    every: bool,
    score: bool,
    engine: str | None,
    workers: int | None,
    address: str | None,
    runs: Path,
    run_name: str | None,
    threads: int | str,
    as_json: bool,
    **of_file: Any,
) -> None:
    """Label each TEXT, or the texts of a file; or --score them with a language model. The TEXT ``-`` reads one text per
    line from standard input, including empty lines. Put ``--`` before texts that start with a dash.

    Prints label, probability and text for each; with --json one object per line, with the probability of every label.
    Multi-label runs print all labels above their thresholds, the most probable first; - means none. After "calibrate
    --abstain RATE", - means that the run abstains from a text; of multi-label runs it is ?.

    With --input, writes the rows of a file with their predictions, in the columns prediction and probability, or
    predictions and probabilities for multi-label runs. --resume continues an interrupted call, or starts a new one, so
    that the same command can be repeated until it succeeds.

    Several files, a pattern in quotes or a folder are predicted into the folder --output, --workers at a time. The same
    command skips the files that are complete, and does those again whose input, model or options have changed.

    With --score, the columns are log_probability (natural logarithm), tokens, perplexity, bits_per_character and
    unknown (tokens). Each text is read alone, and its end counts as a token and a character.
    """
    from seqclf.evaluation.opening import find_model

    asked = Asked(top, threshold, abstain_below, abstain_empty, answer_all, coverage, every, score)
    asked.check()
    helpers = Helpers(engine, workers, address)
    file = FileRequest(input_path=next(iter(inputs), None), **of_file)
    several = has_several(click.get_current_context(), inputs, texts, file.output_path)
    if not several:
        check_one_file(click.get_current_context(), inputs, texts)
    file.check(texts, as_json=as_json, fields=bool(given))
    helpers.check(None if texts else file.output_path)
    run = find_model(runs, run_name, LANGUAGE_MODEL if score else CLASSIFICATION)
    _name_the_run(run, run_name)
    if several or helpers.given:
        _predict_files(run, inputs, file, asked, helpers=helpers, threads=threads)
        return
    if score:
        from seqclf.cli.predict_score import score_texts

        score_texts(run, texts, file, given, threads=threads if isinstance(threads, int) else None, as_json=as_json)
        return
    if file.input_path is not None:
        from seqclf.cli.predict_file import predict_rows

        predict_rows(open_model(run, asked, file.prefix, threads), run, file)
        return
    _predict_texts(run, typed_texts(texts), given, asked, threads=threads, as_json=as_json)


def _predict_texts(
    run: Run, texts: Iterator[str], given: tuple[str, ...], asked: Asked, *, threads: int | str, as_json: bool
) -> None:
    """Print the predictions of texts; ``given``: the values of ``--field``."""
    from seqclf.evaluation.opening import open_classifier

    classifier = open_classifier(run, threads=threads)
    decider = asked.decider(classifier)
    sets = None if asked.coverage is None else label_sets(run, classifier, asked.coverage)
    fields = given_fields(given, classifier.columns, classifier.extra)
    if note := fields.note():
        say(note, err=True)
    listed = len(classifier.labels) if asked.every else asked.top or 0
    _print_predictions(_predicted(classifier, decider, fields, texts), listed, sets, as_json=as_json)


def _predict_files(
    run: Run, inputs: tuple[str, ...], file: FileRequest, asked: Asked, *, helpers: Helpers, threads: int | str
) -> None:
    """Write the rows of several files with their predictions into a folder."""
    from seqclf.cli.predict_files import predict_files

    predict_files(run, inputs, file, asked, helpers=helpers, threads=threads)


def _name_the_run(run: Run, given: str | None) -> None:
    """Say which run was chosen if the user named none."""
    if given in (None, LATEST) and run.has_manifest:
        say(f"Run {named_with_status(run, str(run.folder))}", err=True)


def _print_predictions(
    predicted: Iterable[tuple[str, Prediction]], listed: int, sets: LabelSets | None, *, as_json: bool
) -> None:
    """Print each text's prediction with the ``listed`` most probable labels, and its set of labels."""
    for text, prediction in predicted:
        within = None if sets is None else sets.of(prediction.probabilities)
        if as_json:
            found = prediction.as_json(text, top=listed)
            print_json(found if within is None else {"text": found.pop("text"), "set": within, **found})
        else:
            click.echo(_line(text, prediction, within, top=listed))


def _predicted(
    classifier: TextClassifier, decider: Decider, fields: GivenFields, texts: Iterator[str]
) -> Iterator[tuple[str, Prediction]]:
    """The texts with their predictions; on a terminal, each as soon as it is entered."""
    from seqclf.inference.prediction import predictions

    for batch in in_batches(texts):
        joined = list(map(fields.joined, batch))
        probabilities = classifier.probabilities(joined, fields.beside(len(batch)))
        yield from zip(batch, predictions(probabilities, decider, joined), strict=True)
        check_output()


def _line(text: str, prediction: Prediction, within: Sequence[str] | None = None, *, top: int) -> str:
    """``positive  0.9871  (positive 0.9871, negative 0.0129)  the text``; with the set of labels, ``{positive}``."""
    shown = {label: on_one_line(label, None) for label in prediction.probabilities}
    width = 0 if prediction.is_multi else min(MOST_SHOWN, max(map(len, shown.values())))
    gap = " " if prediction.is_multi else "  "
    predicted = [f"{shown[label]:{width}}{gap}{value:.4f}" for label, value in prediction.chosen]
    none = "?" if prediction.is_multi and prediction.label is None else "-"
    chosen = ", ".join(predicted) or none.ljust(width)
    best = ", ".join(f"{shown[label]} {value:.4f}" for label, value in prediction.top(top))
    together = "" if within is None else f"  {{{', '.join(shown[label] for label in within)}}}"
    return f"{chosen}{together}{f'  ({best})' if best else ''}  {shown_text(text)}"
