"""Recurrent layers as native ONNX operators.

Tensors are time-major here: ``[time, batch, features]``. Weights are Keras's (``kernel [features, gates * units]``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqclf.onnx_writer.cell import ORDER, Array, Cell, Weights
from seqclf.onnx_writer.graph import Graph, OnnxFlow
from seqclf.onnx_writer.scan import scan

Gate = tuple[Array, Array]
"""Kernel and bias of a projection of the input."""

_NATIVE = {"tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "Relu", "linear": "Affine"}


@dataclass(frozen=True)
class Reading:
    """Outputs of one direction.

    Attributes:
        every: output, ``[time, batch, units]``.
        last: output, ``[batch, units]``.
        states: after the last token read, ``[batch, units]`` each; empty unless the states before were given.
    """

    every: str
    last: str
    states: tuple[str, ...] = ()


def read(
    graph: Graph,
    cell: Cell,
    x: str,
    lengths: str,
    weights: Sequence[Weights],
    *,
    reverse: bool = False,
    before: Sequence[str] = (),
) -> list[Reading]:
    """Read the texts in one direction or both.

    Args:
        x: ``float32 [time, batch, features]``.
        lengths: ``int32 [batch]``; may be 0.
        weights: for each direction, kernel, recurrent kernel and bias if there is one; a second direction reads from
            the end.
        reverse: with one direction, read from the end.
        before: with one direction, the states to start from, ``[batch, units]`` each; empty: zeros.
    """
    directions = [reverse] if len(weights) == 1 else [False, True]
    if {cell.activation, cell.recurrent_activation} <= _NATIVE.keys():
        return _native(graph, cell, x, lengths, weights=weights, directions=directions, before=before)
    made = []
    for (kernel, *rest), backwards in zip(weights, directions, strict=True):
        own, of_state = cell.biases(rest[1:])
        projected = graph.op("Add", graph.op("MatMul", x, graph.constant(kernel)), graph.constant(own))
        every, states = scan(
            graph, cell, projected, lengths, kernel=rest[0], bias=of_state, backwards=backwards, before=before
        )
        made.append(Reading(every, states[0], tuple(states) if before else ()))
    return made


def read_mixed(
    graph: Graph,
    activation: str,
    x: str,
    lengths: str,
    *,
    decay: Gate,
    candidate: Gate,
    reverse: bool,
    before: Sequence[str] = (),
) -> Reading:
    """``s_t = a_t s_{t-1} + (1 - a_t) activation(c_t)``, where ``sigmoid^-1(a)`` and ``c`` are products of ``x`` alone:
    a GRU with a zero recurrent kernel and the update gate ``a``. Its output is the state."""
    units = len(decay[1])
    kernel, bias = (np.concatenate([a, np.zeros_like(a), c], axis=-1) for a, c in zip(decay, candidate, strict=True))
    weights = [kernel, np.zeros((units, 3 * units), np.float32), np.stack([bias, np.zeros_like(bias)])]
    return read(graph, Cell("GRU", units, activation), x, lengths, [weights], reverse=reverse, before=before)[0]


def gates_of(weights: Weights, count: int) -> list[Gate]:
    """Kernel and bias of each of the ``count`` projections that a layer's weights concatenate."""
    kernel, *bias = weights
    biases = bias[0] if bias else np.zeros(kernel.shape[1], np.float32)
    return list(zip(np.split(kernel, count, axis=1), np.split(biases, count), strict=True))


def product(graph: Graph, x: str, gate: Gate) -> str:
    return graph.op("Add", graph.op("MatMul", x, graph.constant(gate[0])), graph.constant(gate[1]))


