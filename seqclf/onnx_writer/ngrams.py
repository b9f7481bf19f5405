"""The branch of n-grams in ONNX's operators; ``seqclf.model.layers.ngrams`` is the same in TensorFlow's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from seqclf.onnx_writer.graph import Graph

_FLOAT, _INT64 = 1, 7


def ngram_logits(
    graph: Graph,
    token_ids: str,
    layer: str,
    *,
    orders: Sequence[int],
    coefficients: Callable[[int], Sequence[int]],
    prime: int,
    normalize: bool,
) -> str:
    """``float32 [batch, units]`` from token ids (``int32 [batch, time]``, padded right with 0).

    Args:
        layer: name of the ``NgramLogits`` whose weights ``graph`` knows.
        coefficients: of ``seqclf.text.ngram_hash``, as is ``prime``.
        normalize: as the layer's.
    """
    table, bias = graph.weights(layer)
    missing = graph.constant(len(table), np.int64)
    buckets = _sorted(graph, _buckets(graph, token_ids, orders, coefficients, (prime, len(table))))
    first = graph.op("Slice", buckets, graph.integers(0), graph.integers(1), graph.integers(1))
    rest = graph.op("Slice", buckets, graph.integers(0), graph.integers(-1), graph.integers(1))
    nothing = graph.op("Sub", graph.op("Mul", first, graph.constant(0, np.int64)), graph.constant(1, np.int64))
    before = graph.op("Concat", nothing, rest, axis=1)
    different = graph.op("Not", graph.op("Equal", buckets, before))
    counts = graph.op("And", different, graph.op("Less", buckets, missing))
    rows = graph.op("Where", counts, buckets, graph.constant(0, np.int64))
    weights = graph.op("Gather", graph.constant(table), rows)
    kept = graph.op("Where", graph.op("Unsqueeze", counts, graph.integers(2)), weights, graph.constant(0.0))
    total = graph.op("ReduceSum", kept, graph.integers(1), keepdims=0)
    if normalize:
        number = graph.op("ReduceSum", graph.op("Cast", counts, to=_FLOAT), graph.integers(1), keepdims=1)
        total = graph.op("Div", total, graph.op("Sqrt", graph.op("Max", number, graph.constant(1.0))))
    return graph.op("Add", total, graph.constant(bias))


def _buckets(
    graph: Graph,
    token_ids: str,
    orders: Sequence[int],
    coefficients: Callable[[int], Sequence[int]],
    sizes: tuple[int, int],
) -> str:
    """``int64 [batch, orders * time]``; the number of buckets where padding is part of the n-gram."""
    ids = graph.op("Cast", token_ids, to=_INT64)
    padded = graph.op("Pad", ids, graph.integers(0, 0, 0, max(orders) - 1), graph.constant(0, np.int64))
    time = graph.op("Shape", token_ids, start=1, end=2)
    prime, buckets = (graph.constant(size, np.int64) for size in sizes)
    found = []
    for order in orders:
        first, *others = coefficients(order)
        total = graph.constant(first, np.int64)
        for place, coefficient in enumerate(others):
            start = graph.integers(place)
            token = graph.op("Slice", padded, start, graph.op("Add", time, start), graph.integers(1))
            total = graph.op("Add", total, graph.op("Mul", token, graph.constant(coefficient, np.int64)))
        is_padding = graph.op("Equal", token, graph.constant(0, np.int64))  # the last token's: padding comes last
        bucket = graph.op("Mod", graph.op("Mod", total, prime), buckets)
        found.append(graph.op("Where", is_padding, buckets, bucket))
    return graph.op("Concat", *found, axis=1) if len(found) > 1 else found[0]


def _sorted(graph: Graph, rows: str) -> str:
    """Each row in ascending order."""
    width = graph.op("Shape", rows, start=1, end=2)
    names = [graph.fresh("sorted"), graph.fresh("places")]
    return graph.ops("TopK", rows, width, outputs=names, axis=1, largest=0, sorted=1)[0]
