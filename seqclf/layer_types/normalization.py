"""``layer_norm`` and ``batch_norm``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Context, Flow, Layer
from seqclf.option_types import Decay, PositiveReal

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow


class LayerNorm(Layer):
    """Normalises each vector to mean 0 and variance 1, then applies a trainable scale and shift (Ba et al. 2016)."""

    places: ClassVar = ("layers", "head")
    other_names: ClassVar = ("layernorm", "layernormalization", "layer_normalization")

    type: Literal["layer_norm"] = Field(description="Layer type.")
    epsilon: PositiveReal = Field(1e-3, description="Added to the variance.")

    def width_after(self, width: int) -> int:
        return width

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        return replace(flow, x=keras.layers.LayerNormalization(epsilon=self.epsilon, name=name)(flow.x))

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.graph import layer_norm

        return replace(flow, x=layer_norm(graph, flow.x, name, self.epsilon))


class BatchNorm(Layer):
    """Normalises each feature to mean 0 and variance 1 over the texts of a batch, or over its tokens except padding
    (Ioffe & Szegedy 2015). At inference it uses the running mean and variance."""

    places: ClassVar = ("layers", "head")
    other_names: ClassVar = ("batchnorm", "batchnormalization", "batch_normalization")
    only_training: ClassVar = ("momentum",)

    type: Literal["batch_norm"] = Field(description="Layer type.")
    momentum: Decay = Field(0.99, description="Decay of the running mean and variance.")
    epsilon: PositiveReal = Field(1e-3, description="Added to the variance.")

    def width_after(self, width: int) -> int:
        return width

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        layer = keras.layers.BatchNormalization(momentum=self.momentum, epsilon=self.epsilon, name=name)
        return replace(flow, x=layer(flow.x, mask=flow.mask) if flow.is_sequence else layer(flow.x))

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        gamma, beta, mean, variance = graph.weights(name)
        scale = gamma / (variance + self.epsilon) ** 0.5
        scaled = graph.op("Mul", flow.x, graph.constant(scale))
        return replace(flow, x=graph.op("Add", scaled, graph.constant(beta - mean * scale)))
