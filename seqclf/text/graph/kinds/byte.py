"""The ``byte`` tokenizer in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph.base import State, TokenIds, TokenTexts, choose, speller_of
from seqclf.text.graph.tables import valid_utf8
from seqclf.text.graph.utf8 import GraphUtf8
from seqclf.text.kinds.byte import FIRST_BYTE_ID, ByteTokenizer


class ByteIds(TokenIds):
    """The operators of ``seqclf.text.kinds.byte``."""

    def __init__(self, tokenizer: ByteTokenizer) -> None:
        super().__init__(tokenizer)
        self._speller = speller_of(tokenizer.normalize, lowercase=False)

    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        text = valid_utf8(text)
        if self._speller is not None:
            text = self._speller(text)
        content = tf.io.decode_raw(tf.strings.reduce_join(text), tf.uint8)
        return tf.RaggedTensor.from_row_lengths(
            tf.cast(content, tf.int32) + FIRST_BYTE_ID, tf.strings.length(text), validate=False
        )


class ByteTexts(TokenTexts):
    """The operators of the decoder of ``seqclf.text.kinds.byte``."""

    def __init__(self, tokenizer: ByteTokenizer) -> None:
        super().__init__(tokenizer)
        self._characters = GraphUtf8()
        self._others = tf.zeros([1, FIRST_BYTE_ID], tf.bool)

    def start(self, rows: tf.Tensor) -> State:
        return self._characters.start(rows)

    def complete(self, state: State) -> tf.Tensor:
        return self._characters.complete(state)

    def allowed(self, state: State) -> tf.Tensor:
        bytes_ = self._characters.following(state)
        return tf.concat([tf.repeat(self._others, tf.shape(bytes_)[0], axis=0), bytes_], axis=1)

    def _added(self, state: State, token_ids: tf.Tensor) -> tuple[tf.Tensor, State]:
        text, after = self._characters.add(state, tf.maximum(token_ids - FIRST_BYTE_ID, 0))
        is_byte = token_ids >= FIRST_BYTE_ID
        return tf.where(is_byte, text, ""), choose(is_byte, after, state)
