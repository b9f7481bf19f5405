"""One training step, as a function of a model, an optimizer, a task and a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from seqclf.tasks.base import Task
from seqclf.token_ids import PAD_ID
from seqclf.training.accumulation import Gradient, GradientSum, mean_gradients
from seqclf.training.averaging import MovingAverage


class StepResult(NamedTuple):
    """What a step adds up to over its batch, before the update.

    Attributes:
        loss: summed objective, without weight penalties (``kernel_l2``, ``recurrent_l2``).
        weight: the divisor of its mean, where it is shown.
        correct: number of correct predictions, out of ``weight``.
        tokens: number of tokens, without padding.
    """

    loss: tf.Tensor
    weight: tf.Tensor
    correct: tf.Tensor
    tokens: tf.Tensor


TrainStep = Callable[..., StepResult]
"""``(*batch, update=True) -> StepResult``; the first part of a batch is its token ids."""


def build_train_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    task: Task,
    accumulator: GradientSum | None = None,
    average: MovingAverage | None = None,
    *,
    carried: Sequence[keras.Variable] = (),
) -> TrainStep:
    """Build a compiled step that updates the model as Keras's ``fit`` would.

    A batch gives the gradients of its summed loss. An update divides once, by the sum of its batches' divisors.

    Args:
        accumulator: sums the gradients until a step is called with ``update=True``; without it, every step updates.
        average: includes the weights after every update.
        carried: the variables of ``Task.carried``.
    """
    forward = task.forward(model, carried)
    variables = model.trainable_variables

    def apply(gradients: list[Gradient]) -> None:
        optimizer.apply(gradients, variables)
        if average is not None:
            average.add(optimizer.iterations)

    @tf.function(input_signature=task.signature(model), autograph=False)
    def learn(*batch: tf.Tensor) -> StepResult:
        with tf.GradientTape() as tape:
            sums = task.sums(forward, batch)
            divisor = sums.weight if sums.divisor is None else sums.divisor
            target = sums.loss
            if penalties := forward.penalties:
                target += divisor * tf.add_n(penalties)
        gradients = tape.gradient(target, variables)
        if accumulator is None:
            apply(mean_gradients(gradients, divisor))
        else:
            accumulator.add([tf.convert_to_tensor(gradient) for gradient in gradients], divisor)
        tokens = tf.math.count_nonzero(batch[0] != PAD_ID)
        return StepResult(sums.loss, sums.weight, sums.correct, tokens)

    if accumulator is None:
        return lambda *batch, update=True: learn(*batch)

    @tf.function(input_signature=[], autograph=False)
    def apply_all() -> None:
        apply(accumulator.drain())

    def step(*batch: tf.Tensor, update: bool = True) -> StepResult:
        result: StepResult = learn(*batch)
        if update:
            apply_all()
        return result

    return step
