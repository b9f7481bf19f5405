"""Inputs of any size. ONNX Runtime's recurrent operators end the process on a batch without rows or steps."""

from __future__ import annotations

import numpy as np

from seqclf.onnx_writer.graph import Graph


def at_least_one(graph: Graph, x: str, *, padding: str, steps: bool = False) -> str:
    """``x [rows, width]`` with a row of ``padding`` if it has none; with ``steps``, also with a column if it has
    none."""
    missing = graph.op("Max", graph.op("Sub", graph.integers(1, 1), graph.op("Shape", x)), graph.integers(0))
    if not steps:
        missing = graph.op("Mul", missing, graph.integers(1, 0))
    return graph.op("Pad", x, graph.op("Concat", graph.integers(0, 0), missing, axis=0), padding)


def with_a_token(graph: Graph, token_ids: str, *, padding: str, unknown_id: int) -> str:
    """``int32 [batch, time]`` with the unknown token at the first place of each row of padding alone."""
    one = graph.integers(1)
    empty = graph.op("Equal", graph.op("ReduceMax", token_ids, axes=[1], keepdims=1), padding)
    first = graph.op("Slice", token_ids, graph.integers(0), one, one)
    first = graph.op("Where", empty, graph.constant(unknown_id, np.int32), first)
    rest = graph.op("Slice", token_ids, one, graph.integers(np.iinfo(np.int64).max), one)
    return graph.op("Concat", first, rest, axis=1)


def rows_of(graph: Graph, x: str, model: str, *, name: str) -> str:
    """As many rows of ``x`` as the input ``model`` of the graph has."""
    rows = graph.op("Shape", model, start=0, end=1)
    return graph.op("Slice", x, graph.integers(0), rows, graph.integers(0), name=name)
