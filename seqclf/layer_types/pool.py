"""``pool``: one vector per text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from seqclf.layer_types.base import LOWEST, Context, Flow, Layer, Tensor, dense_layer, initializer, layer_name

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow

Method = Literal["last", "mean", "max", "attention"]
Methods = Annotated[list[Method], Field(min_length=1, max_length=len(get_args(Method)))]


class Pool(Layer):
    """Combines the vectors of a text's tokens into one vector; padding is ignored."""

    reads: ClassVar = True
    leaves: ClassVar = "text"
    other_names: ClassVar = ("globalaveragepooling1d", "global_average_pooling", "pooling")

    type: Literal["pool"] = Field(description="Layer type.")
    method: Method | Methods = Field(
        "mean",
        description="last: the vector of the last token; mean: the mean over all tokens; max: the element-wise "
        "maximum; attention: a mean with trainable weights (Yang et al. 2016). A list of methods: their vectors are "
        "concatenated.",
    )

    @property
    def has_weights(self) -> bool:
        return "attention" in ([self.method] if isinstance(self.method, str) else self.method)

    def effect(self) -> dict[str, Any]:
        return {"type": self.type, "method": [self.method] if isinstance(self.method, str) else self.method}

    def problems(self) -> Iterator[tuple[str, str]]:
        if len(set(self.method)) < len(self.method) and not isinstance(self.method, str):
            yield "method", f"expected each method once, found {', '.join(self.method)}"

    def width_after(self, width: int) -> int:
        return width * (1 if isinstance(self.method, str) else len(self.method))

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        vectors = [_POOLS[method](flow, layer, context) for method, layer in self._methods(name)]
        return replace(flow, x=vectors[0] if len(vectors) == 1 else keras.ops.concatenate(vectors, axis=-1))

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        vectors = [_ONNX_POOLS[method](flow, layer, graph) for method, layer in self._methods(name)]
        x = graph.op("Concat", *vectors, axis=-1)
        return replace(flow, x=x, width=flow.width * len(vectors), is_sequence=False)

    def _methods(self, name: str) -> list[tuple[Method, str]]:
        """Each method with the name of its layers."""
        methods: list[Method] = [self.method] if isinstance(self.method, str) else self.method
        return [(method, layer_name(name, method) if place else name) for place, method in enumerate(methods)]


def _last(flow: Flow, name: str, context: Context) -> Tensor:
    import keras

    tokens = keras.ops.sum(keras.ops.cast(flow.mask, "int32"), axis=1)
    places = keras.ops.reshape(keras.ops.maximum(tokens - 1, 0), (-1, 1, 1))
    return _named(keras.ops.squeeze(keras.ops.take_along_axis(flow.x, places, axis=1), 1), name)


def _mean(flow: Flow, name: str, context: Context) -> Tensor:
    import keras

    return keras.layers.GlobalAveragePooling1D(name=name)(flow.x, mask=flow.mask)


def _max(flow: Flow, name: str, context: Context) -> Tensor:
    import keras

    return keras.layers.GlobalMaxPooling1D(name=name)(keras.ops.where(flow.real, flow.x, LOWEST))


def _attention(flow: Flow, name: str, context: Context) -> Tensor:
    """``softmax(v . tanh(W x_t + b))`` over the tokens (equations 5-7 of the paper)."""
    import keras

    hidden = dense_layer(int(flow.x.shape[-1]), "tanh", context, layer_name(name, "hidden"))(flow.x)
    score = dense_layer(
        1,
        None,
        context,
        layer_name(name, "score"),
        use_bias=False,
        kernel_initializer=initializer("glorot_uniform", context),
    )
    weights = keras.ops.softmax(keras.ops.where(flow.real, score(hidden), LOWEST), axis=1)
    return _named(keras.ops.sum(weights * keras.ops.where(flow.real, flow.x, 0.0), axis=1), name)


def _named(x: Tensor, name: str) -> Tensor:
    """The vector as the output of a layer: operations alone are no layers of the model, so no table would list them."""
    import keras

    return keras.layers.Identity(name=name)(x)


_POOLS = {"last": _last, "mean": _mean, "max": _max, "attention": _attention}


def _onnx_last(flow: OnnxFlow, name: str, graph: Graph) -> str:
    from seqclf.onnx_writer.graph import at_last_token

    return at_last_token(graph, flow.x, flow.lengths)


def _onnx_mean(flow: OnnxFlow, name: str, graph: Graph) -> str:
    total = graph.op("ReduceSum", flow.masked(graph, 0.0), graph.integers(1), keepdims=0)
    tokens = graph.op("Unsqueeze", graph.op("Cast", flow.lengths, to=1), graph.integers(1))
    return graph.op("Div", total, tokens)


def _onnx_max(flow: OnnxFlow, name: str, graph: Graph) -> str:
    return graph.op("ReduceMax", flow.masked(graph, LOWEST), axes=[1], keepdims=0)


def _onnx_attention(flow: OnnxFlow, name: str, graph: Graph) -> str:
    from seqclf.onnx_writer.graph import dense

    score = dense(graph, dense(graph, flow.x, layer_name(name, "hidden"), "tanh"), layer_name(name, "score"))
    weights = graph.op("Softmax", replace(flow, x=score).masked(graph, LOWEST), axis=1)
    return graph.op("ReduceSum", graph.op("Mul", weights, flow.masked(graph, 0.0)), graph.integers(1), keepdims=0)


_ONNX_POOLS = {"last": _onnx_last, "mean": _onnx_mean, "max": _onnx_max, "attention": _onnx_attention}
