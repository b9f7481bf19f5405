"""Sharpness-aware minimisation (SAM; Foret et al. 2021)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from seqclf.model.fitted import without_fitted
from seqclf.training.accumulation import Gradients

OfBatch = Callable[..., Gradients]
"""``(*batch) -> Gradients`` at the current weights."""


def at_higher_loss(
    gradients_of: OfBatch, weights: Sequence[keras.Variable], statistics: Sequence[keras.Variable], rho: float
) -> OfBatch:
    """The gradients of a batch at weights that are moved by ``rho`` along its gradient (paper, equations 2 and 3).

    The move is that of each batch (m-sharpness, section 4.1 of the paper), also where several batches make one update:
    the gradients at the moved weights are summed. Its length does not depend on how a batch's loss is scaled. The
    second pass draws new dropout masks. The sums are those of the first pass, and so are the statistics.

    Args:
        weights: what is moved; afterwards they are as before, bit for bit.
        statistics: what passes change besides, such as the running means of batch normalisation.
    """

    def gradients(*batch: tf.Tensor) -> Gradients:
        here = gradients_of(*batch)
        dense = [tf.convert_to_tensor(gradient) for gradient in here.gradients]
        share = tf.math.divide_no_nan(rho, tf.linalg.global_norm(dense))
        before = [tf.identity(one.value) for one in (*weights, *statistics)]
        for weight, gradient in zip(weights, dense, strict=True):
            weight.value.assign_add(share * gradient)  # a constraint on the weight is for updates
        there = gradients_of(*batch)
        for variable, value in zip((*weights, *statistics), before, strict=True):
            variable.value.assign(value)
        return here._replace(gradients=there.gradients)

    return gradients


def statistics_of(model: keras.Model) -> list[keras.Variable]:
    """The variables of a model that a pass changes, except the counters of random numbers."""
    changed = without_fitted(model, model.non_trainable_variables)
    return [variable for variable in changed if keras.backend.is_float_dtype(variable.dtype)]
