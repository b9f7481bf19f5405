"""The ``byte`` tokenizer in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph.base import TokenIds, speller_of
from seqclf.text.graph.tables import valid_utf8
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
