"""One training step, as a function of a model, an optimizer, a task and a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import keras
import tensorflow as tf

from seqclf.config.schema import Sharpness
from seqclf.model.parted import reading_parts
from seqclf.replicas import ALONE, Replicas, among
from seqclf.tasks.base import ForwardPass, Task
from seqclf.token_ids import PAD_ID
from seqclf.training.accumulation import Gradient, Gradients, GradientSum, mean_gradients
from seqclf.training.averaging import MovingAverage
from seqclf.training.depth import Trained
from seqclf.training.sharpness import OfBatch, at_higher_loss, statistics_of


class StepResult(NamedTuple):
    """What a step adds up to over its batch, before the update.

    Attributes:
        loss: summed objective, without penalties on weights (``kernel_l2``, ``recurrent_l2``) and activations.
        weight: the divisor of its mean, where it is shown.
        correct: number of correct predictions, out of ``weight``.
        tokens: number of tokens, without padding.
        texts: number of texts, of a batch whose parts several replicas have; None: the caller has all of it.
    """

    loss: tf.Tensor
    weight: tf.Tensor
    correct: tf.Tensor
    tokens: tf.Tensor
    texts: tf.Tensor | None = None


TrainStep = Callable[..., StepResult]
"""``(*batch, update=True) -> StepResult``; the first part of a batch is its token ids."""


def build_train_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    task: Task,
    accumulator: GradientSum | None = None,
    average: MovingAverage | None = None,
    *,
    trained: Trained | None = None,
    carried: Sequence[keras.Variable] = (),
    sharpness: Sharpness | None = None,
    replicas: Replicas = ALONE,
) -> TrainStep:
    """Build a compiled step that updates the model as Keras's ``fit`` would.

    A batch gives the gradients of its summed loss. An update divides once, by the sum of its batches' divisors.

    Args:
        accumulator: sums the gradients until a step is called with ``update=True``; without it, every step updates.
        average: includes the weights after every update.
        trained: the weights that the step changes; None: all. There is no backward pass below the lowest of them.
        carried: the variables of ``Task.carried``.
        sharpness: use the gradients at weights where the loss is higher (``seqclf.training.sharpness``).
        replicas: each calls its own step with its part of a batch, and all get the results of the whole batch.
    """
    forward = task.forward(model, carried)
    trained = trained or Trained(tuple(model.trainable_variables))
    accumulator = None if accumulator is None else accumulator.part(trained.weights)
    gradients_of = _of_all(partial(_gradients, task, forward, trained), model, trained, sharpness, replicas)

    def apply(gradients: list[Gradient]) -> None:
        optimizer.apply(gradients, trained.weights)
        if average is not None:
            average.add(optimizer.iterations)

    @tf.function(input_signature=task.signature(model), autograph=False)
    def learn(*batch: tf.Tensor) -> StepResult:
        sums, divisor, gradients, size = gradients_of(*batch)
        if accumulator is None:
            apply(mean_gradients(gradients, divisor))
        else:
            accumulator.add([tf.convert_to_tensor(gradient) for gradient in gradients], divisor)
        texts, tokens = size or (None, tf.math.count_nonzero(batch[0] != PAD_ID))
        return StepResult(sums.loss, sums.weight, sums.correct, tokens, texts)

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


def _gradients(task: Task, forward: ForwardPass, trained: Trained, *batch: tf.Tensor) -> Gradients:
    """What a batch adds up to, the divisor of its loss, and the gradients of the summed loss with all penalties."""
    weights = [weight.value for weight in trained.weights]
    with trained.tracing(), tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)  # operations without any of them are not recorded, and have no backward pass
        sums = task.sums(forward, batch)
        divisor = sums.weight if sums.divisor is None else sums.divisor
        target = sums.loss if sums.penalty is None else sums.loss + sums.penalty
        if penalties := forward.penalties:
            target += divisor * tf.add_n(penalties)
    return Gradients(sums, divisor, tape.gradient(target, weights))


def _of_all(
    of_part: OfBatch, model: keras.Model, trained: Trained, sharpness: Sharpness | None, replicas: Replicas
) -> OfBatch:
    """``of_part``, for the whole batch and at the weights that ``sharpness`` asks for."""
    whole = of_part if replicas.count == 1 else _of_whole_batch(of_part, model, replicas)
    if sharpness is None:
        return whole
    return at_higher_loss(whole, trained.weights, statistics_of(model), sharpness.rho)


def _of_whole_batch(of_part: OfBatch, model: keras.Model, replicas: Replicas) -> OfBatch:
    """``of_part``, added up over all replicas in one exchange.

    Rows of an embedding become whole matrices: which rows others have is unknown, and the rows of all of them may be
    more numbers than the matrix has.
    """

    def gradients(*batch: tf.Tensor) -> Gradients:
        with among(replicas), reading_parts(model):
            own = of_part(*batch)
        texts, tokens = tf.shape(batch[0])[0], tf.math.count_nonzero(batch[0] != PAD_ID)
        sums = own.sums
        counted = [sums.loss, sums.weight, sums.correct, own.divisor, texts, tokens]
        dense = [tf.convert_to_tensor(gradient) for gradient in own.gradients]
        loss, weight, correct, divisor, texts, tokens, *summed = replicas.sum([*counted, *dense])
        return Gradients(sums._replace(loss=loss, weight=weight, correct=correct), divisor, summed, (texts, tokens))

    return gradients
