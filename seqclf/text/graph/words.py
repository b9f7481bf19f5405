"""The word-based tokenizers in the graph.

One table has the ids of known chunks. Other chunks are split into words; most of these are known chunks themselves, and
only the rest is tokenized by the specific tokenizer.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import tensorflow as tf

from seqclf.text.chunks import ChunkTokenizer, chunk_key
from seqclf.text.graph.tables import MISSING, LowerCase, index_table, valid_utf8
from seqclf.text.subword import CONTINUATION, MAX_WORD_CHARACTERS, SubwordTokenizer
from seqclf.text.words import SEPARATOR, WORD_PATTERN


class _ChunkIds(tf.Module):
    """``seqclf.text.chunks``: ``tf.string [batch]`` -> ragged ``int32 [batch, (ids)]``."""

    def __init__(self, tokenizer: ChunkTokenizer) -> None:
        super().__init__(name=tokenizer.kind)
        self._unknown_id = tokenizer.unknown_id
        known = dict.fromkeys(chunk_key(chunk, tokenizer.lowercase) for chunk in tokenizer.known_chunks)
        keys = list(known) or [b" "]  # a table cannot be empty; white space is never a chunk
        ids = tokenizer.ids_of([key.decode("utf-8") for key in keys])
        self._known_chunks = index_table("chunks", keys)
        self._known_ids = tf.RaggedTensor.from_row_lengths(
            tf.constant([i for one in ids for i in one], tf.int32), [len(one) for one in ids]
        )
        self._pieces = index_table("pieces", [piece.encode("utf-8") for piece in tokenizer.pieces])
        self._lower = LowerCase() if tokenizer.lowercase else None

    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        if self._lower is not None:
            text = tf.strings.lower(text)  # ASCII letters only: others are rare and handled for unknown chunks
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
        distinct, places = tf.unique(tf.boolean_mask(chunks, unknown))
        table = tf.concat([self._known_ids, ids_of(distinct)], axis=0)
        places += tf.cast(self._known_ids.nrows(), tf.int32)
        rows = tf.tensor_scatter_nd_update(tf.cast(rows, tf.int32), tf.where(unknown), places)
        return tf.gather(table, rows)

    def _unknown_chunk_ids(self, chunks: tf.Tensor) -> tf.RaggedTensor:
        """Ids of any bytes: ``tf.string [n]`` -> ragged ``int32 [n, (ids)]``."""
        spaced = tf.strings.regex_replace(valid_utf8(chunks), f"({WORD_PATTERN})", r"\1 ")
        words = tf.strings.split(tf.strings.regex_replace(spaced, SEPARATOR, " "))
        ids = self._looked_up(words.values, self._unknown_word_ids)
        return tf.RaggedTensor.from_row_splits(ids, words.row_splits, validate=False).merge_dims(1, 2)

    def _unknown_word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        if self._lower is None:
            return self._word_ids(words)
        characters = tf.strings.unicode_decode(words, "UTF-8")
        small = tf.strings.unicode_encode(characters.with_values(self._lower(characters.values)), "UTF-8")
        distinct, places = tf.unique(small)
        return tf.gather(self._word_ids(distinct), places)


class WordIds(_ChunkIds):
    """``seqclf.text.word``: a word is in the vocabulary or unknown."""

    def _word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        found = self._pieces.lookup(words)
        ids = tf.where(found == MISSING, self._unknown_id, tf.cast(found, tf.int32))
        return tf.RaggedTensor.from_tensor(ids[:, None])


class WordPieceIds(_ChunkIds):
    """``seqclf.text.subword``: words are split into pieces."""

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        super().__init__(tokenizer)
        longest = max(len(piece.removeprefix(CONTINUATION)) for piece in tokenizer.pieces)
        self._longest_piece = min(longest, MAX_WORD_CHARACTERS)

    def _word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        """Greedy longest match first, for all words in parallel, with one piece per word in each iteration.

        A word that cannot be finished, or is longer than ``MAX_WORD_CHARACTERS``, is one unknown token.
        """
        lengths = tf.strings.length(words, unit="UTF8_CHAR")
        too_long = lengths > MAX_WORD_CHARACTERS
        words = tf.where(too_long, "", words)
        lengths = tf.where(too_long, 0, lengths)
        sizes = tf.range(1, self._longest_piece + 1, dtype=tf.int32)

        def unfinished(start: tf.Tensor, pieces: tf.Tensor) -> tf.Tensor:
            return tf.reduce_any(start < lengths)

        def next_piece(start: tf.Tensor, pieces: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            live = tf.where(start < lengths)[:, 0]
            begin, rest = tf.gather(start, live), tf.gather(lengths - start, live)
            grid = tf.ones_like(begin)[:, None] * sizes  # [live, sizes]
            candidates = tf.strings.substr(
                tf.repeat(tf.gather(words, live)[:, None], self._longest_piece, axis=1),
                grid * 0 + begin[:, None],
                grid,
                unit="UTF8_CHAR",
            )
            candidates = tf.where(begin[:, None] > 0, CONTINUATION + candidates, candidates)
            found = self._pieces.lookup(candidates)
            fits = (found != MISSING) & (sizes <= rest[:, None])
            size = tf.reduce_max(tf.where(fits, sizes, 0), axis=1)
            piece = tf.gather(tf.cast(found, tf.int32), tf.maximum(size - 1, 0), batch_dims=1)
            failed = size == 0
            column = tf.tensor_scatter_nd_update(
                tf.fill(tf.shape(start), MISSING), live[:, None], tf.where(failed, self._unknown_id, piece)
            )
            start = tf.tensor_scatter_nd_update(
                start, live[:, None], begin + tf.where(failed, MAX_WORD_CHARACTERS, size)
            )
            return start, tf.concat([pieces, column[:, None]], axis=1)

        count = tf.shape(words)[0]
        _, pieces = tf.while_loop(
            unfinished,
            next_piece,
            (tf.zeros_like(lengths), tf.zeros([count, 0], tf.int32)),
            shape_invariants=(tf.TensorShape([None]), tf.TensorShape([None, None])),
        )
        # [UNK] means that the word could not be completed: the complete word is unknown. No word has it as a piece.
        unknown = tf.reduce_any(pieces == self._unknown_id, axis=1) | too_long
        pieces = tf.where(unknown[:, None], MISSING, pieces)
        pieces = tf.concat([tf.where(unknown, self._unknown_id, MISSING)[:, None], pieces], axis=1)
        return tf.ragged.boolean_mask(pieces, pieces != MISSING)
