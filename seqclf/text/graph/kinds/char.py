"""The ``char`` tokenizer in the graph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seqclf.text.graph.base import TokenIds, TokenTexts, speller_of
from seqclf.text.graph.tables import MISSING, LowerCase, valid_utf8
from seqclf.text.graph.trie import GraphTrie
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.words import LINE_END, WHITE_SPACE


class NgramIds(TokenIds):
    """The operators of ``seqclf.text.kinds.char``."""

    def __init__(self, tokenizer: CharTokenizer) -> None:
        super().__init__(tokenizer)
        self._ngram, self._stride = tokenizer.ngram, tokenizer.stride
        self._unknown_id, self._keeps_white_space = tokenizer.unknown_id, tokenizer.white_space == "keep"
        self._trie = GraphTrie(tokenizer.trie)
        self._speller = speller_of(tokenizer.normalize, lowercase=tokenizer.lowercase)
        self._lower = LowerCase() if tokenizer.lowercase and self._speller is None else None

    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        text = valid_utf8(text)
        if self._speller is not None:
            text = self._speller(text)
        if self._keeps_white_space:
            text = tf.strings.regex_replace(text, LINE_END, "\n")
        else:
            text = tf.strings.strip(tf.strings.regex_replace(text, f"{WHITE_SPACE}+", " "))
        characters = tf.strings.unicode_decode(text, "UTF-8")
        values = self._lower(characters.values) if self._lower is not None else characters.values
        lengths = tf.cast(characters.row_lengths(), tf.int32)
        ends = tf.cast(characters.row_limits(), tf.int32)
        tokens = tf.maximum((lengths - self._ngram) // self._stride + 1, tf.cast(lengths > 0, tf.int32))
        starts = tf.repeat(ends - lengths, tokens) + tf.ragged.range(tokens).values * self._stride
        found = self._trie.windows(values, starts, tf.minimum(starts + self._ngram, tf.repeat(ends, tokens)))
        ids = tf.where(found == MISSING, self._unknown_id, found)
        return tf.RaggedTensor.from_row_lengths(ids, tokens, validate=False)


class NgramState(NamedTuple):
    """Id of the last n-gram or ``MISSING``, and the distance from its start to that of the next, ``int32 [batch]``."""

    last: tf.Tensor
    step: tf.Tensor


class NgramTexts(TokenTexts):
    """The operators of the decoder of ``seqclf.text.kinds.char``."""

    def __init__(self, tokenizer: CharTokenizer) -> None:
        super().__init__(tokenizer)
        self._stride = tokenizer.stride
        self._pieces = tf.constant([piece.encode("utf-8") for piece in tokenizer.pieces])
        self._sizes = tf.constant([len(piece) for piece in tokenizer.pieces])
        numbers = {shared: number for number, shared in enumerate(tokenizer.followers)}
        begin = np.full(tokenizer.vocabulary_size, MISSING, np.int32)
        for number, ids in enumerate(tokenizer.followers.values()):
            begin[ids] = number
        # Pieces with the same number begin with the characters that others, which have it here, end with.
        self._begin, self._is_free = tf.constant(begin), not numbers
        self._end = tf.constant([numbers.get(piece[self._stride :], MISSING) for piece in tokenizer.pieces])

    def start(self, rows: tf.Tensor) -> NgramState:
        return NgramState(tf.fill([rows], MISSING), tf.fill([rows], 0))

    def allowed(self, state: NgramState) -> tf.Tensor:
        if self._is_free:
            return self._usable[tf.newaxis]
        shared = tf.gather(self._end, tf.maximum(state.last, 0))
        is_free = (state.last == MISSING) | (shared == MISSING) | (state.step > self._stride)
        return tf.where(is_free[:, tf.newaxis], self._usable, self._begin == shared[:, tf.newaxis])

    def _added(self, state: NgramState, token_ids: tf.Tensor) -> tuple[tf.Tensor, NgramState]:
        last = tf.where(state.last == MISSING, 0, tf.gather(self._sizes, tf.maximum(state.last, 0)))
        size = tf.gather(self._sizes, token_ids)
        seen = tf.minimum(tf.maximum(last - state.step, 0), size)
        text = tf.strings.substr(tf.gather(self._pieces, token_ids), seen, size - seen, unit="UTF8_CHAR")
        is_gap = token_ids == self._unknown_id
        step = tf.where(is_gap, state.step, 0) + self._stride
        return tf.where(is_gap, "", text), NgramState(tf.where(is_gap, state.last, token_ids), step)
