"""``seqclf train``."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from pathlib import Path

import click

from seqclf.cli import train_runs
from seqclf.cli.launched import end_with_launcher
from seqclf.cli.options import UserPath, allow_code_option, complete_unfinished, runs_option, set_option, threads_option
from seqclf.cli.origins import init_from_option, warn_of_origin
from seqclf.cli.problems import check_files, show_problem, warn_of_files
from seqclf.cli.tracker_options import TrackerChoice, tracker_options
from seqclf.cli.train_arguments import check_together, loaded_from
from seqclf.cli.value_types import OneOf, Whole
from seqclf.cli.worker_options import cluster_from, workers_options
from seqclf.new_runs import check_runs_folder
from seqclf.training.options import OnNan, TrainOptions


@click.command("train", short_help="Train a classifier or language model from a config or data.")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=UserPath(path_type=Path))
@runs_option
@click.option(
    "--resume",
    metavar="RUN",
    shell_complete=complete_unfinished,
    help="Resume a stopped run from its newest checkpoint; latest: the run started last.",
)
@click.option("--epochs", type=Whole(min=1), help="With --resume: epochs in total; also trains a finished run further.")
@click.option("--patience", type=Whole(min=1), help="With --resume: the patience of early stopping.")
@init_from_option
@click.option("--name", help="First part of the run folder's name, instead of the config's.")
@click.option(
    "--folds",
    type=Whole(min=2),
    help="Cross-validate: train this many times, each time validating on another part of the training texts.",
)
@click.option("--presets", is_flag=True, help="Try three models on a sample of the texts, then train the best one.")
@click.option(
    "--on-nan",
    type=OneOf(["stop", "rewind"]),
    default="stop",
    show_default=True,
    help="If the loss becomes NaN or infinite: stop, or return to the last checkpoint and halve the learning rate.",
)
@click.option(
    "--memory-check/--no-memory-check",
    default=True,
    help="Refuse to train if training needs more than the free memory (the default), or train anyway.",
)
@click.option(
    "--report/--no-report",
    default=True,
    help="Write a report that also shows some of the texts, and keep them with the run (the default), or do not.",
)
@tracker_options
@set_option
@threads_option
@workers_options
@allow_code_option
def train_command(
    config_file: Path | None,
    *,
    runs: Path,
    resume: str | None,
    epochs: int | None,
    patience: int | None,
    init_from: str | None,
    name: str | None,
    folds: int | None,
    presets: bool,
    on_nan: OnNan,
    memory_check: bool,
    report: bool,
    track: TrackerChoice,
    settings: tuple[str, ...],
    threads: int | str,
    workers: str | None,
    index: int | None,
    wait: int | None,
) -> None:
    """Train a classifier or a language model from CONFIG: a YAML file. A data file or folder with labels in its place
    gets a config for a classifier.

    The result is a folder in the folder of runs, with model, SavedModel, tokenizer, metrics and history. Ctrl-C
    finishes the step and leaves a complete run, marked interrupted. --resume continues an interrupted or killed run as
    if it had never stopped; with --epochs it also trains a finished run further. With --folds the result is a run for
    each fold, and a summary of their validation metrics. With --workers, several processes, on one machine or many,
    train one model.
    """
    context = click.get_current_context()
    check_together(context)
    cluster = cluster_from(workers, index, wait)
    if cluster is not None and (folds is not None or presets):
        raise click.UsageError("several workers train one model: omit --folds and --presets, or train with one process")
    end_with_launcher()
    options = TrainOptions(on_nan=on_nan, memory_check=memory_check, threads=threads, report=report, cluster=cluster)
    if resume is not None:
        train_runs.resume(runs, resume, options, track, epochs=epochs, patience=patience)
        return
    track.check(writes=options.writes)
    with contextlib.nullcontext() if options.writes else contextlib.redirect_stderr(io.StringIO()):
        loaded, starter = loaded_from(context)
    if options.writes:  # all workers would say the same, also above
        for warning in loaded.warnings:
            show_problem(warning, "warning")
    check_files(loaded)
    if options.writes:
        if starter is None:  # a starter has already said it
            warn_of_files(loaded)
        warn_of_origin(loaded, runs)
        check_runs_folder(runs)
    train = train_runs.train_new if folds is None else train_runs.train_folds
    train(loaded, runs, replace(options, starter=starter), track)
