"""The forward pass of a language model, which continues where the window before stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from seqclf.config import Config
from seqclf.model.language_model import OutputWeights, hidden_model


class Read(NamedTuple):
    """What the model made of a window.

    Attributes:
        hidden: what the output layer reads, ``float32 [batch, time, features]``.
        recurrent: output of the last recurrent layer, ``float32 [batch, time, units]``.
    """

    hidden: tf.Tensor
    recurrent: tf.Tensor


class WindowForward:
    """Reads a window with fresh dropout masks, from the carried states on, and keeps the states after it.

    Args:
        carried: the states, ``float32 [batch, units]`` each.
    """

    def __init__(self, model: keras.Model, config: Config, carried: Sequence[keras.Variable]) -> None:
        self._source, self._model = model, hidden_model(model, config)
        self._carried = carried
        self.output = OutputWeights.of(model)

    def __call__(self, token_ids: tf.Tensor, starts: tf.Tensor) -> Read:
        """Read a window.

        Args:
            token_ids: ``int32 [batch, time]``.
            starts: rows that start from a state of zeros, ``bool [batch]``.
        """
        kept = tf.cast(~starts, tf.float32)[:, tf.newaxis]
        before = [tf.convert_to_tensor(state) * kept for state in self._carried]
        hidden, recurrent, *after = self._model([token_ids, *before], training=True)
        for state, value in zip(self._carried, after, strict=True):
            state.assign(tf.stop_gradient(value))
        return Read(hidden, recurrent)

    @property
    def penalties(self) -> list[tf.Tensor]:
        """The penalties on weights that layers have, each ``float32 []``."""
        return list(self._source.losses)
