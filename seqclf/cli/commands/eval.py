"""``seqclf eval``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli import eval_texts
from seqclf.cli.eval_checks import check_for_data, check_for_predictions, reject_options_of_classifiers
from seqclf.cli.eval_form import Form, form_options, print_as_json, print_scores
from seqclf.cli.eval_inputs import config_of, encoded_texts, parallel_baseline
from seqclf.cli.eval_language_model import TextsToMeasure, eval_language_model
from seqclf.cli.eval_source import source_of
from seqclf.cli.options import (
    UserPath,
    allow_code_option,
    encoding_option,
    label_separator_option,
    only_once,
    run_option,
    runs_option,
    threads_option,
)
from seqclf.cli.value_types import OneOf
from seqclf.cli.wrap import say
from seqclf.metrics.kinds import all_scores, score_names
from seqclf.metrics.measured import Measured
from seqclf.run_choice import find_run, named_with_status

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.runs import Run
    from seqclf.sources.texts import LabelledTexts


@click.command("eval", short_help="Measure a run: accuracy, F1, confusion matrix; perplexity.")
@runs_option
@run_option
@click.option(
    "--split",
    type=OneOf(["train", "validation", "test"]),
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
@form_options
@threads_option
@allow_code_option
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
    form: Form,
    **of_data: Any,
) -> None:
    """Measure a run: accuracy with its 95 % interval, precision, recall and F1 of each label and on average, ROC AUC,
    average precision, calibration, confusion matrix, several thresholds. For multi-label runs also Hamming loss, and
    the threshold of each label. For language models: perplexity and bits per character.

    The run's metrics.json stores the result for a split. Reports how many texts of --data the run was trained on,
    whatever file they are in. --predictions keeps all columns of a table and adds its own after them.
    """
    check_for_predictions({"--overwrite": overwrite, "--prefix": prefix}, predictions_path)
    check_for_data(of_data, data_path)
    from seqclf.data.corpus import Corpus
    from seqclf.tensorflow_startup import start_tensorflow

    run = find_run(runs, run_name)
    config = config_of(run.config, settings, for_data=data_path is not None)
    if not config.task.needs_labels:
        reject_options_of_classifiers(of_data, predictions_path)
        measured_on = TextsToMeasure(split, data_path, of_data["text"], of_data["encoding"])
        return eval_language_model(run, config, measured_on, threads=threads, form=form)
    form = form.among(score_names(run.labels.multi))
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
    texts = encoded_texts(config, classifier, known, scored)
    rows = predictions = None
    if target is not None:
        rows = eval_texts.input_rows(config, scored, source)
        predictions = eval_texts.predictions_of(classifier, target, config, rows, prefix=prefix)
    with parallel_baseline(config, classifier, known, scored) as simple:
        metrics, probabilities = classifier.evaluate_each(texts)
        measured = Measured(str(data_path or config.data.describe(split)), metrics, simple())
    measured = _with_texts_seen(run, config, scored, measured)
    _print(run, config, measured, split if external is None else None, form)
    if predictions is not None:
        written = external or Corpus(config).texts(split)
        eval_texts.write_predictions(predictions, probabilities, written, rows, config.data.unknown_labels)


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


def _print(run: Run, config: Config, measured: Measured, split: str | None, form: Form) -> None:
    """Print the metrics on stdout; ``split`` is None for texts of ``--data``."""
    from seqclf.runs import FINISHED

    if form.scores:
        print_scores(form.scores, all_scores(measured.metrics))
        return
    if form.as_json:
        if run.manifest["status"] != FINISHED:
            say(f"Run {named_with_status(run, str(run.folder))}", err=True)
        print_as_json(run.name, split, measured.to_json())
        return
    from seqclf.baseline.comparison import reported_score
    from seqclf.cli.eval_tables import show_metrics

    where = measured.data if split is None else f"{split} ({measured.data})"
    score = reported_score(config, multi=run.labels.multi)
    show_metrics(
        named_with_status(run),
        where,
        measured,
        score=score,
        text_alone=run.extra is not None,
        markdown=form.markdown,
    )
