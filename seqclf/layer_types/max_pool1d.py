"""``max_pool1d``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import LOWEST, Context, Flow, Layer

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow


class MaxPool1d(Layer):
    """The element-wise maximum over each window of `size` tokens; shortens the sequence."""

    reads: ClassVar = True
    window: ClassVar = "size"
    other_names: ClassVar = ("maxpool", "max_pool", "max_pooling")
    keeps_length: ClassVar = False

    type: Literal["max_pool1d"] = Field(description="Layer type.")
    size: Annotated[int, Field(ge=2, le=1_000_000, json_schema_extra={"unit": "tokens"})] = Field(
        description="Number of tokens in a window; windows do not overlap."
    )

    @property
    def has_weights(self) -> bool:
        return False

    def width_after(self, width: int) -> int:
        return width

    def tokens_after(self, tokens: int) -> int:
        return -(-tokens // self.size)

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        # Windows start at the first token, so the last one is padded on the right, whatever the batch's length.
        missing = [[0, 0], [0, self.size - 1]]
        mask = keras.ops.expand_dims(keras.ops.pad(flow.mask, missing), -1)
        text = keras.ops.where(mask, keras.ops.pad(flow.x, [*missing, [0, 0]]), LOWEST)
        mask = keras.ops.max_pool(keras.ops.cast(mask, "float32"), self.size, padding="valid") > 0
        pooled = keras.ops.where(mask, keras.layers.MaxPooling1D(self.size, name=name)(text), 0.0)
        return Flow(pooled, keras.ops.squeeze(mask, -1))

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        import numpy as np

        from seqclf.onnx_writer.graph import real_tokens

        x = graph.op("Transpose", flow.masked(graph, LOWEST), perm=[0, 2, 1])
        pooled = graph.op("MaxPool", x, kernel_shape=[self.size], strides=[self.size], ceil_mode=1)
        x = graph.op("Transpose", pooled, perm=[0, 2, 1])
        filled = graph.op("Add", flow.lengths, graph.constant(self.size - 1, np.int32))
        lengths = graph.op("Div", filled, graph.constant(self.size, np.int32))
        after = replace(flow, x=x, lengths=lengths, real=real_tokens(graph, x, lengths))
        return replace(after, x=after.masked(graph, 0.0))
