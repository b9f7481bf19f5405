"""The layers of a config as Keras layers: one function a type, found by ``apply_layer``.

Padding never reaches a result: every layer that looks along a text is handed the mask (``bool [batch, time]``, true at
real tokens) by name, or puts in padding's place what cannot change its result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras

from seqclf.config.schema import (
    Conv1dLayer,
    DenseLayer,
    DropoutLayer,
    GruLayer,
    LstmLayer,
    MaxPool1dLayer,
    MinGruLayer,
    MinLstmLayer,
    PoolLayer,
    QrnnLayer,
    RecurrentLayer,
    SimpleRnnLayer,
    SruLayer,
    SteppedLayer,
    Strict,
)
from seqclf.model.layers.parallel import QRNN, SRU, MinGRU, MinLSTM
from seqclf.model.layers.recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from seqclf.model.layers.segmented import Segmented
from seqclf.model.seeds import Seeds

Tensor = Any
"""A symbolic ``keras.KerasTensor``."""

_RECURRENT: dict[type[Strict], Any] = {
    LstmLayer: LSTM,
    GruLayer: GRU,
    SimpleRnnLayer: SimpleRNN,
    MinGruLayer: MinGRU,
    MinLstmLayer: MinLSTM,
    QrnnLayer: QRNN,
    SruLayer: SRU,
}
_LOWEST = -3e38  # of float32; below anything that a layer puts out


@dataclass(frozen=True)
class Flow:
    """What flows from one layer to the next.

    Attributes:
        x: ``[batch, time, features]``, or ``[batch, features]`` once a layer has left one vector a text.
        mask: ``bool [batch, time]``, true at real tokens.
    """

    x: Tensor
    mask: Tensor


@dataclass(frozen=True)
class Context:
    """What a layer needs besides its input and its own options.

    Attributes:
        portable: make layers whose graphs run on any machine and can be saved.
    """

    seeds: Seeds
    portable: bool = False


def apply_layer(layer: Strict, flow: Flow, name: str, context: Context) -> Flow:
    """Put the layer on what flows into it."""
    return _BUILDERS[type(layer)](layer, flow, name, context)


def dense(units: int, activation: str | None, seeds: Seeds, name: str) -> keras.layers.Dense:
    """Keras's dense layer (Glorot & Bengio 2010 initialisation), seeded."""
    initializer = keras.initializers.GlorotUniform(seed=seeds())
    return keras.layers.Dense(units, activation=activation, kernel_initializer=initializer, name=name)


def _recurrent(layer: RecurrentLayer, flow: Flow, name: str, context: Context) -> Flow:
    kind = _RECURRENT[type(layer)]

    def one_way(suffix: str, **direction: bool) -> keras.layers.Layer:
        options: dict[str, Any] = {"kernel_initializer": keras.initializers.GlorotUniform(seed=context.seeds())}
        if isinstance(layer, SteppedLayer):
            options |= {
                "recurrent_initializer": keras.initializers.Orthogonal(seed=context.seeds()),
                "activation": layer.activation,
                "recurrent_dropout": layer.recurrent_dropout,
                "zero_output_for_mask": True,  # where no layer looks; what Bidirectional does, too
            }
        if isinstance(layer, LstmLayer | GruLayer):
            # Only these have a cuDNN kernel, which runs on no CPU; its use is not in their get_config().
            use_cudnn = False if context.portable else "auto"
            options |= {"recurrent_activation": layer.recurrent_activation, "use_cudnn": use_cudnn}
        made = kind(
            layer.units,
            return_sequences=bool(layer.return_sequences),
            dropout=layer.dropout,
            seed=context.seeds(),
            name=name + suffix,
            **direction,
            **options,
        )
        made.portable = context.portable
        return made

    if layer.bidirectional:
        # Both directions are made here because Bidirectional's own copy would share the first one's seeds.
        made = Bidirectional(one_way("_forward"), backward_layer=one_way("_backward", go_backwards=True), name=name)
    else:
        made = one_way("")
    if layer.segment is not None:
        made = Segmented(made, layer.segment, name=f"{name}_segments")
    return replace(flow, x=made(flow.x, mask=flow.mask))


def _conv1d(layer: Conv1dLayer, flow: Flow, name: str, context: Context) -> Flow:
    text = keras.ops.where(keras.ops.expand_dims(flow.mask, -1), flow.x, 0.0)
    convolution = keras.layers.Conv1D(
        layer.filters,
        layer.kernel_size,
        padding="same",
        activation=layer.activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=context.seeds()),
        name=name,
    )
    return replace(flow, x=convolution(text))


def _max_pool1d(layer: MaxPool1dLayer, flow: Flow, name: str, context: Context) -> Flow:
    # Windows begin at the first token, so the last one is filled up on the right, whatever the batch's length.
    missing = [[0, 0], [0, layer.size - 1]]
    mask = keras.ops.expand_dims(keras.ops.pad(flow.mask, missing), -1)
    text = keras.ops.where(mask, keras.ops.pad(flow.x, [*missing, [0, 0]]), _LOWEST)
    mask = keras.ops.max_pool(keras.ops.cast(mask, "float32"), layer.size, padding="valid") > 0
    pooled = keras.ops.where(mask, keras.layers.MaxPooling1D(layer.size, name=name)(text), 0.0)
    return Flow(pooled, keras.ops.squeeze(mask, -1))


def _pool(layer: PoolLayer, flow: Flow, name: str, context: Context) -> Flow:
    if layer.method == "mean":
        return replace(flow, x=keras.layers.GlobalAveragePooling1D(name=name)(flow.x, mask=flow.mask))
    real = keras.ops.expand_dims(flow.mask, -1)
    text = keras.ops.where(real, flow.x, _LOWEST)
    return replace(flow, x=keras.layers.GlobalMaxPooling1D(name=name)(text))


def _dropout(layer: DropoutLayer, flow: Flow, name: str, context: Context) -> Flow:
    return replace(flow, x=keras.layers.Dropout(layer.rate, seed=context.seeds(), name=name)(flow.x))


def _dense(layer: DenseLayer, flow: Flow, name: str, context: Context) -> Flow:
    return replace(flow, x=dense(layer.units, layer.activation, context.seeds, name)(flow.x))


_BUILDERS: dict[type[Strict], Callable[[Any, Flow, str, Context], Flow]] = {
    **dict.fromkeys(_RECURRENT, _recurrent),
    Conv1dLayer: _conv1d,
    MaxPool1dLayer: _max_pool1d,
    PoolLayer: _pool,
    DropoutLayer: _dropout,
    DenseLayer: _dense,
}
