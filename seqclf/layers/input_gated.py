"""Keras layers of recurrences without a product at each step: ``MinGRU``, ``MinLSTM``, ``QRNN``, ``SRU``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import keras
import tensorflow as tf

from seqclf.layers.input_gated_cells import InputGatedCell, MinGruKind, MinLstmKind, QrnnKind, SruKind
from seqclf.layers.recurrence import Weights, recurrence
from seqclf.layers.recurrent import PACKAGE, passes


class InputGatedRecurrence(keras.layers.Layer):
    """Base class of these layers.

    Input: ``float32 [batch, time, features]`` and a mask ``bool [batch, time]``, true at real tokens (None: all are).
    Output: ``[batch, units]`` after the last real token, or with ``return_sequences`` ``[batch, time, units]`` in the
    order of the input, zero at masked steps; with ``return_state`` a list of this and the state after the last real
    token, ``[batch, units]``. ``initial_state`` is a list of the state before the first token (default: zeros).

    Args:
        units: length of the state and the output.
        go_backwards: read the last token first.
        use_bias, kernel_initializer, kernel_regularizer, kernel_constraint: as in Keras's layers.
        dropout: fraction of the inputs dropped during training, the same ones at every step of a text.
        seed: of the dropout.

    Attributes:
        parts, portable, directions, keeps_order: as in ``seqclf.layers.recurrent``.
    """

    kind: ClassVar[Any]
    parts: int | None = None
    portable = False
    directions = 1
    keeps_order = True
    stateful = False  # needed by Bidirectional

    def __init__(
        self,
        units: int,
        *,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        dropout: float = 0.0,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_jit = False  # XLA cannot compile the lists of tensors in the pass through time
        self.units, self.return_sequences, self.go_backwards = units, return_sequences, go_backwards
        self.return_state = return_state
        self.dropout, self.seed, self.use_bias = dropout, seed, use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True
        self.input_spec = keras.layers.InputSpec(ndim=3)

    def build(self, x_shape: tuple[int | None, ...], initial_state_shape: Any = None) -> None:
        width = self.kind.gates * self.units
        self.kernel = self.add_weight(
            (x_shape[-1], width),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = self.add_weight((width,), "zeros", name="bias") if self.use_bias else None

    def call(
        self,
        x: tf.Tensor,
        initial_state: Sequence[tf.Tensor] | None = None,
        mask: tf.Tensor | None = None,
        training: bool = False,
    ) -> Any:
        x = tf.cast(tf.convert_to_tensor(x), self.compute_dtype)
        if training and self.dropout:
            x = x * keras.random.dropout(tf.ones_like(x[:, :1]), self.dropout, seed=self.seed_generator)
        mask = tf.ones(tf.shape(x)[:2], tf.bool) if mask is None else tf.cast(mask, tf.bool)
        kernel = tf.convert_to_tensor(self.kernel)
        bias = tf.zeros(kernel.shape[-1:]) if self.bias is None else tf.convert_to_tensor(self.bias)
        zeros = tf.zeros([tf.shape(x)[0], self.units], x.dtype)
        before = zeros if initial_state is None else initial_state[0]
        outputs, last = recurrence(
            InputGatedCell(self.kind),
            x,
            mask,
            Weights(kernel, tf.zeros([self.units, 0], x.dtype), bias),
            (zeros, before),
            backwards=self.go_backwards,
            sequences=self.return_sequences,
            last_states=2 if self.return_state else int(not self.return_sequences),
            **passes(self),
        )
        result = outputs if self.return_sequences else last[0]
        return [result, last[1]] if self.return_state else result

    def compute_output_shape(self, x_shape: tuple[int | None, ...], initial_state_shape: Any = None) -> Any:
        shape = (*(x_shape[:2] if self.return_sequences else x_shape[:1]), self.units)
        return [shape, (x_shape[0], self.units)] if self.return_state else shape

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        own = mask if self.return_sequences else None
        return [own, None] if self.return_state else own

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "seed": self.seed,
        }


@keras.saving.register_keras_serializable(PACKAGE)
class MinGRU(InputGatedRecurrence):
    """``MinGruKind``: ``h_t = (1 - z) * h_{t-1} + z * (x W_h + b_h)``."""

    kind = MinGruKind()


@keras.saving.register_keras_serializable(PACKAGE)
class MinLSTM(InputGatedRecurrence):
    """``MinLstmKind``: ``h_t = (f * h_{t-1} + i * (x W_h + b_h)) / (f + i)``."""

    kind = MinLstmKind()


@keras.saving.register_keras_serializable(PACKAGE)
class SRU(InputGatedRecurrence):
    """``SruKind``: ``c_t = f * c_{t-1} + (1 - f) * x W``, ``h_t = r * tanh(c_t) + (1 - r) * x W_s``."""

    kind = SruKind()


@keras.saving.register_keras_serializable(PACKAGE)
class QRNN(InputGatedRecurrence):
    """``QrnnKind``: ``c_t = f * c_{t-1} + (1 - f) * tanh(x W)``, ``h_t = o * c_t``."""

    kind = QrnnKind()
