"""Log-probabilities of the tokens of texts in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.export.graph_reader import GraphReader
from seqclf.tasks.language_model.softmax import token_losses
from seqclf.token_ids import PAD_ID

_TOKENS_A_STEP = 64  # logits of more at once take much memory


def token_log_probabilities(
    reader: GraphReader, token_ids: tf.Tensor, *, backward: bool
) -> tuple[tf.Tensor, tf.Tensor]:
    """The log-probability of each token and of the end of each text, given what the model reads before it.

    Args:
        token_ids: ``int32 [batch, time]``, padded right, at least one in each row.
        backward: whether the model reads texts from their ends.

    Returns:
        ``float32 [batch, time + 1]``, 0 for padding: those of the tokens in the order of the text, then that of its end
        (backward, of its beginning); and the number of each row's, ``int32 [batch]``.
    """
    lengths = tf.reduce_sum(tf.cast(token_ids != PAD_ID, tf.int32), axis=1)
    in_order = tf.reverse_sequence(token_ids, lengths, seq_axis=1) if backward else token_ids
    end = tf.fill([tf.shape(token_ids)[0], 1], reader.end_id)
    read = tf.concat([end, in_order], axis=1)
    is_end = tf.range(tf.shape(read)[1]) == lengths[:, tf.newaxis]
    targets = tf.where(is_end, reader.end_id, tf.pad(in_order, [[0, 0], [0, 1]], constant_values=PAD_ID))
    found = -_losses(reader, read, targets)
    return (tf.reverse_sequence(found, lengths, seq_axis=1) if backward else found), lengths + 1


def _losses(reader: GraphReader, token_ids: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """The loss of each target, ``float32 [batch, time]``, some steps at a time."""
    rows, time = tf.shape(token_ids)[0], tf.shape(token_ids)[1]

    def going(start: tf.Tensor, *_: tf.Tensor) -> tf.Tensor:
        return start < time

    def further(start: tf.Tensor, found: tf.Tensor, *states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        part = slice(start, start + _TOKENS_A_STEP)
        hidden, after = reader.read(token_ids[:, part], states)
        wanted = targets[:, part]
        places = tf.where(wanted != PAD_ID)
        losses = token_losses(reader.logits(tf.gather_nd(hidden, places)), tf.gather_nd(wanted, places))
        of_part = tf.scatter_nd(places, losses, tf.shape(wanted, tf.int64))
        return start + _TOKENS_A_STEP, tf.concat([found, of_part], axis=1), *after

    states = reader.start(rows)
    shapes = (tf.TensorShape([]), tf.TensorShape([None, None]), *(state.shape for state in states))
    return tf.while_loop(going, further, (0, tf.zeros([rows, 0]), *states), shape_invariants=shapes)[1]
