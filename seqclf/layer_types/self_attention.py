"""``self_attention``: a transformer's encoder block."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import (
    LOWEST,
    Activation,
    Context,
    Flow,
    Layer,
    Tensor,
    dense_layer,
    initializer,
    layer_name,
)
from seqclf.option_types import Fraction, Width

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow

_EPSILON = 1e-6
_LONGEST_WAVE = 10_000  # tokens over 2 pi: section 3.5 of the paper


class SelfAttention(Layer):
    """A transformer block (Vaswani et al. 2017) with layer normalisation before each sublayer (Xiong et al. 2020):
    self-attention, then a dense layer with `hidden_units` and one back to the input dimension. The output of each
    sublayer is added to its input."""

    reads: ClassVar = True
    other_names: ClassVar = ("attention", "transformer", "multi_head_attention", "multiheadattention")
    shaping: ClassVar = ("heads", "hidden_units")
    only_training: ClassVar = ("dropout",)

    type: Literal["self_attention"] = Field(description="Layer type.")
    heads: Annotated[int, Field(ge=1, le=1_024, json_schema_extra={"unit": "heads"})] = Field(
        4, description="Number of attention heads; they divide the input dimension equally (rounded up)."
    )
    hidden_units: Width | None = Field(
        None, description="Units of the dense layer; null: four times the input dimension."
    )
    activation: Activation = Field("gelu", description="Activation function of the dense layer.")
    positions: bool = Field(
        True, description="Add sinusoidal position encodings to the token vectors; only the first block needs them."
    )
    dropout: Fraction = Field(
        0.0, description="Dropout rate of the attention weights and of the output of each sublayer."
    )

    def shaped_by(self, width: int | None) -> dict[str, Any]:
        found = super().shaped_by(width)
        return found if self.hidden_units or width is None else found | {"hidden_units": 4 * width}

    def width_after(self, width: int) -> int:
        return width

    def kept_numbers(self, tokens: int) -> int:
        return 3 * self.heads * tokens**2  # scores, their softmax, and a gradient

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        width = int(flow.x.shape[-1])

        def dropped(x: Tensor, part: str) -> Tensor:
            return keras.layers.Dropout(self.dropout, seed=context.seeds(), name=layer_name(name, part, "dropout"))(x)

        def normalised(x: Tensor, part: str) -> Tensor:
            return keras.layers.LayerNormalization(epsilon=_EPSILON, name=layer_name(name, part, "norm"))(x)

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
        # Padding attends to the real tokens, too, so that no softmax is empty.
        x += dropped(attention(seen, seen, attention_mask=keras.ops.expand_dims(flow.mask, 1)), "attention")
        hidden = dense_layer(self.hidden_units or 4 * width, self.activation, context, layer_name(name, "hidden"))
        x += dropped(
            dense_layer(width, None, context, layer_name(name, "output"))(hidden(normalised(x, "dense"))), "dense"
        )
        return replace(flow, x=x)

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.graph import dense, layer_norm

        x = graph.op("Add", flow.x, _onnx_waves(flow, graph)) if self.positions else flow.x
        seen = layer_norm(graph, x, layer_name(name, "attention", "norm"), _EPSILON)
        x = graph.op("Add", x, self._write_attention(replace(flow, x=seen), name, graph))
        hidden = dense(
            graph,
            layer_norm(graph, x, layer_name(name, "dense", "norm"), _EPSILON),
            layer_name(name, "hidden"),
            self.activation,
        )
        return replace(flow, x=graph.op("Add", x, dense(graph, hidden, layer_name(name, "output"))))

    def _write_attention(self, flow: OnnxFlow, name: str, graph: Graph) -> str:
        """Keras's ``MultiHeadAttention`` with this name: its kernels are ``[width, heads, share]``."""
        *parts, kernel, bias = graph.weights(name)
        heads, share = kernel.shape[:2]

        def looks(place: int, order: list[int]) -> str:
            flat = parts[2 * place].reshape(flow.width, -1), parts[2 * place + 1].reshape(-1)
            product = graph.op("Add", graph.op("MatMul", flow.x, graph.constant(flat[0])), graph.constant(flat[1]))
            split = graph.op("Reshape", product, graph.integers(0, 0, heads, share))
            return graph.op("Transpose", split, perm=order)

        query = graph.op("Mul", looks(0, [0, 2, 1, 3]), graph.constant(share**-0.5))
        scores = graph.op("MatMul", query, looks(1, [0, 2, 3, 1]))  # [batch, heads, time, time]
        real = graph.op("Unsqueeze", graph.op("Transpose", flow.real, perm=[0, 2, 1]), graph.integers(1))
        weights = graph.op("Softmax", graph.op("Where", real, scores, graph.constant(LOWEST)), axis=-1)
        seen = graph.op("Transpose", graph.op("MatMul", weights, looks(2, [0, 2, 1, 3])), perm=[0, 2, 1, 3])
        joined = graph.op("Reshape", seen, graph.integers(0, 0, heads * share))
        out = graph.op("MatMul", joined, graph.constant(kernel.reshape(heads * share, -1)))
        return graph.op("Add", out, graph.constant(bias))


def _speeds(width: int) -> Any:
    """Angular frequencies of the sines, ``float32 [ceil(width / 2)]``."""
    import numpy as np

    sines = (width + 1) // 2
    return _LONGEST_WAVE ** (-np.arange(sines, dtype=np.float32) / sines)


def _onnx_waves(flow: OnnxFlow, graph: Graph) -> str:
    import numpy as np

    time = graph.op("Squeeze", graph.op("Shape", flow.x, start=1, end=2))
    places = graph.op("Range", graph.constant(0, np.int64), time, graph.constant(1, np.int64))
    column = graph.op("Unsqueeze", graph.op("Cast", places, to=1), graph.integers(1))
    angles = graph.op("Mul", column, graph.constant(_speeds(flow.width)))
    both = graph.op("Concat", graph.op("Sin", angles), graph.op("Cos", angles), axis=-1)
    return graph.op("Slice", both, graph.integers(0), graph.integers(flow.width), graph.integers(-1))


def _waves(mask: Tensor, width: int) -> Any:
    """Sines, then cosines, of a token's position: ``float32 [batch, time, width]``."""
    import keras

    places = keras.ops.cumsum(keras.ops.cast(mask, "float32"), axis=1) - 1.0
    angles = keras.ops.expand_dims(places, -1) * _speeds(width)[None, None, :]
    return keras.ops.concatenate([keras.ops.sin(angles), keras.ops.cos(angles)], axis=-1)[..., :width]
