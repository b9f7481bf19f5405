"""The ``byte`` tokenizer in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph.base import TokenIds
from seqclf.text.graph.tables import valid_utf8
from seqclf.text.kinds.byte import FIRST_BYTE_ID


class ByteIds(TokenIds):
    """The operators of ``seqclf.text.kinds.byte``."""

    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        text = valid_utf8(text)
        content = tf.io.decode_raw(tf.strings.reduce_join(text), tf.uint8)
        return tf.RaggedTensor.from_row_lengths(
            tf.cast(content, tf.int32) + FIRST_BYTE_ID, tf.strings.length(text), validate=False
        )
