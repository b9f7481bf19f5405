"""``seqclf train``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli import train_runs
from seqclf.cli.against_baseline import behind, folds_behind
from seqclf.cli.hints import HintedError, settings_hint
from seqclf.cli.options import (
    allow_code_option,
    complete_unfinished,
    runs_option,
    set_option,
    threads_option,
)
from seqclf.cli.problems import check_files, show_problem
from seqclf.cli.train_runs import RunOptions
from seqclf.cli.train_summary import folds_summary, summary
from seqclf.cli.wrap import width_of

if TYPE_CHECKING:
    from seqclf.config import Config, LoadedConfig, Override
    from seqclf.runs import Run
    from seqclf.training.options import OnNan, Outcome


@click.command("train", short_help="Train a classifier from a config, or from a data file.")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@runs_option
@click.option(
    "--resume",
    metavar="RUN",
    shell_complete=complete_unfinished,
    help="Resume a stopped run from its newest checkpoint; latest: the run started last.",
)
@click.option(
    "--epochs", type=click.IntRange(min=1), help="With --resume: epochs in total; also trains a finished run further."
)
@click.option("--patience", type=click.IntRange(min=1), help="With --resume: the patience of early stopping.")
@click.option("--name", help="First part of the run folder's name, instead of the config's.")
@click.option(
    "--folds",
    type=click.IntRange(min=2),
    help="Cross-validate: train this many times, each time validating on another part of the training texts.",
)
@click.option("--presets", is_flag=True, help="Try three models on a sample of the texts, then train the best one.")
@click.option(
    "--on-nan",
    type=click.Choice(["stop", "rewind"]),
    default="stop",
    show_default=True,
    help="If the loss becomes NaN or infinite: stop, or return to the last checkpoint and halve the learning rate.",
)
@click.option(
    "--memory-check/--no-memory-check",
    default=True,
    help="Refuse to train if training needs more than the free memory (the default), or train anyway.",
)
@set_option
@threads_option
@allow_code_option
def train_command(
    config_file: Path | None,
    runs: Path,
    resume: str | None,
    epochs: int | None,
    patience: int | None,
    name: str | None,
    folds: int | None,
    presets: bool,
    on_nan: OnNan,
    memory_check: bool,
    settings: tuple[str, ...],
    threads: int | str,
) -> None:
    """Train a classifier from CONFIG: a YAML file, or a data file or folder to write one for.

    The result is a folder in the folder of runs, with model, SavedModel, tokenizer, metrics and history. Ctrl-C
    finishes the step and leaves a complete run, marked interrupted. --resume continues an interrupted or killed run as
    if it had never stopped; with --epochs it also trains a finished run further. With --folds the result is a run for
    each fold, and a summary of their validation metrics.
    """
    from seqclf.training.options import TrainOptions

    options = RunOptions(threads, TrainOptions(on_nan=on_nan, memory_check=memory_check))
    if resume is not None:
        if config_file is not None or name is not None or folds is not None or presets or settings:
            raise click.UsageError(
                "--resume uses the run's own config: omit CONFIG, --name, --folds, --presets and --set"
            )
        train_runs.resume(runs, resume, options, epochs=epochs, patience=patience)
        return
    if epochs is not None or patience is not None:
        raise HintedError("--epochs and --patience work only with --resume", settings_hint(click.get_current_context()))
    if config_file is None:
        raise click.UsageError("name a CONFIG, or a run with --resume")
    from seqclf.cli.starting import load_or_make

    loaded, starter = load_or_make(config_file, _overrides(settings, name, folds), presets=presets, threads=threads)
    # Imported after the config is checked, so that its errors appear at once.
    from seqclf.cli.tensorflow_startup import silence_tensorflow
    from seqclf.runs import check_runs_folder

    silence_tensorflow()
    for warning in loaded.warnings:
        show_problem(warning, "warning")
    check_files(loaded)
    check_runs_folder(runs)
    options = replace(options, starter=starter)
    if folds is None:
        _train(loaded, runs, options)
    else:
        _cross_validate(loaded, runs, options)


def _overrides(settings: tuple[str, ...], name: str | None, folds: int | None) -> list[Override]:
    from seqclf.config import Override, parse_override

    overrides = [parse_override(setting) for setting in settings]
    if name is not None:
        overrides.append(Override(("name",), name, "--name"))
    if folds is not None:
        overrides += [Override(("data", "folds"), folds, "--folds"), Override(("data", "fold"), 1, "--folds")]
    return overrides


def _train(loaded: LoadedConfig, runs: Path, options: RunOptions) -> None:
    from seqclf.runs import begin_run

    config = loaded.config
    with train_runs.monitored() as (stop, listen):
        run, outcome = train_runs.train_one(
            loaded, config, lambda: begin_run(runs, config.name), listen=listen, stop=stop, options=options
        )
        compared = behind(config, outcome, run.folder)
        text = summary(run.folder, runs, config, outcome, advised=compared is not None)
    train_runs.end(text, outcome.status, stop, warning=compared, run=run)


def _cross_validate(loaded: LoadedConfig, runs: Path, options: RunOptions) -> None:
    from seqclf.runs import begin_folds
    from seqclf.training.events import Stage
    from seqclf.training.folds import cross_validate

    config = loaded.config
    with train_runs.monitored() as (stop, listen):

        def train_fold(one: Config, begin: Callable[[], Run]) -> tuple[Run, Outcome]:
            listen(Stage(f"Fold {one.data.fold} of {one.data.folds}"))
            return train_runs.train_one(loaded, one, begin, listen=listen, stop=stop, options=options)

        fold_runs = begin_folds(runs, config.name)
        found = cross_validate(config, fold_runs, train_fold, stop)
        text, compared = folds_summary(fold_runs.summary, found, width_of(sys.stdout)), folds_behind(config, found)
    train_runs.end(text, found["status"], stop, warning=compared)
