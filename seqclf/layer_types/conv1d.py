"""``conv1d``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Activation, Context, Flow, Layer, initializer
from seqclf.strict import Tokens, Width


class Conv1d(Layer):
    """Convolution along the text; beyond its ends stand zeros, so that there are as many tokens after as before.

    Several `kernel_size`s, then a `pool` with `method: max`: the network of Kim (2014).
    """

    reads: ClassVar = True
    window: ClassVar = "kernel_size"

    type: Literal["conv1d"] = Field(description="The kind of layer.")
    filters: Width = Field(description="Filters of each size; the length of their output at each token.")
    kernel_size: Tokens | Annotated[list[Tokens], Field(min_length=1, max_length=64)] = Field(
        description="Tokens that a filter sees. Of several (a list) each has its own filters, and their outputs are "
        "joined."
    )
    activation: Activation = Field("relu", description="Non-linearity of the output.")

    def problems(self) -> Iterator[tuple[str, str]]:
        if isinstance(sizes := self.kernel_size, list) and len(set(sizes)) < len(sizes):
            yield "kernel_size", f"expected each size once, found {', '.join(map(str, sizes))}"

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        x = keras.ops.where(flow.real, flow.x, 0.0)
        outputs = [
            keras.layers.Conv1D(
                self.filters,
                size,
                padding="same",
                activation=self.activation,
                kernel_initializer=initializer("glorot_uniform", context),
                name=name if i == 0 else f"{name}_{size}",
            )(x)
            for i, size in enumerate(self.kernel_size if isinstance(self.kernel_size, list) else [self.kernel_size])
        ]
        return replace(flow, x=outputs[0] if len(outputs) == 1 else keras.ops.concatenate(outputs, axis=-1))
