"""8-bit tables with a row for each token, which the output layer of a language model multiplies with (``Gemm``).

ONNX Runtime's dynamic quantization has no rule for them, and a tied table, from which the embedding gathers as well,
must be stored once. Each row has a scale of its own. The embedding multiplies gathered rows by their scales. The output
layer multiplies integers (``MatMulInteger``, with the vectors quantized call by call), and the results by both scales.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    names = {node.input[1] for node in model.graph.node if _is_output(node) and node.input[1] in weights}
    tables = {name: _Table(name) for name in names if all(_can_use(node) for node in _users(model, name))}
    if not tables:
        return content
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        table = tables.get(node.input[1] if _is_output(node) else node.input[0] if node.op_type == "Gather" else "")
        nodes += [node] if table is None else table.gathered(node) if node.op_type == "Gather" else table.product(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for name, table in tables.items():
        model.graph.initializer.extend(table.initializers(weights[name]))
        model.graph.initializer.remove(weights[name])
    return bytes(model.SerializeToString())


def _is_output(node: onnx.NodeProto) -> bool:
    options = {one.name: one.i for one in node.attribute if one.name == "transB"}
    return node.op_type == "Gemm" and options == {"transB": 1} and len(node.attribute) == 1 and len(node.input) == 3


def _can_use(node: onnx.NodeProto) -> bool:
    return _is_output(node) or (node.op_type == "Gather" and not node.attribute)


def _users(model: onnx.ModelProto, name: str) -> Iterator[onnx.NodeProto]:
    """The nodes that have the initializer as an input."""
    return (node for node in model.graph.node if name in node.input)


def rows_in_bytes(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """``float32 [rows, width]`` as integers, ``int8 [rows, width]``, and a scale for each row, ``float32 [rows]``."""
    scales = np.abs(table).max(axis=1) / _LARGEST
    scales = np.where(scales > 0, scales, 1).astype(np.float32)
    return np.rint(table / scales[:, np.newaxis]).clip(-_LARGEST, _LARGEST).astype(np.int8), scales


class _Table:
    """The nodes that replace those with a table."""

    def __init__(self, name: str) -> None:
        self._bytes, self._scales, self._last = f"{name}_bytes", f"{name}_scales", f"{name}_last_axis"

    def initializers(self, table: onnx.TensorProto) -> list[onnx.TensorProto]:
        from onnx import numpy_helper

        integers, scales = rows_in_bytes(numpy_helper.to_array(table))
        given = ((self._bytes, integers), (self._scales, scales), (self._last, np.array([-1], np.int64)))
        return [numpy_helper.from_array(array, name) for name, array in given]

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
        names = ("bytes", "scale", "zero", "columns", "sums", "floats", "scales", "product")
        of_x, scale, zero, columns, sums, floats, scales, product = (f"{found}_{what}" for what in names)
        return [
            helper.make_node("DynamicQuantizeLinear", [vectors], [of_x, scale, zero]),
            helper.make_node("Transpose", [self._bytes], [columns], perm=[1, 0]),  # once, as the model is loaded
            helper.make_node("MatMulInteger", [of_x, columns, zero], [sums]),
            helper.make_node("Cast", [sums], [floats], to=_FLOAT),
            helper.make_node("Mul", [self._scales, scale], [scales]),
            helper.make_node("Mul", [floats, scales], [product]),
            helper.make_node("Add", [product, bias], [found]),
        ]
