"""``seqclf eval``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from seqclf.cli import eval_texts
from seqclf.cli.eval_against import eval_against, opponent_of
from seqclf.cli.eval_checks import (
    check_for_comparison,
    check_for_data,
    check_for_predictions,
    check_for_report,
    reject_options_of_classifiers,
)
from seqclf.cli.eval_form import Form, form_options
from seqclf.cli.eval_inputs import config_of
from seqclf.cli.eval_language_model import TextsToMeasure, eval_language_model
from seqclf.cli.given_texts import GivenTexts
from seqclf.cli.options import (
    UserPath,
    allow_code_option,
    complete_run,
    data_settings_option,
    encoding_option,
    label_separator_option,
    only_once,
    run_or_hub_option,
    runs_option,
    threads_option,
)
from seqclf.cli.value_types import OneOf
from seqclf.metrics.kinds import score_names


@click.command("eval", short_help="Measure a run: accuracy, F1, confusion matrix; perplexity.")
@runs_option
@run_or_hub_option
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
@data_settings_option
@click.option(
    "--predictions",
    "predictions_path",
    metavar="FILE",
    type=UserPath(path_type=Path),
    help="Write each row with its prediction and probabilities, and whether it is correct (csv, tsv, jsonl, parquet).",
)
@click.option("--prefix", default="", metavar="TEXT", help="Prefix of the names of --predictions' new columns.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file of --predictions.")
@click.option(
    "--slice",
    "slices",
    metavar="COLUMN",
    multiple=True,
    help="Also print the accuracy by length, by label, or by the values of a column of the table. Repeatable.",
)
@click.option(
    "--against",
    metavar="RUN",
    shell_complete=complete_run,
    help="Compare with another run, or a model on a hub, on the same texts: is the difference more than chance?",
)
@click.option(
    "--report/--no-report",
    default=True,
    help="Write a report that also shows some texts of the split, and keep them with the run (the default), or do not.",
)
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
    slices: tuple[str, ...],
    against: str | None,
    report: bool,
    threads: int | str,
    form: Form,
    **of_data: Any,
) -> None:
    """Measure a run: accuracy with its 95 % interval, precision, recall and F1 of each label and on average, ROC AUC,
    average precision, calibration, confusion matrix, several thresholds. For multi-label runs also Hamming loss, and
    the threshold of each label. For language models: perplexity and bits per character.

    The run's metrics.json stores the result for a split. Reports how many texts of --data the run was trained on,
    whatever file they are in. --predictions keeps all columns of a table and adds its own after them.

    --against prints the scores of both runs, their difference with its 95 % interval (paired bootstrap), McNemar's
    test, and texts that only one of them gets right. --slice prints where a run is weak.
    """
    from seqclf.cli.eval_classifier import Wanted, eval_classifier  # rich takes a while to import
    from seqclf.cli.eval_slices import Slicing, check_slices
    from seqclf.evaluation.hub_runs import check_texts, find_measurable

    check_for_predictions({"--overwrite": overwrite, "--prefix": prefix}, predictions_path)
    check_for_data(of_data, data_path)
    about_one_run = {"--predictions": predictions_path, "--slice": slices}
    check_for_comparison(against, about_one_run)
    check_slices(slices, form.scores)
    check_for_report({"--data": data_path, "--against": against}, report=report)
    run = find_measurable(runs, run_name)
    config = config_of(run.config, settings, for_data=data_path is not None)
    if data_path is None:
        check_texts(run, config, split, settings)
    if not config.task.needs_labels:
        reject_options_of_classifiers(of_data, {**about_one_run, "--against": against})
        measured_on = TextsToMeasure(split, data_path, of_data["text"], of_data["encoding"])
        return eval_language_model(run, config, measured_on, threads=threads, form=form, report=report and run.is_own)
    form = form.among(score_names(run.labels.multi))
    opponent = None if against is None else opponent_of(against, runs, run, form)
    target = None
    if predictions_path is not None:
        target = eval_texts.checked_target(predictions_path, data_path, config, overwrite=overwrite)
    given = GivenTexts.of(config, split, data_path, of_data)
    if opponent is not None:
        return eval_against(run, given, opponent, form=form, threads=threads)
    wanted = Wanted(form, Slicing.of(slices, given), target, prefix, report=report and run.is_own)
    eval_classifier(run, given, wanted, threads=threads)
