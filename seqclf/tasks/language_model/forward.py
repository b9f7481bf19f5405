"""The forward pass of a language model, which continues where the window before stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from seqclf.config import Config
from seqclf.model.language_model import OutputWeights, hidden_model
from seqclf.replicas import all_rows, own_rows


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

    Each replica reads some of the streams, and all of them have the states of all streams.

    Args:
        carried: the states, ``float32 [streams, units]`` each.
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
        before = [own_rows(tf.convert_to_tensor(state)) * kept for state in self._carried]
        hidden, recurrent, *after = self._model([token_ids, *before], training=True)
        own = [tf.stop_gradient(value) for value in after]
        if own:
            own = all_rows(own, self._carried[0].shape[0])
        for state, value in zip(self._carried, own, strict=True):
            state.assign(value)
        return Read(hidden, recurrent)

    @property
    def penalties(self) -> list[tf.Tensor]:
        """The penalties on weights that layers have, each ``float32 []``."""
        return list(self._source.losses)
