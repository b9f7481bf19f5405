"""8-bit tables with a row for each token, which the output layer of a language model multiplies with (``Gemm``).

ONNX Runtime's dynamic quantization has no rule for them, and a tied table, from which the embedding gathers as well,
must be stored once. Each row has a scale of its own. The embedding multiplies gathered rows by their scales. The output
layer multiplies integers (``MatMulInteger``, with the vectors quantized call by call), and the results by both scales.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx

_LARGEST = 127  # of a signed byte; -128 is not used, so that the range is symmetric
_FLOAT = 1


def quantize_tables(content: bytes) -> bytes:
    """The ONNX model with 8-bit tables where ``Gemm`` multiplies with rows of one; any other model is as it was."""
    import onnx

    model = onnx.load_from_string(content)
    weights = {one.name: one for one in model.graph.initializer}
    graphs = list(_graphs(model.graph))
    nodes = [node for graph in graphs for node in graph.node]
    names = {node.input[1] for node in nodes if _is_output(node) and node.input[1] in weights}
    tables = {name: _Table(name) for name in sorted(names) if all(_can_use(node, name) for node in nodes)}
    if not tables:
        return content
    for graph in reversed(graphs):  # the inner ones first: the nodes of a graph are copied
        written = [one for node in graph.node for one in _written(node, tables)]
        del graph.node[:]
        graph.node.extend(written)
    for name, table in tables.items():
        model.graph.node.insert(0, table.columns())
        model.graph.initializer.extend(table.initializers(weights[name]))
        model.graph.initializer.remove(weights[name])
    return bytes(model.SerializeToString())


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """The graph, and those inside its nodes, such as the branches of ``If``."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _graphs(attribute.g)


def _written(node: onnx.NodeProto, tables: Mapping[str, _Table]) -> list[onnx.NodeProto]:
    """The node, or those that replace it."""
    if node.op_type == "Gather" and node.input[0] in tables:
        return tables[node.input[0]].gathered(node)
    if _is_output(node) and node.input[1] in tables:
        return tables[node.input[1]].product(node)
    return [node]


def _is_output(node: onnx.NodeProto) -> bool:
    options = {one.name: one.i for one in node.attribute if one.name == "transB"}
    return node.op_type == "Gemm" and options == {"transB": 1} and len(node.attribute) == 1 and len(node.input) == 3


def _can_use(node: onnx.NodeProto, name: str) -> bool:
    """Whether the node does not read the table, or can read one of bytes."""
    places = [place for place, given in enumerate(node.input) if given == name]
    if not places:
        return True
    return places == [1] and _is_output(node) if node.op_type == "Gemm" else places == [0] and _is_gather(node)


def _is_gather(node: onnx.NodeProto) -> bool:
    return node.op_type == "Gather" and not node.attribute


def rows_in_bytes(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """``float32 [rows, width]`` as integers, ``int8 [rows, width]``, and a scale for each row, ``float32 [rows]``."""
    scales = np.abs(table).max(axis=1) / _LARGEST
    scales = np.where(scales > 0, scales, 1).astype(np.float32)
    return np.rint(table / scales[:, np.newaxis]).clip(-_LARGEST, _LARGEST).astype(np.int8), scales


class _Table:
    """The nodes that replace those with a table."""

    def __init__(self, name: str) -> None:
        names = (f"{name}_{what}" for what in ("bytes", "scales", "last_axis", "columns"))
        self._bytes, self._scales, self._last, self._columns = names

    def initializers(self, table: onnx.TensorProto) -> list[onnx.TensorProto]:
        from onnx import numpy_helper

        integers, scales = rows_in_bytes(numpy_helper.to_array(table))
        given = ((self._bytes, integers), (self._scales, scales), (self._last, np.array([-1], np.int64)))
        return [numpy_helper.from_array(array, name) for name, array in given]

    def columns(self) -> onnx.NodeProto:
        """The transposed table; ONNX Runtime computes it once, as it loads the model."""
        from onnx import helper

        return helper.make_node("Transpose", [self._bytes], [self._columns], perm=[1, 0])

    def gathered(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """The rows of ids, for ``Gather``."""
        from onnx import helper

        ids, (found,) = node.input[1], node.output
        rows, floats, scales, column = (f"{found}_{what}" for what in ("bytes", "floats", "scales", "column"))
        return [
            helper.make_node("Gather", [self._bytes, ids], [rows]),
            helper.make_node("Cast", [rows], [floats], to=_FLOAT),
            helper.make_node("Gather", [self._scales, ids], [scales]),
            helper.make_node("Unsqueeze", [scales, self._last], [column]),
            helper.make_node("Mul", [floats, column], [found]),
        ]

    def product(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """The product with all rows, plus a bias, for ``Gemm``."""
        from onnx import helper

        (vectors, _, bias), (found,) = node.input, node.output
        names = ("bytes", "scale", "zero", "sums", "floats", "scales", "product")
        of_x, scale, zero, sums, floats, scales, product = (f"{found}_{what}" for what in names)
        return [
            helper.make_node("DynamicQuantizeLinear", [vectors], [of_x, scale, zero]),
            helper.make_node("MatMulInteger", [of_x, self._columns, zero], [sums]),
            helper.make_node("Cast", [sums], [floats], to=_FLOAT),
            helper.make_node("Mul", [self._scales, scale], [scales]),
            helper.make_node("Mul", [floats, scales], [product]),
            helper.make_node("Add", [product, bias], [found]),
        ]
