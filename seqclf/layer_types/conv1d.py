"""``conv1d``."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Activation, Context, Flow, Layer, initializer
from seqclf.strict import Tokens, Width


class Conv1d(Layer):
    """Convolution along the text; beyond its ends stand zeros, so that there are as many tokens after as before."""

    reads: ClassVar = True
    window: ClassVar = "kernel_size"

    type: Literal["conv1d"] = Field(description="The kind of layer.")
    filters: Width = Field(description="Length of the output at each token.")
    kernel_size: Tokens = Field(description="Tokens that a filter sees.")
    activation: Activation = Field("relu", description="Non-linearity of the output.")

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        convolution = keras.layers.Conv1D(
            self.filters,
            self.kernel_size,
            padding="same",
            activation=self.activation,
            kernel_initializer=initializer("glorot_uniform", context),
            name=name,
        )
        return replace(flow, x=convolution(keras.ops.where(flow.real, flow.x, 0.0)))
