"""A language model in the graph, which reads tokens from states on."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf

from seqclf.config import Config
from seqclf.model.language_model import OutputWeights, build_language_model, hidden_model
from seqclf.text.graph.base import shared


class GraphReader(tf.Module):  # type: ignore[misc]
    """The model of ``build_language_model`` with the weights of ``model``, without Keras objects in its file.

    Attributes:
        end_id: id of the end of a text.
    """

    def __init__(self, model: keras.Model, config: Config) -> None:
        super().__init__(name="reader")
        tokens = int(model.outputs[0].shape[-1])
        # Rebuilt, because a layer decides whether to use cuDNN when it is created.
        portable = build_language_model(config, tokens, portable=True)
        portable.set_weights(model.get_weights())
        self.end_id = tokens - 1
        # TensorFlow's own variables: outside of Python, nothing would restore the graph's from those of Keras.
        self.weights = [variable.value for variable in portable.variables]
        self._call = hidden_model(portable, config).__call__  # a method, so the file has no Keras objects
        self._kernel, self._bias = (variable.value for variable in OutputWeights.of(portable))
        self._widths = [int(state.shape[1]) for state in portable.inputs[1:]]
        states = [tf.TensorSpec([None, width], tf.float32) for width in self._widths]
        self._read = shared(self._called, tf.TensorSpec([None, None], tf.int32), *states)

    def start(self, rows: tf.Tensor) -> list[tf.Tensor]:
        """The states before the first token, ``float32 [rows, units]`` each."""
        return [tf.zeros([rows, width]) for width in self._widths]

    def read(self, token_ids: tf.Tensor, states: Sequence[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Read ``int32 [batch, time]``, padded right: what the output layer reads, ``float32 [batch, time, features]``,
        and the states after the tokens."""
        hidden, *after = self._read(token_ids, *states)
        return hidden, after

    def _called(self, token_ids: tf.Tensor, *states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        hidden, _, *after = self._call([token_ids, *states], training=False)
        return hidden, *(tf.ensure_shape(one, state.shape) for one, state in zip(after, states, strict=True))

    def logits(self, hidden: tf.Tensor) -> tf.Tensor:
        """The logits of the next token, ``float32 [n, features]`` -> ``float32 [n, end_id + 1]``."""
        return tf.matmul(hidden, self._kernel, transpose_b=True) + self._bias
