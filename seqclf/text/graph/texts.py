"""The decoders of all tokenizers in the graph, with that of texts of several fields."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.fields import FIELD_SEPARATOR
from seqclf.text.graph import kinds
from seqclf.text.graph.base import State, TokenTexts, choose
from seqclf.text.named import class_named
from seqclf.text.tokenizer import Tokenizer
from seqclf.token_ids import PAD_ID


def texts_of(tokenizer: Tokenizer) -> TokenTexts:
    """The operators of a tokenizer's decoder.

    Raises ``InputError`` if its tokens have no text, and ``LookupError`` if its kind has no operators.
    """
    tokenizer.decoder()  # raises the error
    if isinstance(tokenizer, FieldTokenizer):
        return FieldTexts(tokenizer)
    operators: TokenTexts = class_named(tokenizer.kind, kinds.__name__, TokenTexts)(tokenizer)
    return operators


class FieldState(NamedTuple):
    """The state of the field, and the number of fields after it, ``int32 [batch]``."""

    field: State
    left: tf.Tensor


class FieldTexts(TokenTexts):
    """The operators of the decoder of ``seqclf.text.field_tokenizer``, which decodes each field by itself."""

    def __init__(self, tokenizer: FieldTokenizer) -> None:
        super().__init__(tokenizer)
        self._separator_id, self._fields = tokenizer.separator_id, len(tokenizer.columns)
        self._inner = texts_of(tokenizer.inner)

    def start(self, rows: tf.Tensor) -> FieldState:
        return FieldState(self._inner.start(rows), tf.fill([rows], self._fields - 1))

    def finish(self, state: FieldState) -> tf.Tensor:
        return _in_field(state, self._inner.finish(state.field))

    def complete(self, state: FieldState) -> tf.Tensor:
        return self._inner.complete(state.field)

    def allowed(self, state: FieldState) -> tf.Tensor:
        in_field = self._inner.allowed(state.field)
        may_separate = self.complete(state) & (state.left > 0)
        in_field = tf.broadcast_to(in_field, [tf.size(may_separate), tf.shape(in_field)[1]])
        place = self._separator_id
        return tf.concat([in_field[:, :place], may_separate[:, tf.newaxis], in_field[:, place:]], axis=1)

    def _added(self, state: FieldState, token_ids: tf.Tensor) -> tuple[tf.Tensor, FieldState]:
        separates = token_ids == self._separator_id
        inner_ids = token_ids - tf.cast(token_ids > self._separator_id, tf.int32)
        text, field = self._inner.add(state.field, tf.where(separates, PAD_ID, inner_ids))
        ends = separates & (state.left > 0)
        text = tf.where(ends, self.finish(state) + FIELD_SEPARATOR, tf.where(separates, "", _in_field(state, text)))
        field = choose(ends, self._inner.start(tf.size(token_ids)), field)
        return text, FieldState(field, state.left - tf.cast(ends, tf.int32))


def _in_field(state: FieldState, text: tf.Tensor) -> tf.Tensor:
    """Further separators belong to the last field."""
    return tf.where(state.left > 0, tf.strings.regex_replace(text, FIELD_SEPARATOR, " "), text)
