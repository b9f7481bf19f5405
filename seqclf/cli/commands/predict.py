"""``seqclf predict``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.file_hints import check_one_file
from seqclf.cli.given_fields import GivenFields, given_fields
from seqclf.cli.input_options import columns_option, input_format_option, inputs_option
from seqclf.cli.options import (
    UserPath,
    allow_code_option,
    encoding_option,
    json_option,
    run_or_hub_option,
    runs_option,
    threads_option,
)
from seqclf.cli.predict_request import FileRequest
from seqclf.cli.predict_sets import label_sets
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
    from seqclf.inference.bulk.answers import Answers
    from seqclf.run_calibration import LabelSets
    from seqclf.runs import Run

_SHARE = Real(0, 1)


@click.command("predict")
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@inputs_option
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
    help="File for the rows with predictions, or -. [default: -]",
)
@click.option(
    "--output-format",
    type=OneOf(WRITE_KINDS),
    help="Format of --output. [default: by file extension; for -: jsonl]",
)
@click.option("--errors", "errors_path", type=UserPath(path_type=Path), help="File for the errors of malformed rows.")
@click.option("--resume", is_flag=True, help="Resume an interrupted --output.")
@click.option("--overwrite", is_flag=True, help="Replace existing files of --output and --errors.")
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

    With --score, the columns are log_probability (natural logarithm), tokens, perplexity, bits_per_character and
    unknown (tokens). Each text is read alone, and its end counts as a token and a character.
    """
    from seqclf.evaluation.opening import find_model, open_classifier
    from seqclf.inference.bulk.answers import Answers

    _check_abstaining(answer_all, abstain_below)
    check_one_file(click.get_current_context(), inputs, texts)
    file = FileRequest(input_path=next(iter(inputs), None), **of_file)
    file.check(texts, as_json=as_json, fields=bool(given))
    if score:
        _reject_options_of_classifiers(click.get_current_context())
    run = find_model(runs, run_name, LANGUAGE_MODEL if score else CLASSIFICATION)
    _name_the_run(run, run_name)
    if score:
        from seqclf.cli.predict_score import score_texts

        score_texts(run, texts, file, given, threads=threads if isinstance(threads, int) else None, as_json=as_json)
        return
    classifier = open_classifier(run, threads=threads)
    decider = _decider(classifier, threshold, abstain_below, abstain_empty=abstain_empty, answer_all=answer_all)
    sets = None if coverage is None else label_sets(run, classifier, coverage)
    if file.input_path is not None:
        top = min(top or 0, len(decider.labels))
        _predict_rows(run, classifier, Answers(decider, top, every, prefix=file.prefix, sets=sets), file)
        return
    fields = given_fields(given, classifier.columns, classifier.extra)
    if note := fields.note():
        say(note, err=True)
    listed = len(classifier.labels) if every else top or 0
    _print_predictions(_predicted(classifier, decider, fields, typed_texts(texts)), listed, sets, as_json=as_json)


def _name_the_run(run: Run, given: str | None) -> None:
    """Say which run was chosen if the user named none."""
    if given in (None, LATEST) and run.has_manifest:
        say(f"Run {named_with_status(run, str(run.folder))}", err=True)


def _predict_rows(run: Run, classifier: TextClassifier, answers: Answers, file: FileRequest) -> None:
    """Write the rows of a file with their predictions."""
    from seqclf.cli.predict_file import RowModel, predict_rows

    predict_rows(RowModel(classifier.probabilities, answers, classifier.columns, classifier.extra), run, file)


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


def _check_abstaining(answer_all: bool, abstain_below: float | None) -> None:
    """Raise ``UsageError`` for options that contradict each other."""
    if answer_all and abstain_below is not None:
        raise click.UsageError("--answer-all and --abstain-below contradict each other: give one of them")


def _own_abstention(classifier: TextClassifier) -> float | None:
    """The confidence below which the run gives no label; says so on standard error."""
    from seqclf.inference.text_classifier import own_decider

    below = own_decider(classifier).abstain_below
    if below:
        sign = "?" if classifier.labels.multi else "-"
        say(
            f"No label ({sign}, null) below a confidence of {below:.4g}, chosen by seqclf calibrate --abstain; "
            "--answer-all labels these texts, too",
            err=True,
        )
    return below


def _reject_options_of_classifiers(context: click.Context) -> None:
    """Raise ``UsageError`` for options that have no meaning with ``--score``."""
    names = {"top": "--top", "every": "--probabilities", "coverage": "--set-coverage"} | {
        name: f"--{name.replace('_', '-')}" for name in ("threshold", "abstain_below", "abstain_empty", "answer_all")
    }
    given = [
        option for name, option in names.items() if not (context.params[name] is None or context.params[name] is False)
    ]
    if given:
        raise click.UsageError(f"{', '.join(given)}: of classifiers; a language model (--score) has no labels")


def _decider(
    classifier: TextClassifier,
    threshold: float | None,
    abstain_below: float | None,
    *,
    abstain_empty: bool,
    answer_all: bool,
) -> Decider:
    from seqclf.decisions import Decider
    from seqclf.errors import InputError

    if abstain_below is None and threshold is None and not answer_all:
        abstain_below = _own_abstention(classifier)
    try:
        return Decider(classifier.labels, classifier.thresholds, threshold, abstain_below, abstain_empty)
    except InputError as error:
        option = "--threshold" if threshold is not None and not classifier.labels.multi else "--abstain-below"
        named = str(error).replace("abstain_below", "--abstain-below")
        raise InputError(f"{option}: {named}") from error


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
