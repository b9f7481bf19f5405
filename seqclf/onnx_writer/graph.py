"""Build an ONNX graph. Names of values are strings; functions import ``onnx`` when needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqclf.onnx_writer.carry import Carry

OPSET = 17
"""Opset version of ``ai.onnx``; ONNX Runtime supports it since 1.12 (2022)."""


class Graph:
    """Collects nodes and constants.

    Args:
        weights: returns the weights of the model's Keras layer of a name, in the order of ``get_weights()``.
        carry: collects the states of recurrent layers, if the model reads its text in windows.
    """

    def __init__(
        self,
        weights: Callable[[str], list[NDArray[np.float32]]],
        prefix: str = "",
        *,
        carry: Carry | None = None,
    ) -> None:
        self.weights = weights
        self.carry = carry
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._prefix = prefix
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._count = 0

    def op(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node with one output and return the name of the output; ``name`` sets it."""
        return self.ops(kind, *inputs, outputs=[name or self.fresh(kind.lower())], **attributes)[0]

    def ops(self, kind: str, *inputs: str, outputs: Sequence[str], **attributes: Any) -> list[str]:
        """Add a node with several outputs; an empty name marks an unused output."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, outputs, name=self.fresh("node"), **attributes))
        return list(outputs)

    def constant(self, value: ArrayLike, dtype: Any = np.float32) -> str:
        """Add a constant array; equal arrays are stored once."""
        from onnx import numpy_helper

        array = np.ascontiguousarray(value, dtype=dtype).reshape(np.shape(value))
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = self.fresh("constant")
            self.initializers.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def integers(self, *values: int) -> str:
        return self.constant(values, np.int64)

    def fresh(self, about: str) -> str:
        """An unused name."""
        self._count += 1
        return f"{self._prefix}{about}_{self._count}"

    def part(self, weights: Callable[[str], list[NDArray[np.float32]]], name: str) -> Graph:
        """A graph of another model in this one, which can use values of this graph by name; ``join`` adds it."""
        return Graph(weights, prefix=f"{self._prefix}{name}.")

    def join(self, part: Graph) -> None:
        """Add the nodes and constants of a part."""
        self.nodes.extend(part.nodes)
        self.initializers.extend(part.initializers)

    def body(self) -> Graph:
        """A graph for the nodes inside a loop, which can use values of this graph by name."""
        return Graph(self.weights, prefix=f"{self.fresh('body')}.")


@dataclass(frozen=True)
class OnnxFlow:
    """The value passed from one layer to the next; ``seqclf.layer_types.base.Flow`` in ONNX.

    Attributes:
        x: ``float32 [batch, time, width]``, or ``[batch, width]`` if ``is_sequence`` is false.
        real: ``bool [batch, time, 1]``, true at real tokens, which come first.
        lengths: ``int32 [batch]``, real tokens of each text.
    """

    x: str
    real: str
    lengths: str
    width: int
    is_sequence: bool = True

    def masked(self, graph: Graph, value: float) -> str:
        """``x`` with ``value`` at every entry of padding."""
        return graph.op("Where", self.real, self.x, graph.constant(value))


def dense(graph: Graph, x: str, layer: str, activation: str | None = None) -> str:
    """The Keras ``Dense`` layer of that name, on the last axis."""
    kernel, *bias = graph.weights(layer)
    out = graph.op("MatMul", x, graph.constant(kernel))
    if bias:
        out = graph.op("Add", out, graph.constant(bias[0]))
    return activate(graph, out, activation or "linear")


def token_logits(
    graph: Graph, x: str, kernel: NDArray[np.float32], bias: NDArray[np.float32], *, constants: Graph | None = None
) -> str:
    """``x W^T + b`` for ``x [batch, width]`` and a ``kernel`` with a row for each token.

    ``constants``: the graph that stores the weights; None: ``graph``.
    """
    store = constants or graph
    return graph.op("Gemm", x, store.constant(kernel), store.constant(bias), transB=1)


def at_last_token(graph: Graph, x: str, lengths: str) -> str:
    """``[batch, width]``, of ``x [batch, time, width]`` at the last of ``lengths`` tokens (at least 1)."""
    last = graph.op("Sub", graph.op("Cast", lengths, to=7), graph.integers(1))
    return graph.op("GatherND", x, graph.op("Unsqueeze", last, graph.integers(1)), batch_dims=1)


def activate(graph: Graph, x: str, name: str) -> str:
    """The Keras activation of that name."""
    if name == "linear":
        return x
    if name == "silu":
        return graph.op("Mul", x, graph.op("Sigmoid", x))
    if name == "gelu":  # the exact form: x times the normal distribution function of x
        error = graph.op("Erf", graph.op("Mul", x, graph.constant(0.5**0.5)))
        half = graph.op("Mul", x, graph.constant(0.5))
        return graph.op("Mul", half, graph.op("Add", error, graph.constant(1.0)))
    kinds = {kind.lower(): kind for kind in ("Relu", "Tanh", "Sigmoid", "Elu", "Selu", "Softplus")}
    return graph.op(kinds[name], x)


def layer_norm(graph: Graph, x: str, layer: str, epsilon: float) -> str:
    """The Keras ``LayerNormalization`` layer of that name, over the last axis."""
    scale, shift = graph.weights(layer)
    return graph.op(
        "LayerNormalization", x, graph.constant(scale), graph.constant(shift), axis=-1, epsilon=float(epsilon)
    )


def real_tokens(graph: Graph, x: str, lengths: str) -> str:
    """``bool [batch, time, 1]``, true at the first ``lengths`` steps of ``x [batch, time, ...]``."""
    time = graph.op("Squeeze", graph.op("Shape", x, start=1, end=2))
    places = graph.op("Range", graph.constant(0, np.int64), time, graph.constant(1, np.int64))
    few = graph.op("Unsqueeze", graph.op("Cast", lengths, to=7), graph.integers(1))
    return graph.op("Unsqueeze", graph.op("Less", places, few), graph.integers(2))
