"""Texts of several fields in the graph: ``seqclf.text.field_tokenizer`` and the truncation of fields."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.fields import FIELD_SEPARATOR
from seqclf.text.graph.selection import rows_of, selected_ids
from seqclf.text.graph.tokenizer import never_empty, operators_of, padded
from seqclf.text.truncation import Truncate, kept_ends


class GraphFieldTokenizer(tf.Module):
    """Callable in a ``tf.function``: ``tf.string [batch]`` for each field -> ``tf.int32 [batch, time]``, padded right.

    As ``GraphTokenizer`` for texts of one field. Raises ``LookupError`` if the kind of the fields' tokenizer has no
    operators.
    """

    def __init__(self, tokenizer: FieldTokenizer, *, max_tokens: int, truncate: Truncate) -> None:
        super().__init__(name="tokenizer")
        self._ids = operators_of(tokenizer.inner)
        self._fields = len(tokenizer.columns)
        self._unknown_id, self._separator_id = tokenizer.unknown_id, tokenizer.separator_id
        self._budget = max_tokens - (self._fields - 1)
        self._truncate_as: Truncate = truncate

    def __call__(self, *fields: tf.Tensor) -> tf.Tensor:
        text = tf.strings.regex_replace(tf.reshape(tf.stack(fields), [-1]), FIELD_SEPARATOR, " ")
        ids = never_empty(self._ids(text).with_row_splits_dtype(tf.int64), self._unknown_id)
        ids = ids.with_values(ids.values + tf.cast(ids.values >= self._separator_id, tf.int32))
        lengths = tf.where(tf.strings.strip(text) == "", tf.constant(0, tf.int64), ids.row_lengths())
        limits = field_limits(tf.reshape(lengths, [self._fields, -1]), self._budget)
        kept = self._truncate(ids, tf.reshape(limits, [-1]))
        texts = tf.shape(fields[0])[0]
        separator = tf.fill([texts, 1], self._separator_id)
        parts = []
        for field in range(self._fields):
            parts += [separator, kept[field * texts : (field + 1) * texts]]
        return padded(tf.concat(parts[1:], axis=1))

    def _truncate(self, ids: tf.RaggedTensor, limits: tf.Tensor) -> tf.RaggedTensor:
        """At most ``limits`` (``int64 [rows]``) of the ids of each row."""
        lengths = ids.row_lengths()
        first, last = (tf.cast(end, tf.int64) + tf.zeros_like(limits) for end in kept_ends(limits, self._truncate_as))
        of_rows = tf.stack([ids.row_starts(), lengths, first, last, limits], axis=1)
        start, length, first, last, limit = tf.unstack(tf.gather(of_rows, rows_of(ids)), axis=1)
        from_start = tf.range(tf.size(ids.values, tf.int64)) - start
        kept = (from_start < first) | (length - from_start <= last) | (length <= limit)
        return selected_ids(ids, kept)


def field_limits(lengths: tf.Tensor, budget: int) -> tf.Tensor:
    """``seqclf.text.truncation.field_limits`` of many texts, ``int64 [fields, texts]``."""
    budget = max(budget, 0)
    ascending = tf.sort(lengths, axis=0)
    left = budget - tf.cumsum(ascending, axis=0, exclusive=True)
    level = tf.reduce_max(left // tf.range(int(lengths.shape[0]), 0, -1, dtype=tf.int64)[:, None], axis=0)
    limits = tf.minimum(lengths, level)
    longer = lengths > level
    rest = budget - tf.reduce_sum(limits, axis=0)
    return limits + tf.cast(longer & (tf.cumsum(tf.cast(longer, tf.int64), axis=0) <= rest), tf.int64)
