"""The Keras layer that joins the members of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

PACKAGE = "seqclf"


@keras.saving.register_keras_serializable(PACKAGE)
class MixedLogits(keras.layers.Layer):
    """The logits whose softmax, or whose sigmoids, are the weighted mean of those of several models: a linear opinion
    pool, as deep ensembles use it (Lakshminarayanan, Pritzel and Blundell 2017, section 2.4).

    From a list of logits, each ``float32 [batch, units]``, to ``float32 [batch, units]``. It has no variables. The mean
    is taken of logarithms (log-sum-exp), so that no probability is rounded to 0 or 1 on the way.

    Args:
        weights: of the models, above 0, with the sum 1.
        scales: what the logits of each model are multiplied by first, one factor or ``units`` of them.
        orders: for each unit, its place among the logits of a model; a list of ``units`` for each model.
        softmax: whether a softmax follows the logits; else a sigmoid follows each of them.
    """

    def __init__(
        self,
        weights: Sequence[float],
        scales: Sequence[Sequence[float]],
        orders: Sequence[Sequence[int]],
        *,
        softmax: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"trainable": False, **kwargs})
        self.weights_of_models = [float(one) for one in weights]
        self.scales = [[float(one) for one in scale] for scale in scales]
        self.orders = [[int(one) for one in order] for order in orders]
        self.softmax = bool(softmax)

    def call(self, logits: Sequence[Any]) -> Any:
        ops, shifts = keras.ops, np.log(self.weights_of_models).astype(np.float32)
        scaled = [
            ops.take(one * np.array(scale, np.float32), np.array(order, np.int32), axis=-1)
            for one, scale, order in zip(logits, self.scales, self.orders, strict=True)
        ]
        if self.softmax:
            return _log_sum([ops.log_softmax(one) + shift for one, shift in zip(scaled, shifts, strict=True)])
        true = [shift - ops.softplus(-one) for one, shift in zip(scaled, shifts, strict=True)]
        false = [shift - ops.softplus(one) for one, shift in zip(scaled, shifts, strict=True)]
        return _log_sum(true) - _log_sum(false)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> Any:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        own = {"weights": self.weights_of_models, "scales": self.scales, "orders": self.orders}
        return {**super().get_config(), **own, "softmax": self.softmax}


def _log_sum(logarithms: Sequence[Any]) -> Any:
    """The logarithm of the sum of what the logarithms are of."""
    return keras.ops.logsumexp(keras.ops.stack(logarithms), axis=0)
