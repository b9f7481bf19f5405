"""Keras's recurrent layers with a fast path on a CPU.

``accelerated(model)`` puts them into any Keras model, ``plain(model)`` removes them.

They equal Keras's layers in all visible respects: weights and their names, configs, seeds and masks. Options that the
fast path does not cover (below) use Keras's implementation, as does everything if TensorFlow sees a GPU.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import keras
import tensorflow as tf

from seqclf.layers.gru import GruCell
from seqclf.layers.lstm import LstmCell
from seqclf.layers.recurrence import Cell, Weights, recurrence
from seqclf.layers.simple_rnn import SimpleRnnCell
from seqclf.runtime import current_threads

PACKAGE = "seqclf"
"""Keras's registration name of these layers, used to load models that contain them."""

_WEIGHT_DROP = "recurrent_weight_drop"


def passes(layer: Any) -> dict[str, Any]:
    """The options of ``recurrence`` that follow from a layer's attributes."""
    if layer.portable:
        return {"parts": 1, "own_gradient": False}
    return {"parts": layer.parts or max(1, current_threads().inter_op // layer.directions)}


class _Fast:
    """Mixin for subclasses of ``keras.layers.RNN``: a fast path through the time steps.

    It covers float32, Keras's default activations, ``dropout``, any mask, initial and returned states, ``stateful`` and
    ``go_backwards``; not ``recurrent_dropout``, ``unroll``, or a GRU with ``reset_after=False``. It has first-order
    gradients only.

    Args:
        recurrent_weight_drop: fraction of the recurrent kernel's entries that are zero in a training step, the same
            ones at every time step of every text; the others are divided by ``1 - recurrent_weight_drop`` (DropConnect,
            Wan et al. 2013, as in Merity et al. 2018). Only the fast path has it, which then runs on a GPU, too.

    Raises:
        ValueError: ``recurrent_weight_drop`` with options that the fast path does not cover.

    Attributes:
        parts: number of parts that a batch is split into, to keep as many threads busy; None: as many as TensorFlow
            runs operators in parallel (``seqclf.runtime.tune_runtime``), one unless that was set.
        portable: build graphs that run on any machine and can be saved.
        directions: number of layers, including this one, that run in parallel and share the threads.
        keeps_order: with ``go_backwards`` and ``return_sequences``, return the outputs in the order of the inputs.
    """

    _cell: ClassVar[Cell]
    _activations: ClassVar[dict[str, str]]
    parts: int | None = None
    portable = False
    directions = 1
    keeps_order = False

    def __init__(self: Any, *args: Any, recurrent_weight_drop: float = 0.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.supports_jit = False  # XLA cannot compile the lists of tensors in the pass through time
        self.recurrent_weight_drop = recurrent_weight_drop
        if not 0 <= recurrent_weight_drop < 1:
            raise ValueError(f"recurrent_weight_drop: expected at least 0 and below 1, found {recurrent_weight_drop}")
        if recurrent_weight_drop and not self.is_fast:
            raise ValueError(
                "recurrent_weight_drop needs float32, default activations, and neither recurrent_dropout, unroll nor "
                "reset_after=False"
            )

    def get_config(self: Any) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return config | {_WEIGHT_DROP: self.recurrent_weight_drop} if self.recurrent_weight_drop else config

    def inner_loop(self: Any, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        states = list(initial_state) if isinstance(initial_state, list | tuple) else [initial_state]
        if not self.is_fast:
            slow = super().inner_loop  # type: ignore[misc]
            last, outputs, states = slow(sequences, initial_state, mask=mask, training=training)
            if self.keeps_order and self.go_backwards and self.return_sequences:
                outputs = tf.reverse(outputs, [1])
            return last, outputs, states
        x = tf.cast(tf.convert_to_tensor(sequences), self.compute_dtype)  # of integers as well, as in Keras
        states = [tf.cast(tf.convert_to_tensor(state), self.compute_dtype) for state in states]
        if training and self.dropout:
            x *= self.cell.get_dropout_mask(x[:, 0, :])[:, tf.newaxis]
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        mask = tf.ones(tf.shape(x)[:2], tf.bool) if mask is None else tf.cast(mask, tf.bool)
        all_states = self.return_state or self.stateful
        outputs, last_states = recurrence(
            self._cell,
            x,
            mask,
            self._weights_of_cell(training),
            states,
            backwards=self.go_backwards,
            sequences=self.return_sequences,
            last_states=len(states) if all_states else int(not self.return_sequences),
            **passes(self),
        )
        if outputs is None:
            last = last_states[0]
            outputs = last[:, tf.newaxis]
        else:
            outputs = self._as_keras_gives(outputs, mask)
            last = outputs[:, -1]
        return last, outputs, list(last_states) if all_states else states

    @property
    def is_fast(self: Any) -> bool:
        """Whether the fast path covers the layer with its options."""
        return (
            self.compute_dtype == "float32"
            and not self.recurrent_dropout
            and not self.unroll
            and all(getattr(self, name) is keras.activations.get(value) for name, value in self._activations.items())
            and getattr(self, "reset_after", True)
            and (
                getattr(self, "use_cudnn", False) is False
                or self.recurrent_weight_drop > 0
                or not tf.config.list_physical_devices("GPU")
            )
        )

    def _weights_of_cell(self: Any, training: bool) -> Weights:
        kernel, recurrent_kernel = map(tf.convert_to_tensor, (self.cell.kernel, self.cell.recurrent_kernel))
        if training and self.recurrent_weight_drop:
            seed = self.cell.seed_generator  # also that of `dropout`; each draw is a new one
            recurrent_kernel = keras.random.dropout(recurrent_kernel, self.recurrent_weight_drop, seed=seed)
        width = kernel.shape[-1]
        shape = [2, width] if isinstance(self._cell, GruCell) else [width]
        bias = tf.zeros(shape) if self.cell.bias is None else tf.convert_to_tensor(self.cell.bias)
        return Weights(kernel, recurrent_kernel, bias)

    def _as_keras_gives(self: Any, outputs: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Convert outputs in input order, zero at masked steps, to Keras's order and its values at masked steps."""
        if not self.zero_output_for_mask:
            outputs = _repeated(outputs, mask, self.go_backwards)
        return tf.reverse(outputs, [1]) if self.go_backwards and not self.keeps_order else outputs


def _repeated(outputs: tf.Tensor, mask: tf.Tensor, backwards: bool) -> tf.Tensor:
    """At a masked step, repeat the output of the last real step read before it; zero if there is none."""
    real = tf.cast(mask, tf.int32)
    seen = tf.cumsum(real, axis=1)
    total = seen[:, -1:]
    number = seen - real if backwards else seen - 1  # index of the nearest real token already read
    real_first = tf.argsort(1 - real, axis=1, stable=True)
    nearest = tf.gather(real_first, tf.clip_by_value(number, 0, tf.maximum(total - 1, 0)), batch_dims=1)
    exists = (number < total) & (number >= 0)
    return tf.gather(outputs, nearest, batch_dims=1) * tf.cast(exists, outputs.dtype)[..., tf.newaxis]


@keras.saving.register_keras_serializable(PACKAGE)
class LSTM(_Fast, keras.layers.LSTM):
    """``keras.layers.LSTM``, faster on a CPU."""

    _cell = LstmCell()
    _activations: ClassVar = {"activation": "tanh", "recurrent_activation": "sigmoid"}


@keras.saving.register_keras_serializable(PACKAGE)
class GRU(_Fast, keras.layers.GRU):
    """``keras.layers.GRU``, faster on a CPU."""

    _cell = GruCell()
    _activations: ClassVar = {"activation": "tanh", "recurrent_activation": "sigmoid"}


@keras.saving.register_keras_serializable(PACKAGE)
class SimpleRNN(_Fast, keras.layers.SimpleRNN):
    """``keras.layers.SimpleRNN``, faster on a CPU."""

    _cell = SimpleRnnCell()
    _activations: ClassVar = {"activation": "tanh"}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.cell.seed}  # Keras omits it, so copies would have other masks


@keras.saving.register_keras_serializable(PACKAGE)
class Bidirectional(keras.layers.Bidirectional):
    """``keras.layers.Bidirectional`` of two layers of this package; both directions run in parallel."""

    def __init__(self, layer: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(layer, *args, **kwargs)
        # Both results are in input order, so neither has to be reversed.
        self._in_order = self.merge_mode in _MERGED and all(map(_is_fast_kind, self._both))
        for inner in filter(_is_fast_kind, self._both):
            inner.parts, inner.portable = getattr(layer, "parts", None), getattr(layer, "portable", False)
            inner.directions = 2
            inner.keeps_order = self._in_order

    @property
    def _both(self) -> tuple[Any, Any]:
        return self.forward_layer, self.backward_layer

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        if not self._in_order:
            return super().call(sequences, initial_state=initial_state, mask=mask, training=training)
        states: list[dict[str, Any]] = [{}, {}]
        if initial_state is not None:
            half = len(initial_state) // 2
            states = [{"initial_state": initial_state[:half]}, {"initial_state": initial_state[half:]}]
        results = [
            layer(sequences, mask=mask, training=training, **state)
            for layer, state in zip(self._both, states, strict=True)
        ]
        merged = _MERGED[self.merge_mode]
        if not self.return_state:
            return merged(*results)
        (forward, *forward_states), (backward, *backward_states) = results
        return (merged(forward, backward), *forward_states, *backward_states)


_MERGED: dict[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "concat": lambda forward, backward: tf.concat([forward, backward], axis=-1),
    "sum": lambda forward, backward: forward + backward,
    "mul": lambda forward, backward: forward * backward,
    "ave": lambda forward, backward: (forward + backward) / 2,
}


def _is_fast_kind(layer: Any) -> bool:
    return hasattr(layer, "keeps_order")


_KEPT_BY_KERAS = {kind: getattr(keras.layers, kind.__name__) for kind in (LSTM, GRU, SimpleRNN, Bidirectional)}


def accelerated(model: keras.Model) -> keras.Model:
    """Copy a built Sequential or functional model, replacing Keras's recurrent layers by these.

    Weights are copied; the copy is not compiled.

    Raises:
        TypeError: ``model`` is not a Keras model or is not built.
    """
    return _copy(model, {theirs: ours for ours, theirs in _KEPT_BY_KERAS.items()})


def plain(model: keras.Model) -> keras.Model:
    """The inverse: a copy that Keras alone can load after saving.

    Keras has no ``recurrent_weight_drop`` and no ``RowDropout``: the copy predicts the same, but trains without them.
    """
    return _copy(model, _KEPT_BY_KERAS)


def _copy(model: keras.Model, kinds: Mapping[Any, Any]) -> keras.Model:
    if not isinstance(model, keras.Model) or not model.built:
        raise TypeError(f"expected a built keras.Model, found {model!r}")

    def twin(layer: keras.layers.Layer) -> keras.layers.Layer:
        if isinstance(layer, keras.Model):
            return _copy(layer, kinds)
        config, kind = layer.get_config(), kinds.get(type(layer), type(layer))
        if isinstance(layer, keras.layers.Bidirectional):
            if not isinstance(layer.forward_layer, keras.layers.RNN):  # Keras's Bidirectional could not call it
                kind = type(layer)
            inner = {"layer": layer.forward_layer, "backward_layer": layer.backward_layer}
            config |= {name: keras.saving.serialize_keras_object(twin(one)) for name, one in inner.items()}
        if kind in _KEPT_BY_KERAS.values():
            config.pop(_WEIGHT_DROP, None)
        made = kind.from_config(config)
        for name in ("supports_masking", "use_cudnn"):  # not in the config
            if hasattr(layer, name):
                setattr(made, name, getattr(layer, name))
        return made

    def called(layer: keras.layers.Layer, *arguments: Any, **options: Any) -> Any:
        if kinds is _KEPT_BY_KERAS and getattr(layer, "is_only_for_training", False):
            return arguments[0][0]
        return layer(*arguments, **options)

    calls = {} if isinstance(model, keras.Sequential) else {"call_function": called}
    copy = keras.models.clone_model(model, clone_function=twin, **calls)
    copy.set_weights(model.get_weights())
    return copy
