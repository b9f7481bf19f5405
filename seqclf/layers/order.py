"""The order in which a recurrence reads a padded batch, as row numbers."""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True)
class ReadingOrder:
    """Position of each token of a batch ``[batch, time]`` in a recurrence's ``[steps, batch]``.

    A text's real tokens come first, in reading direction, so masked steps come too late to affect them, for any mask.
    ``steps`` is ``time`` rounded up to whole chunks.

    Attributes:
        rows: ``int32 [steps, batch]``: the row of ``x`` as ``[batch * time, features]`` that each step reads. Steps
            beyond ``time`` read row 0.
        places: ``int32 [batch, time]``: the row of each token in a result of shape ``[steps * batch, units]``.
        lengths: real tokens of each text, ``int32 [batch]``.
    """

    rows: tf.Tensor
    places: tf.Tensor
    lengths: tf.Tensor

    @classmethod
    def of(cls, mask: tf.Tensor, *, backwards: bool, chunk: int) -> ReadingOrder:
        """``mask``: ``bool [batch, time]``, true at real tokens. ``backwards``: read the last token first."""
        batch, time = tf.unstack(tf.shape(mask))
        steps = (time + chunk - 1) // chunk * chunk
        real = tf.cast(mask, tf.int32)
        seen = tf.cumsum(real, axis=1)
        lengths = seen[:, -1]
        total = lengths[:, tf.newaxis]
        step = tf.where(mask, total - seen if backwards else seen - 1, total - 1 + tf.cumsum(1 - real, axis=1))
        places = step * batch + tf.range(batch)[:, tf.newaxis]
        rows = tf.scatter_nd(tf.reshape(places, [-1, 1]), tf.range(batch * time), [steps * batch])
        return cls(tf.reshape(rows, [steps, batch]), places, lengths)

    def part(self, start: tf.Tensor, stop: tf.Tensor) -> ReadingOrder:
        """The order of the texts from ``start`` to ``stop``; ``rows`` still refer to the whole batch."""
        batch = tf.shape(self.lengths)[0]
        step, text = self.places[start:stop] // batch, tf.range(stop - start)[:, tf.newaxis]
        return ReadingOrder(self.rows[:, start:stop], step * (stop - start) + text, self.lengths[start:stop])
