"""Recurrent cells as an ONNX ``Scan``, for activations that the native operators lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.onnx_writer.cell import Cell
from seqclf.onnx_writer.graph import Graph, activate


@dataclass(frozen=True)
class _Step:
    """The inputs of a cell's step.

    Attributes:
        graph: receives the constants.
        body: the graph of the loop, which receives the operators.
        projected: the input product at this step.
        states: states of the previous step: ``h``, and for an LSTM ``c``.
        kernel: the recurrent kernel, ``[units, gates * units]``.
        bias: of the state product, ``[gates * units]``.
    """

    graph: Graph
    body: Graph
    cell: Cell
    projected: str
    states: list[str]
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]

    def split(self, value: str, count: int) -> list[str]:
        """Split into ``count`` parts of the cell's units each."""
        names = [self.body.fresh("gate") for _ in range(count)]
        return self.body.ops("Split", value, self.graph.integers(*[self.cell.units] * count), outputs=names, axis=-1)


def scan(
    graph: Graph,
    cell: Cell,
    projected: str,
    lengths: str,
    *,
    kernel: NDArray[np.float32],
    bias: NDArray[np.float32],
    backwards: bool,
    before: Sequence[str] = (),
) -> tuple[str, list[str]]:
    """Every output, ``[time, batch, units]``, zero after the end of a text, and the states after the last token read,
    ``[batch, units]`` each, of which the first is the output.

    Args:
        projected: the input product, ``float32 [time, batch, gates * units]``.
        kernel: the recurrent kernel, ``[units, gates * units]``, with its ``bias [gates * units]``.
        before: the states to start from; empty: zeros.
    """
    from onnx import TensorProto, helper

    body = graph.body()
    step, real = body.fresh("projected"), body.fresh("real")
    states = [body.fresh("state") for _ in range(2 if cell.kind == "LSTM" else 1)]
    made = _STEPS[cell.kind](_Step(graph, body, cell, step, states, kernel, bias))
    kept = [body.op("Where", real, new, old) for new, old in zip(made, states, strict=True)]
    output = body.op("Where", real, made[0], graph.constant(0.0))

    def info(name: str, width: int, kind: int = TensorProto.FLOAT) -> Any:
        return helper.make_tensor_value_info(name, kind, [None, width])

    wide = cell.gates * cell.units
    loop = helper.make_graph(
        body.nodes,
        graph.fresh("step"),
        [*(info(name, cell.units) for name in states), info(step, wide), info(real, 1, TensorProto.BOOL)],
        [info(name, cell.units) for name in (*kept, output)],
        initializer=body.initializers,
    )
    *after, every = graph.ops(
        "Scan",
        *(before or [_zeros(graph, cell, projected)] * len(states)),
        *(projected, _real(graph, projected, lengths)),
        outputs=[graph.fresh("outputs") for _ in range(len(states) + 1)],
        body=loop,
        num_scan_inputs=2,
        scan_input_directions=[int(backwards)] * 2,
        scan_output_directions=[int(backwards)],
    )
    return every, after


def _zeros(graph: Graph, cell: Cell, projected: str) -> str:
    batch = graph.op("Shape", projected, start=1, end=2)
    return graph.op("Expand", graph.constant(0.0), graph.op("Concat", batch, graph.integers(cell.units), axis=0))


def _real(graph: Graph, x: str, lengths: str) -> str:
    """The mask of real tokens, ``bool [time, batch, 1]``, for ``x [time, batch, ...]``."""
    time = graph.op("Squeeze", graph.op("Shape", x, start=0, end=1))
    places = graph.op("Range", graph.constant(0, np.int64), time, graph.constant(1, np.int64))
    real = graph.op("Less", graph.op("Unsqueeze", places, graph.integers(1)), graph.op("Cast", lengths, to=7))
    return graph.op("Unsqueeze", real, graph.integers(2))


def _lstm(step: _Step) -> list[str]:
    body, cell = step.body, step.cell
    of_state = body.op("MatMul", step.states[0], step.graph.constant(step.kernel))
    *gates, o = step.split(body.op("Add", step.projected, of_state), 4)
    i, f = (activate(body, gate, cell.recurrent_activation) for gate in gates[:2])
    added = body.op("Mul", i, activate(body, gates[2], cell.activation))
    c = body.op("Add", body.op("Mul", f, step.states[1]), added)
    shown = activate(body, c, cell.activation)
    return [body.op("Mul", activate(body, o, cell.recurrent_activation), shown), c]


def _gru(step: _Step) -> list[str]:
    graph, body, cell, kernel = step.graph, step.body, step.cell, step.kernel
    (h,), units = step.states, cell.units
    of_x = step.split(step.projected, 3)
    if cell.reset_after:
        product = body.op("Add", body.op("MatMul", h, graph.constant(kernel)), graph.constant(step.bias))
        of_h = step.split(product, 3)
    else:
        of_h = step.split(body.op("MatMul", h, graph.constant(kernel[:, : 2 * units])), 2)
    sums = (body.op("Add", a, b) for a, b in zip(of_x[:2], of_h[:2], strict=True))
    z, r = (activate(body, one, cell.recurrent_activation) for one in sums)
    if cell.reset_after:
        seen = body.op("Mul", r, of_h[2])
    else:
        seen = body.op("MatMul", body.op("Mul", r, h), graph.constant(kernel[:, 2 * units :]))
    candidate = activate(body, body.op("Add", of_x[2], seen), cell.activation)
    return [body.op("Add", candidate, body.op("Mul", z, body.op("Sub", h, candidate)))]


def _rnn(step: _Step) -> list[str]:
    body = step.body
    summed = body.op("Add", step.projected, body.op("MatMul", step.states[0], step.graph.constant(step.kernel)))
    return [activate(body, summed, step.cell.activation)]


_STEPS = {"LSTM": _lstm, "GRU": _gru, "RNN": _rnn}
