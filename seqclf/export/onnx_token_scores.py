"""The log-probabilities of given tokens in the ONNX model of a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seqclf.generation.model_file import LOG_PROBABILITIES, TARGETS
from seqclf.onnx_writer.graph import Graph, token_logits
from seqclf.onnx_writer.inputs import at_least_one
from seqclf.token_ids import PAD_ID

if TYPE_CHECKING:
    import onnx

_SHAPE = ("rows", "targets")


def targets_info() -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(TARGETS, TensorProto.INT32, _SHAPE)


def log_probabilities_info() -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(LOG_PROBABILITIES, TensorProto.FLOAT, _SHAPE)


def add_token_scores(graph: Graph, hidden: str, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Add the optional input ``targets``, ``int32 [batch, time]``, and the output ``log_probabilities``, ``float32
    [batch, time]``: of each target after the tokens up to this place, and 0 where a target is padding.

    ONNX Runtime computes every output, wanted or not. So that generating does not pay for it, all of this is in a
    branch that runs only if there are targets. By default there are none.

    Args:
        hidden: what the output layer reads, ``float32 [batch, time, features]``, each at least 1.
    """
    from onnx import numpy_helper

    graph.initializers.append(numpy_helper.from_array(np.zeros((0, 0), np.int32), TARGETS))
    shape = graph.op("Shape", TARGETS)
    size = graph.op("ReduceProd", shape, keepdims=0)
    graph.op(
        "If",
        graph.op("Greater", size, graph.constant(0, np.int64)),
        name=LOG_PROBABILITIES,
        then_branch=_branch(graph, _scores(graph, hidden, shape, kernel, bias)),
        else_branch=_branch(graph, _no_scores(graph, shape)),
    )


def _scores(
    graph: Graph, hidden: str, shape: str, kernel: NDArray[np.float32], bias: NDArray[np.float32]
) -> tuple[Graph, str]:
    body = graph.body()
    padding = graph.constant(PAD_ID, np.int32)
    flat = body.op("Reshape", hidden, graph.integers(-1, kernel.shape[1]))
    all_of_them = body.op("LogSoftmax", token_logits(body, flat, kernel, bias, constants=graph), axis=-1)
    targets = at_least_one(body, TARGETS, padding=padding, steps=True)
    chosen = body.op("GatherElements", all_of_them, body.op("Reshape", targets, graph.integers(-1, 1)), axis=1)
    found = body.op("Reshape", chosen, shape)
    return body, body.op("Where", body.op("Equal", TARGETS, padding), graph.constant(0.0), found)


def _no_scores(graph: Graph, shape: str) -> tuple[Graph, str]:
    body = graph.body()
    return body, body.op("Expand", graph.constant(0.0), shape)


def _branch(graph: Graph, made: tuple[Graph, str]) -> onnx.GraphProto:
    from onnx import TensorProto, helper

    body, output = made
    info = helper.make_tensor_value_info(output, TensorProto.FLOAT, [None, None])
    return helper.make_graph(body.nodes, graph.fresh("branch"), [], [info], initializer=body.initializers)
