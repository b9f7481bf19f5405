"""``dense`` and ``highway``: layers that transform each vector separately."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Activation, Context, Flow, Initializer, Layer, dense_layer, initializer, layer_name
from seqclf.option_types import Width

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow


class Dense(Layer):
    """A fully connected layer; in `layers` it is applied to every token."""

    places: ClassVar = ("layers", "head")
    other_names: ClassVar = ("linear", "fully_connected", "fc")
    shaping: ClassVar = ("units",)
    only_training: ClassVar = ("kernel_initializer",)

    type: Literal["dense"] = Field(description="Layer type.")
    units: Width = Field(description="Dimension of the output.")
    activation: Activation = Field("relu", description="Activation function of the output.")
    kernel_initializer: Initializer = Field("glorot_uniform", description="Initial values of the weights.")

    def width_after(self, width: int) -> int:
        return self.units

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        kernel = initializer(self.kernel_initializer, context)
        layer = dense_layer(self.units, self.activation, context, name, kernel_initializer=kernel)
        return replace(flow, x=layer(flow.x))

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.graph import dense

        return replace(flow, x=dense(graph, flow.x, name, self.activation), width=self.units)


class Highway(Layer):
    """`t * activation(W x + b) + (1 - t) * x` with a trainable gate `t` (Srivastava et al. 2015)."""

    places: ClassVar = ("layers", "head")
    only_training: ClassVar = ("gate_bias",)

    type: Literal["highway"] = Field(description="Layer type.")
    activation: Activation = Field("relu", description="Activation function of the transformed part.")
    gate_bias: float = Field(
        -2.0, description="Initial bias of the gate; a lower bias passes more of the input through unchanged."
    )

    def width_after(self, width: int) -> int:
        return width

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        width = int(flow.x.shape[-1])
        transformed = dense_layer(width, self.activation, context, name)(flow.x)
        bias = keras.initializers.Constant(self.gate_bias)
        gate = dense_layer(width, "sigmoid", context, layer_name(name, "gate"), bias_initializer=bias)(flow.x)
        return replace(flow, x=flow.x + gate * (transformed - flow.x))

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.graph import dense

        change = graph.op("Sub", dense(graph, flow.x, name, self.activation), flow.x)
        gate = dense(graph, flow.x, layer_name(name, "gate"), "sigmoid")
        return replace(flow, x=graph.op("Add", flow.x, graph.op("Mul", gate, change)))
