"""``self_attention``: a transformer's encoder block."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Activation, Context, Flow, Layer, Tensor, dense_layer, initializer
from seqclf.strict import Share, Width

_LONGEST_WAVE = 10_000  # tokens over 2 pi: section 3.5 of the paper


class SelfAttention(Layer):
    """A transformer block (Vaswani et al. 2017), normalised before each part (Xiong et al. 2020): every token looks at
    every other, then a dense layer of `hidden_units` and one back to the input's width; both parts are added to their
    input."""

    reads: ClassVar = True

    type: Literal["self_attention"] = Field(description="The kind of layer.")
    heads: Annotated[int, Field(ge=1, le=1_024, json_schema_extra={"unit": "heads"})] = Field(
        4, description="Looks that are taken side by side, each on its share of the width (rounded up)."
    )
    hidden_units: Width | None = Field(
        None, description="Width of the dense layer; null: four times the width of the input."
    )
    activation: Activation = Field("gelu", description="Non-linearity of the dense layer.")
    positions: bool = Field(
        True, description="Add sines of a token's place to its vector; needed once, in the first block."
    )
    dropout: Share = Field(0.0, description="Share of the attention weights, and of each part's output, dropped.")

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        width = int(flow.x.shape[-1])

        def dropped(x: Tensor, part: str) -> Tensor:
            return keras.layers.Dropout(self.dropout, seed=context.seeds(), name=f"{name}_{part}_dropout")(x)

        def normalised(x: Tensor, part: str) -> Tensor:
            return keras.layers.LayerNormalization(epsilon=1e-6, name=f"{name}_{part}_norm")(x)

        x = flow.x + _waves(flow.mask, width) if self.positions else flow.x
        attention = keras.layers.MultiHeadAttention(
            self.heads,
            key_dim=-(-width // self.heads),
            dropout=self.dropout,
            kernel_initializer=initializer("glorot_uniform", context),
            seed=context.seeds(),
            name=name,
        )
        seen = normalised(x, "attention")
        # A row of padding looks at the real tokens, too, so that no softmax is over nothing.
        x += dropped(attention(seen, seen, attention_mask=keras.ops.expand_dims(flow.mask, 1)), "attention")
        hidden = dense_layer(self.hidden_units or 4 * width, self.activation, context, f"{name}_hidden")
        x += dropped(dense_layer(width, None, context, f"{name}_output")(hidden(normalised(x, "dense"))), "dense")
        return replace(flow, x=x)


def _waves(mask: Tensor, width: int) -> Any:
    """Sines, then cosines, of a token's place: ``float32 [batch, time, width]``."""
    import keras
    import numpy as np

    sines = (width + 1) // 2
    speeds = _LONGEST_WAVE ** (-np.arange(sines, dtype=np.float32) / sines)
    places = keras.ops.cumsum(keras.ops.cast(mask, "float32"), axis=1) - 1.0
    angles = keras.ops.expand_dims(places, -1) * speeds[np.newaxis, np.newaxis, :]
    return keras.ops.concatenate([keras.ops.sin(angles), keras.ops.cos(angles)], axis=-1)[..., :width]
