"""``conv1d``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Activation, Context, Flow, Layer, initializer, layer_name
from seqclf.option_types import Tokens, Width

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow


class Conv1d(Layer):
    """Convolution along the text, padded with zeros at both ends to keep its length.

    Several `kernel_size`s followed by a `pool` with `method: max` are the network of Kim (2014).
    """

    reads: ClassVar = True
    window: ClassVar = "kernel_size"
    other_names: ClassVar = ("conv", "cnn", "convolution")
    shaping: ClassVar = ("filters", "kernel_size")

    type: Literal["conv1d"] = Field(description="Layer type.")
    filters: Width = Field(description="Number of filters of each size, which is the output dimension per token.")
    kernel_size: Tokens | Annotated[list[Tokens], Field(min_length=1, max_length=64)] = Field(
        description="Number of tokens that a filter spans. A list of sizes: each size has its own filters, and their "
        "outputs are concatenated."
    )
    activation: Activation = Field("relu", description="Activation function of the output.")

    def problems(self) -> Iterator[tuple[str, str]]:
        if isinstance(sizes := self.kernel_size, list) and len(set(sizes)) < len(sizes):
            yield "kernel_size", f"expected each size once, found {', '.join(map(str, sizes))}"

    def width_after(self, width: int) -> int:
        return self.filters * (len(self.kernel_size) if isinstance(self.kernel_size, list) else 1)

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
                name=layer,
            )(x)
            for layer, size in self._convolutions(name)
        ]
        return replace(flow, x=outputs[0] if len(outputs) == 1 else keras.ops.concatenate(outputs, axis=-1))

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.graph import activate

        x = graph.op("Transpose", flow.masked(graph, 0.0), perm=[0, 2, 1])
        outputs = []
        for layer, size in self._convolutions(name):
            kernel, bias = graph.weights(layer)
            weights = graph.constant(kernel.transpose(2, 1, 0)), graph.constant(bias)
            outputs.append(graph.op("Conv", x, *weights, pads=[(size - 1) // 2, size // 2]))
        joined = activate(graph, graph.op("Concat", *outputs, axis=1), self.activation)
        return replace(flow, x=graph.op("Transpose", joined, perm=[0, 2, 1]), width=self.filters * len(outputs))

    def _convolutions(self, name: str) -> list[tuple[str, int]]:
        """Name and kernel size of each convolution."""
        sizes = self.kernel_size if isinstance(self.kernel_size, list) else [self.kernel_size]
        return [(layer_name(name, size) if place else name, size) for place, size in enumerate(sizes)]
