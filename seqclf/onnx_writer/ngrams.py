"""The n-gram branch in ONNX operators; ``seqclf.layers.ngrams`` is the same in TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.onnx_writer.graph import Graph

_FLOAT, _INT64, _BOOL = 1, 7, 9


@dataclass(frozen=True)
class Hashes:
    """The hash functions of n-grams and words (``seqclf.token_ids``).

    Attributes:
        ngrams: coefficients of each order.
        words: coefficients of words.
        prime: the modulus of the sums.
    """

    ngrams: Sequence[Sequence[int]]
    words: Sequence[int]
    prime: int


def ngram_logits(graph: Graph, token_ids: str, layer: str, hashes: Hashes, *, normalize: bool) -> str:
    """``float32 [batch, units]`` from token ids (``int32 [batch, time]``, padded right with 0).

    Args:
        layer: name of the ``NgramLogits`` layer; ``graph`` has its weights.
        normalize: as in the layer.
    """
    table, bias, *joins = graph.weights(layer)
    missing = graph.constant(len(table), np.int64)
    ids = graph.op("Cast", token_ids, to=_INT64)
    found = _ngrams(graph, ids, hashes, len(table))
    if joins:
        found.append(_words(graph, ids, joins[0], hashes, len(table)))
    buckets = _sorted(graph, graph.op("Concat", *found, axis=1) if len(found) > 1 else found[0])
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


def _ngrams(graph: Graph, ids: str, hashes: Hashes, buckets: int) -> list[str]:
    """``int64 [batch, time]`` for each order; the number of buckets if the n-gram includes padding."""
    longest = max(map(len, hashes.ngrams)) - 1
    padded = graph.op("Pad", ids, graph.integers(0, 0, 0, longest - 1), graph.constant(0, np.int64))
    time = graph.op("Shape", ids, start=1, end=2)
    found = []
    for first, *others in hashes.ngrams:
        total = graph.constant(first, np.int64)
        for place, coefficient in enumerate(others):
            start = graph.integers(place)
            token = graph.op("Slice", padded, start, graph.op("Add", time, start), graph.integers(1))
            total = graph.op("Add", total, graph.op("Mul", token, graph.constant(coefficient, np.int64)))
        is_padding = graph.op("Equal", token, graph.constant(0, np.int64))  # of the last token: padding comes last
        found.append(_hashed(graph, is_padding, total, hashes.prime, buckets))
    return found


def _words(graph: Graph, ids: str, joins: NDArray[Any], hashes: Hashes, buckets: int) -> str:
    """``int64 [batch, time]``, the bucket of the word that ends at a token; the number of buckets if none does.

    Flags are the numbers 0 and 1 here, so that they can be multiplied.
    """

    def before(values: str) -> str:
        """The values of the previous token; 0 for the first."""
        padded = graph.op("Pad", values, graph.integers(0, 1, 0, 0), graph.constant(0, np.int64))
        return graph.op("Slice", padded, graph.integers(0), graph.integers(-1), graph.integers(1))

    flags = graph.op("Cast", graph.op("Gather", graph.constant(joins, np.uint8), ids), to=_INT64)
    two = graph.constant(2, np.int64)
    joined = graph.op("Mul", graph.op("Mod", flags, two), before(graph.op("Div", flags, two)))
    goes_on = graph.op("Pad", joined, graph.integers(0, 0, 0, 1), graph.constant(0, np.int64))
    goes_on = graph.op("Slice", goes_on, graph.integers(1), graph.integers(2**31), graph.integers(1))
    padding = graph.op("Equal", ids, graph.constant(0, np.int64))
    is_inside = graph.op("Or", padding, graph.op("Cast", goes_on, to=_BOOL))
    first, last, *others = hashes.words
    total = graph.op("Mul", ids, graph.constant(last, np.int64))
    total, more = graph.op("Add", total, graph.constant(first, np.int64)), joined
    for coefficient in others:
        ids, joined = before(ids), before(joined)
        token = graph.op("Mul", graph.op("Mul", ids, more), graph.constant(coefficient, np.int64))
        total, more = graph.op("Add", total, token), graph.op("Mul", more, joined)
    return _hashed(graph, is_inside, total, hashes.prime, buckets)


def _hashed(graph: Graph, is_none: str, total: str, prime: int, buckets: int) -> str:
    """Buckets of the sums; the number of buckets where ``is_none``."""
    number = graph.constant(buckets, np.int64)
    bucket = graph.op("Mod", graph.op("Mod", total, graph.constant(prime, np.int64)), number)
    return graph.op("Where", is_none, number, bucket)


def _sorted(graph: Graph, rows: str) -> str:
    """Each row in ascending order."""
    width = graph.op("Shape", rows, start=1, end=2)
    names = [graph.fresh("sorted"), graph.fresh("places")]
    return graph.ops("TopK", rows, width, outputs=names, axis=1, largest=0, sorted=1)[0]