def _native(
    graph: Graph,
    cell: Cell,
    x: str,
    lengths: str,
    *,
    weights: Sequence[Weights],
    directions: Sequence[bool],
    before: Sequence[str],
) -> list[Reading]:
    def by_gate(array: Array) -> Array:
        """``[..., gates * units]`` in ONNX's order of the gates."""
        parts = np.split(array, cell.gates, axis=-1)
        return np.concatenate([parts[place] for place in ORDER[cell.kind]], axis=-1)

    biases = [cell.biases(rest) for _, _, *rest in weights]
    arrays = [
        np.stack([by_gate(kernel).T for kernel, *_ in weights]),
        np.stack([by_gate(recurrent).T for _, recurrent, *_ in weights]),
        np.stack([np.concatenate([by_gate(own), by_gate(of_state)]) for own, of_state in biases]),
    ]
    gate, own = cell.recurrent_activation, cell.activation
    names = {"LSTM": [gate, own, own], "GRU": [gate, own], "RNN": [own]}[cell.kind] * len(directions)
    options: dict[str, Any] = {"linear_before_reset": int(cell.reset_after)} if cell.kind == "GRU" else {}
    if linear := names.count("linear"):
        options |= {"activation_alpha": [1.0] * linear, "activation_beta": [0.0] * linear}
    every, *after = graph.ops(
        cell.kind,
        *(x, *map(graph.constant, arrays), lengths),
        *(graph.op("Unsqueeze", state, graph.integers(0)) for state in before),
        outputs=[graph.fresh("outputs"), *(graph.fresh("last") for _ in before or "h")],
        hidden_size=cell.units,
        direction="bidirectional" if len(directions) == 2 else "reverse" if directions[0] else "forward",
        activations=[_NATIVE[name] for name in names],
        **options,
    )

    def of(direction: int, value: str, axis: int) -> str:
        return graph.op("Gather", value, graph.constant(direction, np.int64), axis=axis)

    made = []
    for direction in range(len(directions)):
        outputs = of(direction, every, 1)
        states = tuple(of(direction, state, 0) for state in after)
        made.append(Reading(outputs, states[0], states if before else ()))
    return made


def last_of(graph: Graph, every: str, lengths: str, *, reverse: bool) -> str:
    """The output at the last token read, ``[batch, units]``, from ``every [time, batch, units]``."""
    if reverse:
        return graph.op("Gather", every, graph.constant(0, np.int64), axis=0)
    last = graph.op("Max", graph.op("Sub", graph.op("Cast", lengths, to=7), graph.integers(1)), graph.integers(0))
    by_text = graph.op("Transpose", every, perm=[1, 0, 2])
    return graph.op("GatherND", by_text, graph.op("Unsqueeze", last, graph.integers(1)), batch_dims=1)


def joined(graph: Graph, readings: Sequence[Reading], mode: str, *, sequences: bool) -> str:
    """``[batch, time, width]`` if ``sequences``, else ``[batch, width]``; ``mode`` says how to merge two readings."""
    if sequences:
        results = [graph.op("Transpose", reading.every, perm=[1, 0, 2]) for reading in readings]
    else:
        results = [reading.last for reading in readings]
    if len(results) == 1:
        return results[0]
    if mode == "concat":
        return graph.op("Concat", *results, axis=-1)
    merged = graph.op("Mul" if mode == "mul" else "Add", *results)
    return graph.op("Mul", merged, graph.constant(0.5)) if mode == "ave" else merged


def reversed_texts(graph: Graph, x: str, lengths: str) -> str:
    """``x [batch, time, width]`` with each text's real tokens reversed."""
    return graph.op("ReverseSequence", x, graph.op("Cast", lengths, to=7), batch_axis=0, time_axis=1)


def segmented(graph: Graph, flow: OnnxFlow, tokens: int) -> tuple[str, str]:
    """Split texts into pieces of ``tokens``: ``x`` as ``[batch * pieces, tokens, width]``, and the piece lengths."""
    size, zero = graph.integers(tokens), graph.integers(0)
    time = graph.op("Shape", flow.x, start=1, end=2)
    missing = graph.op("Mod", graph.op("Neg", time), size)
    pads = graph.op("Concat", graph.integers(0, 0, 0, 0), missing, zero, axis=0)
    x = graph.op("Reshape", graph.op("Pad", flow.x, pads), graph.integers(-1, tokens, flow.width))
    length = graph.op("Squeeze", graph.op("Add", time, missing))
    starts = graph.op("Range", graph.constant(0, np.int64), length, graph.constant(tokens, np.int64))
    text = graph.op("Unsqueeze", graph.op("Cast", flow.lengths, to=7), graph.integers(1))
    left = graph.op("Min", graph.op("Max", graph.op("Sub", text, starts), zero), size)
    return x, graph.op("Cast", graph.op("Reshape", left, graph.integers(-1)), to=6)


def unsegmented(graph: Graph, pieces: OnnxFlow, text: OnnxFlow) -> str:
    """Join the outputs of the pieces to ``[batch, time, width]``, with the number of steps of ``text``."""
    batch = graph.op("Shape", text.x, start=0, end=1)
    shape = graph.op("Concat", batch, graph.integers(-1), graph.integers(pieces.width), axis=0)
    time = graph.op("Shape", text.x, start=1, end=2)
    return graph.op("Slice", graph.op("Reshape", pieces.x, shape), graph.integers(0), time, graph.integers(1))
