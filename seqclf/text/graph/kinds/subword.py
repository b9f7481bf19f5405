"""The ``subword`` tokenizer in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph.chunks import ChunkIds
from seqclf.text.graph.tables import MISSING
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.wordpiece import CONTINUATION, MAX_WORD_CHARACTERS


class WordPieceIds(ChunkIds):
    """The operators of ``seqclf.text.kinds.subword``: words are split into pieces."""

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        super().__init__(tokenizer)
        longest = max(len(piece.removeprefix(CONTINUATION)) for piece in tokenizer.pieces)
        self._longest_piece = min(longest, MAX_WORD_CHARACTERS)
        self._most = tokenizer.wording.most

    def _word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
        if self._most is None:
            return self._short_word_ids(words)
        parts = _cut(words, self._most)
        ids = self._short_word_ids(parts.values)
        return tf.RaggedTensor.from_row_splits(ids, parts.row_splits, validate=False).merge_dims(1, 2)

    def _short_word_ids(self, words: tf.Tensor) -> tf.RaggedTensor:
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


def _cut(words: tf.Tensor, most: int) -> tf.RaggedTensor:
    """Words of at most ``most`` characters: ``tf.string [n]`` -> ``tf.string [n, (parts)]``."""
    lengths = tf.strings.length(words, unit="UTF8_CHAR")

    def cut() -> tuple[tf.Tensor, tf.Tensor]:
        characters = tf.strings.unicode_decode(words, "UTF-8")
        parts = (lengths + most - 1) // most
        within = tf.ragged.range(parts).values
        sizes = tf.minimum(tf.repeat(lengths, parts) - within * most, most)
        pieces = tf.RaggedTensor.from_row_lengths(characters.values, sizes, validate=False)
        return tf.strings.unicode_encode(pieces, "UTF-8"), parts

    found, parts = tf.cond(tf.reduce_any(lengths > most), cut, lambda: (words, tf.ones_like(lengths)))
    words = tf.RaggedTensor.from_row_lengths(tf.ensure_shape(found, [None]), parts, validate=False)
    return words.with_row_splits_dtype(tf.int64)
