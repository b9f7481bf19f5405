"""Estimate the cost of a training from a few of its steps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seqclf.config import Config
from seqclf.config.depth import depth_groups
from seqclf.config.problems import ConfigError, Problem
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError
from seqclf.ngrams.fit_time import fits_seconds
from seqclf.ngrams.memory import fit_bytes, fitted_lengths
from seqclf.training.environment import peak_memory_bytes
from seqclf.training.initialize.start import Start

if TYPE_CHECKING:
    import keras

    from seqclf.tasks.base import Task
    from seqclf.training.step import TrainStep

_SECONDS = 5.0
_MOST_STEPS = 24


@dataclass(frozen=True)
class LayerRow:
    """A layer's name, Keras class, output shape (None: any) and parameters."""

    name: str
    type: str
    output_shape: tuple[int | None, ...]
    parameters: int


@dataclass(frozen=True)
class Estimate:
    """The cost of a training epoch on this machine under its current load.

    Attributes:
        steps: training steps of an epoch.
        seconds: wall time of an epoch's training steps, without validation.
        tokens_per_second: without padding.
        memory_bytes: largest resident set of this process after a step on the largest batch, or expected while the
            n-grams are fitted.
        ngrams_seconds: wall time of all fits of n-grams, before the first epoch and after the last; 0 if all are
            cached; None without n-grams.
    """

    steps: int
    seconds: float
    tokens_per_second: float
    memory_bytes: int
    ngrams_seconds: float | None = None


def measure(config: Config, data: TrainingData, start: Start | None = None) -> tuple[list[LayerRow], Estimate]:
    """Build the config's model and time some training steps of its first epoch; nothing is saved.

    ``start``: where the training starts, if from another run. Raises ``ConfigError`` if its weights do not fit.
    """
    from seqclf.model.encoder import outputs_of
    from seqclf.tasks.kinds import task_of

    fitting = peak_memory_bytes() + fit_bytes(config, fitted_lengths(config, data), data.labels)
    task = task_of(config, data)
    model = task.model(config, data)
    if start is not None:
        from seqclf.training.initialize.weights import initialize

        try:
            initialize(model, start, data)
        except InputError as error:
            raise ConfigError([Problem(("initialize", "from"), str(error))]) from error
    step = _slowest_step(config, task, model)
    batches = task.batches(data.train, config, training=True)
    plan = batches.shuffled(config.seed, epoch=1)
    # The time of a step grows with its tokens, padding included; short steps have a nearly constant cost.
    tokens, sizes = batches.sizes(plan)
    by_size = np.argsort(sizes, kind="stable")
    step(*batches.batch(plan[by_size[-1]]))  # traces the step; this batch needs most memory
    evenly = np.linspace(0, len(plan) - 1, min(_MOST_STEPS, len(plan))).round().astype(int)
    timed: list[tuple[int, float]] = []
    spent = 0.0
    for number, index in enumerate(np.random.default_rng(0).permutation(by_size[evenly]), 1):
        started = time.perf_counter()
        step(*batches.batch(plan[index]), update=number % config.training.accumulate_steps == 0).loss.numpy()
        timed.append((int(sizes[index]), time.perf_counter() - started))
        spent += timed[-1][1]
        if spent > _SECONDS and len(timed) >= 3:
            break
    seconds = len(plan) * spent / len(timed) * float(sizes.mean()) / float(np.mean([size for size, _ in timed]))
    memory = max(peak_memory_bytes(), fitting)
    estimate = Estimate(len(plan), seconds, float(tokens.sum()) / seconds, memory, fits_seconds(config, data))
    rows = [
        LayerRow(layer.name, type(layer).__name__, tuple(outputs_of(layer)[0].shape), layer.count_params())
        for layer in model.layers
        if type(layer).__name__ != "InputLayer"
    ]
    return rows, estimate


def _slowest_step(config: Config, task: Task, model: keras.Model) -> TrainStep:
    """The step of the last epochs, which train most weights."""
    from seqclf.training.state import TrainingState
    from seqclf.training.step import build_train_step

    state = TrainingState.begin(model, config.training, depth_groups(config), carried=task.carried(model))
    parts = (model, state.optimizer, task, state.accumulator, state.average)
    trained, sharpness = state.depth.trained(config.training.epochs), config.training.sharpness
    return build_train_step(*parts, trained=trained, carried=state.carried, sharpness=sharpness)
