"""UTF-8, byte by byte, in the graph: ``seqclf.text.utf8``."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from seqclf.text.utf8 import utf8_states


class Utf8State(NamedTuple):
    """The number of a state of ``utf8_states``, ``int32 [batch]``, and the bytes so far of an incomplete character,
    ``tf.string [batch]``."""

    number: tf.Tensor
    pending: tf.Tensor


class GraphUtf8(tf.Module):
    """Decodes bytes, one for each row of a batch at a time. Those that belong to no character are dropped."""

    def __init__(self) -> None:
        super().__init__(name="utf8")
        states = utf8_states()
        self._allowed, self._after = tf.constant(states.allowed), tf.constant(states.after)
        self._bytes = tf.constant([bytes([byte]) for byte in range(256)])

    def start(self, rows: tf.Tensor) -> Utf8State:
        """The state between characters."""
        return Utf8State(tf.fill([rows], 0), tf.fill([rows], ""))

    def complete(self, state: Utf8State) -> tf.Tensor:
        """Whether no character is incomplete, ``bool [batch]``."""
        return state.number == 0

    def following(self, state: Utf8State) -> tf.Tensor:
        """Which bytes may come next, ``bool [batch, 256]``."""
        return tf.gather(self._allowed, state.number)

    def add(self, state: Utf8State, byte: tf.Tensor) -> tuple[tf.Tensor, Utf8State]:
        """The characters that these bytes, ``int32 [batch]``, complete, ``tf.string [batch]``."""
        goes_on = tf.gather_nd(self._allowed, tf.stack([state.number, byte], axis=1))
        number = tf.where(goes_on, state.number, 0)  # after bytes of no character, a new one may begin
        is_allowed = tf.gather_nd(self._allowed, tf.stack([number, byte], axis=1))
        reached = tf.where(is_allowed, tf.gather_nd(self._after, tf.stack([number, byte], axis=1)), 0)
        so_far = tf.where(goes_on, state.pending, "") + tf.gather(self._bytes, byte)
        is_whole = is_allowed & (reached == 0)
        return tf.where(is_whole, so_far, ""), Utf8State(reached, tf.where(reached > 0, so_far, ""))
