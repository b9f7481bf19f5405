"""Options that are ``auto``: the numbers that a training takes in their place, and its record of them."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from seqclf.config import Config, load_config, write_config
from seqclf.data.prepare import TrainingData
from seqclf.option_types import AUTO
from seqclf.runs import Run
from seqclf.training.batch_size import BatchSize, largest_batch, with_size
from seqclf.training.data_checks import check_data
from seqclf.training.memory_estimate import check_memory
from seqclf.training.rate_curve import RateCurve, rates_of

Say = Callable[[str], None]

RATE, BATCH = "training.optimizer.learning_rate", "training.batch_size"


def is_decided(config: Config) -> bool:
    """Whether all numbers of the config are numbers."""
    return AUTO not in (config.training.batch_size, config.training.optimizer.learning_rate)


def decided(
    config: Config, data: TrainingData, run: Run, say: Say, *, memory_check: bool = True
) -> tuple[Config, tuple[str, ...]]:
    """The config of a run with numbers in place of ``auto``, which its config and its manifest then have, too; and
    what was chosen, in sentences.

    The batch comes first: the best learning rate depends on it. Imports TensorFlow.

    Raises:
        InputError: the training cannot fit into memory.
        ConfigError: options do not fit the chosen number.
    """
    if is_decided(config):
        return config, ()
    chosen: dict[str, Any] = {}
    sentences = []
    config, size = with_batch_size(config, data)
    if size is not None:
        chosen[BATCH] = size.as_json()
        sentences.append(size.sentence())
        check_data(config, data)
    if config.training.optimizer.learning_rate == AUTO:
        if memory_check:
            check_memory(config, data)
        config, chosen[RATE] = _with_found_rate(config, data, run, say)
        if chosen[RATE]["found"]:
            sentences.append(f"{RATE}: auto is {config.training.optimizer.rate:g}, where the loss falls fastest")
    run.update_manifest(automatic={**(run.manifest.get("automatic") or {}), **chosen})
    write_config(run.config, config)
    return config, tuple(sentences)


def with_batch_size(config: Config, data: TrainingData) -> tuple[Config, BatchSize | None]:
    """The config with a number for ``training.batch_size``, and how it was chosen; None: it has one."""
    if config.training.batch_size != AUTO:
        return config, None
    size = largest_batch(config, data)
    return with_size(config, size.size), size


def rate_curve(
    config: Config,
    data: TrainingData,
    run: Run,
    say: Say = lambda stage: None,
    *,
    progress: Callable[[int], None] = lambda update: None,
    rates: list[float] | None = None,
) -> RateCurve:
    """The losses of a sweep over learning rates (``seqclf.training.rate_sweep``), which a run of the config records
    nothing of but its fit of n-grams.

    Args:
        run: of the config; it stands in the folder of the run that the config starts from.
        rates: rising; None: ``rates_for``.
    """
    from seqclf.tasks.kinds import task_of
    from seqclf.training.rate_sweep import Swept, sweep

    task = task_of(config, data).begin(config, data, run, say)
    found = sweep(Swept(config, data, task, run.folder.parent), rates or rates_for(config), say, progress)
    gc.collect()  # the model of the sweep, before that of the training takes as much memory again
    return found


def rates_for(config: Config) -> list[float]:
    """The rates of a sweep: five decades around the usual one of the optimizer."""
    usual = default_rate(config)
    return rates_of(usual / 100, usual * 1000)


def default_rate(config: Config) -> float:
    """The learning rate of the optimizer's type, if a config names none."""
    default: float = type(config.training.optimizer).model_fields["learning_rate"].default
    return default


def with_rate(config: Config, rate: float) -> Config:
    """The config with this ``training.optimizer.learning_rate``."""
    optimizer = config.training.optimizer.model_copy(update={"learning_rate": rate})
    return config.model_copy(update={"training": config.training.model_copy(update={"optimizer": optimizer})})


def with_usual_numbers(config: Config, data: TrainingData) -> tuple[Config, list[str]]:
    """The config with a number for every ``auto`` that needs no training, and what a training will do instead, in
    sentences: for ``seqclf check``, whose times hardly depend on the learning rate."""
    config, size = with_batch_size(config, data)
    said = [] if size is None else [size.sentence()]
    if config.training.optimizer.learning_rate == AUTO:
        rates = rates_for(config)
        said.append(
            f"{RATE}: auto: the training first tries rates from {rates[0]:g} to {rates[-1]:g}, in at most "
            f"{len(rates):,} updates that are then forgotten; `seqclf find-lr` shows them"
        )
        config = with_rate(config, default_rate(config))
    return config, said


def as_trained(config: Config, run: Run) -> Config:
    """The config with the numbers that its run took for ``auto``."""
    return config if is_decided(config) else load_config(run.config)


def _with_found_rate(config: Config, data: TrainingData, run: Run, say: Say) -> tuple[Config, dict[str, Any]]:
    """The config with the rate that a sweep suggests, or else the usual one, and the manifest's entry about it."""
    say(f"Finding a learning rate: at most {len(rates_for(config)):,} updates, which are then forgotten")
    curve = rate_curve(config, data, run, say)
    found = curve.suggestion
    config = with_rate(config, default_rate(config) if found is None else found)
    if found is None:
        say(f"warning: {_not_found(config)}")
    return config, {"value": config.training.optimizer.rate, "found": found is not None, **curve.as_json()}


def _not_found(config: Config) -> str:
    optimizer = config.training.optimizer
    return (
        f"{RATE}: auto: no rate of the sweep lowered the loss by more than chance; taking {optimizer.rate:g}, the "
        f"usual one of {optimizer.type}"
    )
