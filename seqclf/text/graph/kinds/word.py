"""The ``word`` tokenizer in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph.base import TokenTexts
from seqclf.text.graph.chunks import ChunkIds
from seqclf.text.graph.spacing import GraphSpacing, SpacingState
from seqclf.text.graph.tables import MISSING
from seqclf.text.kinds.word import WordTokenizer


class WordIds(ChunkIds):
    """The operators of ``seqclf.text.kinds.word``: a word is in the vocabulary or unknown."""

    def _word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        found = self._pieces.lookup(words)
        ids = tf.where(found == MISSING, self._unknown_id, tf.cast(found, tf.int32))
        return tf.RaggedTensor.from_tensor(ids[:, None])


class WordTexts(TokenTexts):
    """The operators of ``seqclf.text.word_decoder.WordDecoder``."""

    def __init__(self, tokenizer: WordTokenizer) -> None:
        super().__init__(tokenizer)
        pieces = [piece.encode("utf-8") for piece in tokenizer.pieces]
        pieces[tokenizer.unknown_id] = b""
        self._words = tf.constant(pieces)
        self._spacing = GraphSpacing(tokenizer.wording)

    def start(self, rows: tf.Tensor) -> SpacingState:
        return self._spacing.start(rows)

    def _added(self, state: SpacingState, token_ids: tf.Tensor) -> tuple[tf.Tensor, SpacingState]:
        return self._spacing.add(state, tf.gather(self._words, token_ids))
