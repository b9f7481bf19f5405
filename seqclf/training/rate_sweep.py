"""The learning-rate range test of Smith (2017): a training whose rate rises with every update, until the loss does."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqclf.config import Config
from seqclf.config.depth import depth_groups
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError
from seqclf.tasks.base import BatchPlan, Task
from seqclf.training.initialize.start import start_of
from seqclf.training.pretrained import read_pretrained
from seqclf.training.rate_curve import RateCurve

if TYPE_CHECKING:
    from seqclf.training.state import TrainingState
    from seqclf.training.step import TrainStep

EVERY = 6
"""Updates between two measurements of the loss."""

_PROBES, _OF_EPOCH = 8, 4
"""The loss is measured on this many batches, at most a quarter of an epoch."""

_STOP = 3.0
"""The sweep ends when the loss is this multiple of its least value."""


@dataclass(frozen=True)
class Swept:
    """What a sweep trains: a config with a number for ``training.batch_size``, its data, and its task after
    ``Task.begin``. ``runs`` is the folder of the run that the config starts from."""

    config: Config
    data: TrainingData
    task: Task
    runs: Path


def sweep(
    of: Swept,
    rates: Sequence[float],
    say: Callable[[str], None] = lambda stage: None,
    progress: Callable[[int], None] = lambda update: None,
) -> RateCurve:
    """Train a new model with a rate for each update, on the batches of the training, and forget the model.

    It begins where the training does (``initialize``, ``embedding.vectors``), with all layers that it trains in the
    end. The loss that counts is that of a few batches which are not trained on: the loss of the batch of each update,
    as in the paper, changes more from batch to batch than by what a small batch teaches.

    Args:
        rates: rising; a measurement follows every ``EVERY`` updates.
        progress: called with the number of completed updates.

    Raises:
        InputError: the loss before the first update is NaN or infinite.
    """
    config, task, updates_at = of.config, of.task, of.config.training.accumulate_steps
    state, step = _begun(of, rates[0], say)
    batches = task.batches(of.data.train, config, training=True)
    probe = _Probe(state, task, batches, config.seed)
    rest = _without(batches, probe.count, config.seed)
    measured, losses = [rates[0]], [probe.loss()]
    if not math.isfinite(losses[0]):
        raise InputError("the loss before the first update is NaN or infinite; `seqclf check` looks at the texts")
    for number, rate in enumerate(rates, 1):
        state.optimizer.learning_rate = rate
        for place in range(1, updates_at + 1):
            step(*next(rest), update=place == updates_at)
        progress(number)
        if number % EVERY:
            continue
        measured.append(rate)
        losses.append(probe.loss())
        if not losses[-1] <= _STOP * min(losses):  # also NaN
            losses[-1] = losses[-1] if math.isfinite(losses[-1]) else math.inf
            break
    return RateCurve.of(measured, losses)


def _begun(of: Swept, rate: float, say: Callable[[str], None]) -> tuple[TrainingState, TrainStep]:
    """The state before the first update, and the step that trains it."""
    from seqclf.training.state import TrainingState
    from seqclf.training.step import build_train_step

    config, task = of.config, of.task
    optimizer = config.training.optimizer.model_copy(update={"learning_rate": rate})
    training = config.training.model_copy(update={"optimizer": optimizer})
    model = _model(of, say)
    state = TrainingState.begin(model, training, depth_groups(config), carried=task.carried(model))
    trained = state.depth.trained(training.epochs)
    parts = (model, state.optimizer, task, state.accumulator, state.average)
    step = build_train_step(*parts, trained=trained, carried=state.carried, sharpness=training.sharpness)
    return state, step


class _Probe:
    """Measures the training loss on the last batches of the first epoch: always the same texts with the same dropout,
    so that two measurements differ by the weights alone."""

    def __init__(self, state: TrainingState, task: Task, batches: BatchPlan, seed: int) -> None:
        import keras
        import tensorflow as tf

        from seqclf.model.fitted import without_fitted

        plan = batches.shuffled(seed, 1)
        self.count = min(_PROBES, len(plan) // _OF_EPOCH)
        self._batches = [batches.batch(item) for item in plan[-max(1, self.count) :]]
        weights = {id(weight) for weight in state.model.trainable_variables}
        changing = without_fitted(state.model, state.model.variables)
        self._others = [variable for variable in changing if id(variable) not in weights]
        self._draws = [one for one in self._others if not keras.backend.is_float_dtype(one.dtype)]
        self._draws += state.carried
        self._others += state.carried
        self._first = [np.array(variable) for variable in self._draws]
        forward = task.forward(state.model, state.carried)

        @tf.function(input_signature=task.signature(state.model), autograph=False)
        def sums(*batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            found = task.sums(forward, batch)
            return found.loss, found.weight

        self._sums = sums

    def loss(self) -> float:
        """The mean loss in nats. Whatever it changes besides the weights is afterwards as before."""
        before = [np.array(variable) for variable in self._others]
        _assign(self._draws, self._first)
        found = [[float(value.numpy()) for value in self._sums(*batch)] for batch in self._batches]
        _assign(self._others, before)
        return sum(loss for loss, _ in found) / sum(weight for _, weight in found)


def _assign(variables: Sequence[Any], values: Sequence[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _model(of: Swept, say: Callable[[str], None]) -> Any:
    """The model as a training begins with it."""
    pretrained = read_pretrained(of.config, of.data, say)
    model = of.task.model(of.config, of.data, vectors=None if pretrained is None else pretrained.vectors)
    start = start_of(of.config, of.runs)
    if start is not None:
        from seqclf.training.initialize.weights import initialize

        initialize(model, start, of.data)
    return model


def _without(batches: BatchPlan, last: int, seed: int) -> Iterator[Any]:
    """The batches of the first epoch without its ``last`` ones, again and again."""
    plan = batches.shuffled(seed, 1)
    for _ in itertools.count():
        yield from batches.stream(plan[: len(plan) - last])
