"""``seqclf eval``."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from seqclf.cli import eval_texts
from seqclf.cli.eval_language_model import TextsToMeasure, eval_language_model
from seqclf.cli.eval_source import as_setting, source_of
from seqclf.cli.options import (
    UserPath,
    allow_code_option,
    encoding_option,
    json_option,
    label_separator_option,
    only_once,
    run_option,
    runs_option,
    threads_option,
)
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say
from seqclf.metrics.measured import Measured
from seqclf.run_choice import find_run, named_with_status

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.metrics.baseline import BaselineScores
    from seqclf.runs import Run
    from seqclf.sources.texts import LabelledTexts


@click.command("eval", short_help="Measure a run: accuracy, F1, confusion matrix; perplexity.")
@runs_option
@run_option
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    default="test",
    show_default=True,
    help="Split to measure.",
)
@click.option(
    "--data",
    "data_path",
    multiple=True,
    callback=only_once,
    type=UserPath(path_type=Path),
    help="A file (csv, tsv, json, parquet, xlsx) or a folder (LABEL/*.txt) of labelled texts, instead of a split.",
)
@click.option(
    "--text",
    metavar="COLUMN",
    multiple=True,
    help="Column of --data's texts; repeat it for a run with several text columns. [default: the run's, or text]",
)
@click.option("--label", metavar="COLUMN", help="Column of --data's labels. [default: the run's, or label]")
@label_separator_option("the run's, or one label per text")
@encoding_option
@click.option(
    "--set",
    "settings",
    metavar="data.KEY=VALUE",
    multiple=True,
    help="Change a data option of the run's config, such as data.data_dir=DIR. Repeatable.",
)
@click.option(
    "--predictions",
    "predictions_path",
    metavar="FILE",
    type=UserPath(path_type=Path),
    help="Write each row with its prediction and probabilities, and whether it is correct (csv, tsv, jsonl, parquet).",
)
@click.option("--prefix", default="", metavar="TEXT", help="Prefix of the names of --predictions' new columns.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file of --predictions.")
@threads_option
@allow_code_option
@json_option
def eval_command(
    *,
    runs: Path,
    run_name: str | None,
    split: str,
    data_path: Path | None,
    settings: tuple[str, ...],
    predictions_path: Path | None,
    prefix: str,
    overwrite: bool,
    threads: int | str,
    as_json: bool,
    **of_data: Any,
) -> None:
    """Measure a run: accuracy, loss, precision, recall and F1 of each label, confusion matrix. For
    multi-label runs: micro and macro F1, the fraction of texts with all labels correct, Hamming loss, thresholds. For
    language models: perplexity and bits per character.

    The run's metrics.json stores the result for a split. Reports how many texts of --data the run was trained on,
    whatever file they are in. --predictions keeps all columns of a table and adds its own after them.
    """
    _check_for_predictions({"--overwrite": overwrite, "--prefix": prefix}, predictions_path)
    _check_for_data(of_data, data_path)
    from seqclf.data.corpus import Corpus
    from seqclf.tensorflow_startup import start_tensorflow

    run = find_run(runs, run_name)
    config = _config(run.config, settings)
    if not config.task.needs_labels:
        _reject_options_of_classifiers(of_data, predictions_path)
        measured_on = TextsToMeasure(split, data_path, of_data["text"], of_data["encoding"])
        return eval_language_model(run, config, measured_on, threads=threads, as_json=as_json)
    target = source = external = None
    if predictions_path is not None:
        target = eval_texts.checked_target(predictions_path, data_path, config, overwrite=overwrite)
    if data_path is not None:
        source = source_of(data_path, config, **of_data)
        external = source.read(str(data_path))
    start_tensorflow(config, threads)
    from seqclf.evaluation.classifier import KerasClassifier

    classifier, known = KerasClassifier.load(run), run.manifest["data_fingerprint"]
    scored = split if external is None else external
    texts = _encoded(config, classifier, known, scored)
    rows = predictions = None
    if target is not None:
        rows = eval_texts.input_rows(config, scored, source)
        predictions = eval_texts.predictions_of(classifier, target, config, rows, prefix=prefix)
    with _baseline(config, classifier, known, scored) as simple:
        metrics, probabilities = classifier.evaluate_each(texts)
        measured = Measured(str(data_path or config.data.describe(split)), metrics, simple())
    measured = _with_texts_seen(run, config, scored, measured)
    _print(run, config, measured, split if external is None else None, as_json=as_json)
    if predictions is not None:
        written = external or Corpus(config).texts(split)
        eval_texts.write_predictions(predictions, probabilities, written, rows, config.data.unknown_labels)


def _reject_options_of_classifiers(of_data: dict[str, Any], predictions: Path | None) -> None:
    """Raise ``UsageError`` for options that have no meaning for a language model."""
    of_labels = {f"--{name.replace('_', '-')}": of_data[name] for name in ("label", "label_separator")}
    for option, value in {**of_labels, "--predictions": predictions}.items():
        if value:
            raise click.UsageError(f"{option} works only with classifiers; this run is a language model")


def _check_for_predictions(given: dict[str, Any], predictions: Path | None) -> None:
    """Raise ``UsageError`` for options that work only with ``--predictions``."""
    for option, value in given.items():
        if value and predictions is None:
            raise click.UsageError(f"{option} works only with --predictions")


def _check_for_data(given: dict[str, Any], data: Path | None) -> None:
    """Raise ``UsageError`` for options, by the keys of ``data`` that they replace, that need ``--data``, and for
    ``--split`` with ``--data``."""
    keys = [key for key, value in given.items() if value not in (None, ())]
    if data is None and keys:
        options = ", ".join(f"--{key.replace('_', '-')}" for key in keys)
        settings = " ".join(f"--set {shlex.quote(f'data.{key}={as_setting(given[key])}')}" for key in keys)
        verb = "are" if len(keys) > 1 else "is"
        raise click.UsageError(f"{options} {verb} for --data; for a split, use {settings}")
    source = click.get_current_context().get_parameter_source("split")
    if data is not None and source is not ParameterSource.DEFAULT:
        raise click.UsageError("--split is for the run's own texts, --data for others: omit one of them")


def _with_texts_seen(run: Run, config: Config, scored: str | LabelledTexts, measured: Measured) -> Measured:
    """The metrics, with how many of the texts the run has seen in training.

    Writes those of a split to the run, unless the n-grams were fitted to its texts.
    """
    from seqclf.data.corpus import Corpus

    if not isinstance(scored, str):
        return replace(measured, seen=eval_texts.texts_seen(run, scored))
    split = scored
    if split == "validation" and run.was_fitted_to_validation:
        return eval_texts.seen_by_ngrams(measured)  # metrics.json keeps the scores before the refit
    corpus = Corpus(config)
    if split != "train" and not config.data.is_published and corpus.has_own_part(split):
        seen = eval_texts.texts_seen(run, corpus.texts(split), validation=split == "validation")
        measured = replace(measured, seen=seen)
    run.write_metrics(split, measured.to_json())
    return measured


def _print(run: Run, config: Config, measured: Measured, split: str | None, *, as_json: bool) -> None:
    """Print the metrics on stdout; ``split`` is None for texts of ``--data``."""
    from seqclf.runs import FINISHED

    if as_json:
        if run.manifest["status"] != FINISHED:
            say(f"Run {named_with_status(run, str(run.folder))}", err=True)
        which = {} if split is None else {"split": split}
        print_json({"run": run.name, **which, **measured.to_json()})
        return
    from seqclf.baseline.comparison import reported_score
    from seqclf.cli.eval_tables import show_metrics

    where = measured.data if split is None else f"{split} ({measured.data})"
    score = reported_score(config, multi=run.labels.multi)
    show_metrics(named_with_status(run), where, measured, score=score, text_alone=run.extra is not None)


def _encoded(
    config: Config, classifier: KerasClassifier, fingerprints: dict[str, str], scored: str | LabelledTexts
) -> EncodedTexts:
    """The texts of a split, or given texts, as token ids."""
    from seqclf.data.label_spelling import spelled_alike, spelling_note
    from seqclf.data.prepare import encode_texts, prepare_split

    def report_stage(stage: str) -> None:
        say(stage, err=True)

    tokenizer, labels, extra = classifier.tokenizer, classifier.labels, classifier.extra
    if isinstance(scored, str):
        trained = classifier.config
        return prepare_split(
            config, scored, tokenizer, labels, fingerprints, extra=extra, trained=trained, on_stage=report_stage
        )
    if changed := spelled_alike(scored, labels.names)[1]:
        say(f"The {spelling_note(changed)}", err=True)
    texts = encode_texts(scored, tokenizer, labels, config.data.unknown_labels, extra=extra)
    if texts.unknown is not None:
        say(texts.unknown.summary_of("given"), err=True)
    return texts


@contextlib.contextmanager
def _baseline(
    config: Config, classifier: KerasClassifier, fingerprints: dict[str, str], scored: str | LabelledTexts
) -> Iterator[Callable[[], BaselineScores | None]]:
    """Score the baseline in parallel with the block; yields a function that waits for the scores."""
    from seqclf.baseline.job import begin
    from seqclf.data.corpus import Corpus
    from seqclf.data.same_rows import as_trained

    own = as_trained(config, classifier.config)
    if isinstance(scored, str) and own.data != config.data:
        scored = Corpus(config).texts(scored)  # fitted to the texts as the run read them, but scored as the run is
    with contextlib.ExitStack() as stack:
        job = begin(own, Corpus(own), classifier.labels, fingerprints, scored)
        if job is not None:
            stack.enter_context(job)

        def wait() -> BaselineScores | None:
            scores = None if job is None else job.result()
            if job is not None and job.problem is not None:
                say(f"No linear baseline to compare with: {job.problem}", err=True)
            return scores

        yield wait


def _config(path: Path, settings: tuple[str, ...]) -> Config:
    from seqclf.config import load_config, parse_override
    from seqclf.errors import InputError

    overrides = [parse_override(setting) for setting in settings]
    for override in overrides:
        if override.path[0] != "data":
            raise InputError(f"{override}: only data.KEY can be set; a trained model's other options are fixed")
    return load_config(path, overrides)
