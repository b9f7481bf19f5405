"""What the ONNX models of all tasks share: their first layers, and the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqclf.files import replacing
from seqclf.layer_types import Layer, named_layers
from seqclf.onnx_writer.carry import Carry
from seqclf.onnx_writer.graph import OPSET, Graph, OnnxFlow, real_tokens
from seqclf.token_ids import PAD_ID

if TYPE_CHECKING:
    import keras
    import onnx

TOKEN_IDS, LOGITS_OUTPUT = "token_ids", "logits"
"""Names of an input and an output."""

_IR_VERSION = 8


def graph_of(model: keras.Model, *, carry: Carry | None = None) -> Graph:
    """An empty graph, with the weights of a model."""
    return Graph(weights_of(model), carry=carry)


def weights_of(model: keras.Model) -> Callable[[str], list[NDArray[np.float32]]]:
    """A function that returns the weights of the layer of a name."""

    def weights(layer: str) -> list[NDArray[np.float32]]:
        return [np.asarray(weight) for weight in model.get_layer(layer).get_weights()]

    return weights


def token_ids_info() -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(TOKEN_IDS, TensorProto.INT32, ["batch", "time"])


def float_info(name: str, *shape: int | str | None) -> onnx.ValueInfoProto:
    """The type of a ``float32`` input or output."""
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def finished(
    graph: Graph,
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    about: Mapping[str, Any],
) -> onnx.ModelProto:
    """The checked model of a graph; each value of ``about`` is JSON in its metadata."""
    import onnx
    from onnx import helper

    made = helper.make_graph(graph.nodes, "seqclf", inputs, outputs, initializer=graph.initializers)
    written = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION, producer_name="seqclf"
    )
    helper.set_model_props(written, {name: json.dumps(value, ensure_ascii=False) for name, value in about.items()})
    onnx.checker.check_model(written, full_check=True)
    return written


def write_file(model: onnx.ModelProto, path: Path) -> None:
    """Write a model; the file appears when it is complete."""
    content = model.SerializeToString()
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def through(graph: Graph, section: str, layers: Sequence[Layer], flow: OnnxFlow) -> OnnxFlow:
    """The output of the layers of a section, ``layers`` or ``head``."""
    for name, layer in named_layers(section, layers):
        flow = layer.write(flow, name, graph)
    return flow


def embedded(graph: Graph, token_ids: str) -> OnnxFlow:
    """The token vectors of ``int32 [batch, time]``."""
    from seqclf.model.encoder import EMBEDDING

    table = graph.weights(EMBEDDING)[0]
    x = graph.op("Gather", graph.constant(table), token_ids)
    padding = graph.op("Equal", token_ids, graph.constant(PAD_ID, np.int32))
    real = graph.op("Cast", graph.op("Not", padding), to=6)
    lengths = graph.op("ReduceSum", real, graph.integers(1), keepdims=0)
    return OnnxFlow(x, real_tokens(graph, x, lengths), lengths, width=table.shape[1])
