"""``max_pool1d``."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import LOWEST, Context, Flow, Layer


class MaxPool1d(Layer):
    """The element-wise maximum of every `size` neighbours: a shorter sequence."""

    reads: ClassVar = True
    window: ClassVar = "size"

    type: Literal["max_pool1d"] = Field(description="The kind of layer.")
    size: Annotated[int, Field(ge=2, le=1_000_000, json_schema_extra={"unit": "tokens"})] = Field(
        description="Neighbours that become one."
    )

    def tokens_after(self, tokens: int) -> int:
        return -(-tokens // self.size)

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        # Windows begin at the first token, so the last one is filled up on the right, whatever the batch's length.
        missing = [[0, 0], [0, self.size - 1]]
        mask = keras.ops.expand_dims(keras.ops.pad(flow.mask, missing), -1)
        text = keras.ops.where(mask, keras.ops.pad(flow.x, [*missing, [0, 0]]), LOWEST)
        mask = keras.ops.max_pool(keras.ops.cast(mask, "float32"), self.size, padding="valid") > 0
        pooled = keras.ops.where(mask, keras.layers.MaxPooling1D(self.size, name=name)(text), 0.0)
        return Flow(pooled, keras.ops.squeeze(mask, -1))
