"""Base class of the word-based tokenizers in the graph.

One table has the ids of known chunks. Other chunks are split into words; most of these are known chunks themselves, and
only the rest is tokenized by the specific tokenizer.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import tensorflow as tf

from seqclf.text.chunks import SPACED_LINE_BREAK, ChunkTokenizer, Wording, chunk_key
from seqclf.text.graph.base import TokenIds, speller_of
from seqclf.text.graph.selection import selected
from seqclf.text.graph.tables import MISSING, LowerCase, index_table, valid_utf8
from seqclf.text.word_rules import word_rules
from seqclf.text.words import LINE_END


class WordsOfChunks(tf.Module):
    """``Wording.reader`` without its cutting of long words: ``tf.string [n]`` -> ragged ``tf.string [n, (words)]``.

    Without a normal form, letters other than ASCII are not lowercased: ``lower`` lowercases them.
    """

    def __init__(self, wording: Wording) -> None:
        super().__init__(name="words")
        self._rules = word_rules(wording.version, runs=wording.runs)
        self._speller = speller_of(wording.normalize, lowercase=wording.lowercase)
        self.lower = LowerCase() if wording.lowercase and self._speller is None else None

    def __call__(self, chunks: tf.Tensor) -> tf.RaggedTensor:
        if self._speller is not None:
            chunks = self._speller(chunks)
        spaced = tf.strings.regex_replace(chunks, self._rules.pattern, r"\0 ")
        return tf.strings.split(tf.strings.regex_replace(spaced, self._rules.separator, " "))


class ChunkIds(TokenIds):
    """The operators of ``seqclf.text.chunks``; a subclass defines the ids of words."""

    def __init__(self, tokenizer: ChunkTokenizer) -> None:
        super().__init__(tokenizer)
        self._unknown_id, wording = tokenizer.unknown_id, tokenizer.wording
        self._words_of = WordsOfChunks(wording)
        known = dict.fromkeys(chunk_key(chunk, tokenizer.lowercase) for chunk in tokenizer.known_chunks)
        keys = list(known) or [b" "]  # a table cannot be empty; white space is never a chunk
        ids = tokenizer.ids_of([key.decode("utf-8") for key in keys])
        self._known_chunks = index_table("chunks", keys)
        self._known_ids = tf.RaggedTensor.from_row_lengths(
            tf.constant([i for one in ids for i in one], tf.int32), [len(one) for one in ids]
        )
        self._pieces = index_table("pieces", [piece.encode("utf-8") for piece in tokenizer.pieces])
        self._lowercase, self._line_breaks = tokenizer.lowercase, wording.line_breaks

    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        if self._lowercase:
            text = tf.strings.lower(text)  # ASCII letters only: others are rare and handled for unknown chunks
        if self._line_breaks:
            text = tf.strings.regex_replace(text, LINE_END, SPACED_LINE_BREAK)
        chunks = tf.strings.split(text)
        ids = self._looked_up(chunks.values, self._unknown_chunk_ids)
        return tf.RaggedTensor.from_row_splits(ids, chunks.row_splits, validate=False).merge_dims(1, 2)

    @abstractmethod
    def _word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        """Ids of distinct words: ``tf.string [n]`` -> ragged ``int32 [n, (ids)]``."""

    def _looked_up(self, chunks: tf.Tensor, ids_of: Callable[[tf.Tensor], tf.RaggedTensor]) -> tf.RaggedTensor:
        """``tf.string [n]`` -> ragged ``int32 [n, (ids)]``; ``ids_of`` returns the ids of distinct unknown strings."""
        rows = self._known_chunks.lookup(chunks)
        unknown = rows == MISSING
        distinct, places = tf.unique(selected(chunks, unknown))
        table = tf.concat([self._known_ids, ids_of(distinct)], axis=0)
        places += tf.cast(self._known_ids.nrows(), tf.int32)
        rows = tf.tensor_scatter_nd_update(tf.cast(rows, tf.int32), tf.where(unknown), places)
        return tf.gather(table, rows)

    def _unknown_chunk_ids(self, chunks: tf.Tensor) -> tf.RaggedTensor:
        """Ids of any bytes: ``tf.string [n]`` -> ragged ``int32 [n, (ids)]``."""
        words = self._words_of(valid_utf8(chunks))
        ids = self._looked_up(words.values, self._unknown_word_ids)
        return tf.RaggedTensor.from_row_splits(ids, words.row_splits, validate=False).merge_dims(1, 2)

    def _unknown_word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        if self._words_of.lower is None:
            return self._word_ids(words)
        distinct, places = tf.unique(self._words_of.lower.of_texts(words))
        return tf.gather(self._word_ids(distinct), places)
