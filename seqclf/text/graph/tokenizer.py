"""The steps common to all tokenizers in the graph: truncation, the id of empty texts, padding."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph import kinds
from seqclf.text.graph.base import TokenIds
from seqclf.text.graph.selection import rows_of, selected_ids
from seqclf.text.named import class_named
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate, kept_ends
from seqclf.token_ids import PAD_ID


class GraphTokenizer(tf.Module):
    """Callable in a ``tf.function``: ``tf.string [batch]`` -> ``tf.int32 [batch, time]``, padded right.

    ``time`` is the length of the longest text in the batch, at most ``max_tokens``. Every row has at least one token.
    Bytes that are not UTF-8 become U+FFFD. Raises ``LookupError`` if the tokenizer's kind has no operators.
    """

    def __init__(self, tokenizer: Tokenizer, *, max_tokens: int, truncate: Truncate) -> None:
        super().__init__(name="tokenizer")
        self._ids = operators_of(tokenizer)
        self._unknown_id = tokenizer.unknown_id
        self._max_tokens = max_tokens
        self._kept_first, self._kept_last = kept_ends(max_tokens, truncate)

    def __call__(self, text: tf.Tensor) -> tf.Tensor:
        ids = never_empty(self._ids(text).with_row_splits_dtype(tf.int64), self._unknown_id)
        return padded(self._truncate(ids))

    def _truncate(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        rows = rows_of(ids)
        from_start = tf.range(tf.size(ids.values, tf.int64)) - tf.gather(ids.row_splits, rows)
        length = tf.gather(ids.row_lengths(), rows)
        kept = (from_start < self._kept_first) | (length - from_start <= self._kept_last) | (length <= self._max_tokens)
        return selected_ids(ids, kept)


def operators_of(tokenizer: Tokenizer) -> TokenIds:
    """The operators of a tokenizer of any kind. Raises ``LookupError`` if its kind has none."""
    operators: TokenIds = class_named(tokenizer.kind, kinds.__name__, TokenIds)(tokenizer)
    return operators


def never_empty(ids: tf.RaggedTensor, unknown_id: int) -> tf.RaggedTensor:
    """``int32 [n, (ids)]``, with one unknown token for a text without tokens."""
    empty = tf.cast(ids.row_lengths() == 0, tf.int64)
    unknown = tf.fill([tf.reduce_sum(empty)], unknown_id)
    return tf.concat([ids, tf.RaggedTensor.from_row_lengths(unknown, empty, validate=False)], axis=1)


def with_a_token(token_ids: tf.Tensor, unknown_id: int) -> tf.Tensor:
    """``int32 [n, time]``, padded right -> the same with at least one column, and with one unknown token in each row of
    padding alone."""
    no_steps = tf.cast(tf.shape(token_ids)[1] == 0, tf.int32)
    rows = tf.pad(token_ids, [[0, 0], [0, no_steps]], constant_values=PAD_ID)
    first = tf.where(tf.reduce_all(rows == PAD_ID, axis=1), unknown_id, rows[:, 0])
    return tf.concat([first[:, tf.newaxis], rows[:, 1:]], axis=1)


def padded(ids: tf.RaggedTensor) -> tf.Tensor:
    """``int32 [n, (ids)]`` -> ``int32 [n, time]``, padded right; ``time`` is at least 1."""
    rows = ids.to_tensor(default_value=PAD_ID)
    no_texts = tf.cast(tf.shape(rows)[1] == 0, tf.int32)  # a recurrent layer needs at least one step
    rows = tf.pad(rows, [[0, 0], [0, no_texts]], constant_values=PAD_ID)
    return tf.ensure_shape(rows, [None, None])
