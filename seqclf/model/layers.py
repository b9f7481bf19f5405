"""The layers of a config as Keras layers: one function a type, found by ``apply_layer``.

Padding never reaches a result: every layer that looks along a text is handed the mask (``bool [batch, time]``, true at
real tokens) by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from seqclf.config.schema import (
    DenseLayer,
    DropoutLayer,
    GruLayer,
    LstmLayer,
    PoolLayer,
    RecurrentLayer,
    SimpleRnnLayer,
    Strict,
)
from seqclf.model.seeds import Seeds

Tensor = Any
"""A symbolic ``keras.KerasTensor``."""

_RECURRENT = {LstmLayer: keras.layers.LSTM, GruLayer: keras.layers.GRU, SimpleRnnLayer: keras.layers.SimpleRNN}
_LOWEST = -3e38  # of float32; below anything that a layer puts out


@dataclass(frozen=True)
class Context:
    """What a layer needs besides its own options."""

    mask: Tensor
    seeds: Seeds
    use_cudnn: bool | str


def apply_layer(layer: Strict, x: Tensor, name: str, context: Context) -> Tensor:
    """Put the layer on ``x`` (``[batch, time, features]``, or ``[batch, features]`` once a layer has read the text)."""
    return _BUILDERS[type(layer)](layer, x, name, context)


def dense(units: int, activation: str | None, seeds: Seeds, name: str) -> keras.layers.Dense:
    """Keras's dense layer (Glorot & Bengio 2010 initialisation), seeded."""
    initializer = keras.initializers.GlorotUniform(seed=seeds())
    return keras.layers.Dense(units, activation=activation, kernel_initializer=initializer, name=name)


def _recurrent(layer: RecurrentLayer, x: Tensor, name: str, context: Context) -> Tensor:
    kind = _RECURRENT[type(layer)]
    # Only LSTM and GRU have a cuDNN kernel, and its use is not in their get_config().
    options: dict[str, Any] = {} if isinstance(layer, SimpleRnnLayer) else {"use_cudnn": context.use_cudnn}

    def one_way(suffix: str, **direction: bool) -> keras.layers.RNN:
        return kind(
            layer.units,
            return_sequences=bool(layer.return_sequences),
            dropout=layer.dropout,
            recurrent_dropout=layer.recurrent_dropout,
            kernel_initializer=keras.initializers.GlorotUniform(seed=context.seeds()),
            recurrent_initializer=keras.initializers.Orthogonal(seed=context.seeds()),
            seed=context.seeds(),
            name=name + suffix,
            **direction,
            **options,
        )

    if not layer.bidirectional:
        return one_way("")(x, mask=context.mask)
    # Both directions are made here because Bidirectional's own copy would share the first one's seeds.
    both = keras.layers.Bidirectional(
        one_way("_forward"), backward_layer=one_way("_backward", go_backwards=True), name=name
    )
    return both(x, mask=context.mask)


def _dropout(layer: DropoutLayer, x: Tensor, name: str, context: Context) -> Tensor:
    return keras.layers.Dropout(layer.rate, seed=context.seeds(), name=name)(x)


def _pool(layer: PoolLayer, x: Tensor, name: str, context: Context) -> Tensor:
    if layer.method == "mean":
        return keras.layers.GlobalAveragePooling1D(name=name)(x, mask=context.mask)
    real = keras.ops.expand_dims(context.mask, -1)
    return keras.ops.max(keras.ops.where(real, x, _LOWEST), axis=1)


def _dense(layer: DenseLayer, x: Tensor, name: str, context: Context) -> Tensor:
    return dense(layer.units, layer.activation, context.seeds, name)(x)


_BUILDERS: dict[type[Strict], Callable[[Any, Tensor, str, Context], Tensor]] = {
    LstmLayer: _recurrent,
    GruLayer: _recurrent,
    SimpleRnnLayer: _recurrent,
    DropoutLayer: _dropout,
    PoolLayer: _pool,
    DenseLayer: _dense,
}
