"""The ``subword`` tokenizer in the graph."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from seqclf.text.chunks import LINE_BREAK
from seqclf.text.graph.base import TokenTexts, choose
from seqclf.text.graph.chunks import ChunkIds
from seqclf.text.graph.long_words import cut
from seqclf.text.graph.spacing import GraphSpacing, SpacingState
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
        parts = cut(words, self._most)
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
        found = pieces != MISSING
        lengths = tf.math.count_nonzero(found, axis=1)
        return tf.RaggedTensor.from_row_lengths(tf.gather_nd(pieces, tf.where(found)), lengths, validate=False)


class WordState(NamedTuple):
    """The pieces of the last word so far, ``tf.string [batch]``, and the words before it."""

    word: tf.Tensor
    before: SpacingState


class WordPieceTexts(TokenTexts):
    """The operators of ``seqclf.text.word_decoder.PieceDecoder``."""

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        super().__init__(tokenizer)
        pieces = tokenizer.pieces
        self._begins = tf.constant(tokenizer.decoder().allowed())
        parts = [piece.removeprefix(CONTINUATION).encode("utf-8") for piece in pieces]
        parts[tokenizer.unknown_id] = b""
        self._parts = tf.constant(parts)
        self._continues = tf.constant([piece.startswith(CONTINUATION) for piece in pieces])
        wording = tokenizer.wording
        self._line_break_id = pieces.index(LINE_BREAK) if wording.line_breaks and LINE_BREAK in pieces else MISSING
        self._spacing = GraphSpacing(wording)

    def start(self, rows: tf.Tensor) -> WordState:
        return WordState(tf.fill([rows], ""), self._spacing.start(rows))

    def finish(self, state: WordState) -> tf.Tensor:
        return self._spacing.add(state.before, state.word)[0]

    def allowed(self, state: WordState) -> tf.Tensor:
        may_go_on = (state.word != "") & ~self._spacing.is_symbol(state.word)
        return tf.where(may_go_on[:, tf.newaxis], self._usable, self._begins)

    def _added(self, state: WordState, token_ids: tf.Tensor) -> tuple[tf.Tensor, WordState]:
        part = tf.gather(self._parts, token_ids)
        goes_on = tf.gather(self._continues, token_ids) & (state.word != "")
        text, before = self._spacing.add(state.before, tf.where(goes_on, "", state.word))
        is_break = token_ids == self._line_break_id
        text = tf.where(is_break, text + "\n", text)
        before = choose(is_break, self._spacing.start(tf.size(part)), before)
        word = tf.where(goes_on, state.word + part, tf.where(is_break, "", part))
        return text, WordState(word, before)
