"""The ``word`` tokenizer in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph.chunks import ChunkIds
from seqclf.text.graph.tables import MISSING


class WordIds(ChunkIds):
    """The operators of ``seqclf.text.kinds.word``: a word is in the vocabulary or unknown."""

    def _word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        found = self._pieces.lookup(words)
        ids = tf.where(found == MISSING, self._unknown_id, tf.cast(found, tf.int32))
        return tf.RaggedTensor.from_tensor(ids[:, None])
