"""A training from its config to a complete run: what ``seqclf train`` does, and Python callers as well.

The texts are read first. Problems with them are therefore found before TensorFlow is imported, and leave no run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from seqclf.config import Config, checked_config, load_config
from seqclf.config.loading import plain
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError, SeqclfError
from seqclf.new_runs import FoldRuns, begin_folds, begin_run
from seqclf.runs import Run
from seqclf.training.data_checks import check_data
from seqclf.training.extend import extended
from seqclf.training.folds import cross_validate
from seqclf.training.folds_summary import FoldsSummary
from seqclf.training.options import Callbacks, Outcome, TrainOptions
from seqclf.training.resolve import resolved
from seqclf.training.teachers.teach import with_teachers
from seqclf.training.together import facts_of, passing_run
from seqclf.training.train import prepared, train
from seqclf.training.workers import agree


def train_new(
    config: Config, runs: Path, options: TrainOptions = TrainOptions(), callbacks: Callbacks = Callbacks()
) -> tuple[Run, Outcome]:
    """Train a config in a new run, ``<name>-<n>`` in the folder ``runs``.

    Returns:
        The run, and how its training ended: status, epochs, validation metrics.

    With ``options.cluster``, each worker calls this. The run that worker 0 returns is the result; those of the others
    are deleted folders.

    All functions here add a note to a ``KeyboardInterrupt`` that says how to resume the run, or that it was removed.

    Raises:
        ConfigError: options of the config do not fit the texts or the run that it starts from.
        InputError: for unusable texts, or if the training cannot fit into memory.
        SeqclfError: if the training fails. A run without a checkpoint is removed.
    """
    config = resolved(config, runs)
    if options.cluster is not None:
        agree(options.cluster, facts_of(config, options), callbacks.stage)
    if options.writes:
        return _train_in(lambda: begin_run(runs, config.name), config, options, callbacks)
    with passing_run(config) as run:
        return run, train(config, run, options, callbacks)


def train_folds(
    config: Config,
    runs: Path,
    options: TrainOptions = TrainOptions(),
    callbacks: Callbacks = Callbacks(),
    *,
    folds: int | None = None,
) -> tuple[FoldRuns, FoldsSummary]:
    """Cross-validate a config: ``train_new`` for each of ``folds``, validated on another part of the training texts.

    Args:
        folds: at least 2; None: ``data.folds`` of the config. Any ``data.fold`` of the config is ignored.

    Returns:
        The name of the cross-validation with its runs, and the scores of each fold and over all of them. The scores
        are also in the file ``FoldRuns.summary``.

    Raises:
        ValueError: several workers were given; they train one model at a time.
        InputError: without a number of folds, or if the config names its own validation texts. Nothing is created.
            Else as ``train_new``.
    """
    if options.cluster is not None:
        raise ValueError("several workers train one model at a time: train_folds needs cluster=None")
    config = resolved(_with_folds(config, folds), runs)

    def train_fold(one: Config, begin: Callable[[], Run]) -> tuple[Run, Outcome]:
        callbacks.stage(f"Fold {one.data.fold} of {one.data.folds}")
        return _train_in(begin, one, options, callbacks)

    begun = begin_folds(runs, config.name)
    return begun, cross_validate(config, begun, train_fold, callbacks.should_stop)


def resume(
    run: Run,
    options: TrainOptions = TrainOptions(),
    callbacks: Callbacks = Callbacks(),
    *,
    epochs: int | None = None,
    patience: int | None = None,
) -> tuple[Config, Outcome]:
    """Resume a run from its newest checkpoint.

    Args:
        epochs: the new total number; also trains a finished run further.
        patience: of early stopping; also trains a finished run further.

    Returns:
        The config that was trained, with the new ``epochs`` and ``patience``, and how the training ended.

    Raises:
        InputError: the run cannot be resumed, or another process is training it.
        SeqclfError: if the training fails.
    """
    config = load_config(run.config)
    further = epochs is not None or patience is not None
    if further:
        config = extended(config, run, epochs, patience)
    options = replace(options, resume=True, further=further)
    if options.cluster is not None:
        agree(options.cluster, facts_of(config, options, run), callbacks.stage)
    if options.writes:
        return config, _train(config, run, options, callbacks)
    with passing_run(config, run) as copy:
        return config, train(config, copy, options, callbacks)


def _with_folds(config: Config, folds: int | None) -> Config:
    """The checked config with ``folds`` folds, or its own number of them. Raises ``InputError``."""
    if folds is None:
        if config.data.folds is None:
            raise InputError("data.folds: is not set; call train_folds with the number of folds, such as folds=5")
        return config
    values = plain(config)
    values["data"] |= {"folds": folds, "fold": 1}
    return checked_config(values)


def _train_in(
    begin: Callable[[], Run], config: Config, options: TrainOptions, callbacks: Callbacks
) -> tuple[Run, Outcome]:
    """Train in the run that ``begin`` creates once the texts are read."""
    data = prepared(config, options, callbacks)
    check_data(config, data)
    data = with_teachers(config, data, callbacks.stage)
    run = begin()
    try:
        return run, _train(config, run, options, callbacks, data)
    except (SeqclfError, KeyboardInterrupt) as error:
        if not run.has_checkpoint:  # nothing was trained
            shutil.rmtree(run.folder, ignore_errors=True)
            if isinstance(error, KeyboardInterrupt):
                error.add_note(f"Nothing was kept: {run.folder} had no checkpoint yet, and was removed.")
        raise


def _train(
    config: Config, run: Run, options: TrainOptions, callbacks: Callbacks, data: TrainingData | None = None
) -> Outcome:
    """``train``; an interruption says how to resume the run."""
    try:
        return train(config, run, options, callbacks, data)
    except KeyboardInterrupt as interruption:
        if options.resume or run.has_checkpoint:
            interruption.add_note(f"To resume: {run.how_to_resume}")
        raise
