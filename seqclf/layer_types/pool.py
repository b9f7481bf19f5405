"""``pool``: one vector a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from seqclf.layer_types.base import LOWEST, Context, Flow, Layer, Tensor, dense_layer, initializer

Method = Literal["last", "mean", "max", "attention"]
Methods = Annotated[list[Method], Field(min_length=1, max_length=len(get_args(Method)))]


class Pool(Layer):
    """One vector a text from one a token, padding left out."""

    reads: ClassVar = True
    leaves: ClassVar = "text"

    type: Literal["pool"] = Field(description="The kind of layer.")
    method: Method | Methods = Field(
        "mean",
        description="The vector of the last token, the mean over all, the element-wise maximum, or a weighted mean "
        "with learnt weights (attention; Yang et al. 2016). Of several (a list) the vectors are joined.",
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        if len(set(self.method)) < len(self.method) and not isinstance(self.method, str):
            yield "method", f"expected each method once, found {', '.join(self.method)}"

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        methods = [self.method] if isinstance(self.method, str) else self.method
        vectors = [
            _POOLS[method](flow, name if i == 0 else f"{name}_{method}", context) for i, method in enumerate(methods)
        ]
        return replace(flow, x=vectors[0] if len(vectors) == 1 else keras.ops.concatenate(vectors, axis=-1))


def _last(flow: Flow, name: str, context: Context) -> Tensor:
    import keras

    tokens = keras.ops.sum(keras.ops.cast(flow.mask, "int32"), axis=1)
    places = keras.ops.reshape(keras.ops.maximum(tokens - 1, 0), (-1, 1, 1))
    return keras.ops.squeeze(keras.ops.take_along_axis(flow.x, places, axis=1), 1)


def _mean(flow: Flow, name: str, context: Context) -> Tensor:
    import keras

    return keras.layers.GlobalAveragePooling1D(name=name)(flow.x, mask=flow.mask)


def _max(flow: Flow, name: str, context: Context) -> Tensor:
    import keras

    return keras.layers.GlobalMaxPooling1D(name=name)(keras.ops.where(flow.real, flow.x, LOWEST))


def _attention(flow: Flow, name: str, context: Context) -> Tensor:
    """``softmax(v . tanh(W x_t + b))`` over the tokens (equations 5-7 of the paper)."""
    import keras

    hidden = dense_layer(int(flow.x.shape[-1]), "tanh", context, f"{name}_hidden")(flow.x)
    score = dense_layer(
        1, None, context, f"{name}_score", use_bias=False, kernel_initializer=initializer("glorot_uniform", context)
    )
    weights = keras.ops.softmax(keras.ops.where(flow.real, score(hidden), LOWEST), axis=1)
    return keras.ops.sum(weights * keras.ops.where(flow.real, flow.x, 0.0), axis=1)


_POOLS = {"last": _last, "mean": _mean, "max": _max, "attention": _attention}
