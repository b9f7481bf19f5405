"""The ``char`` tokenizer in the graph."""

from __future__ import annotations

import tensorflow as tf

from seqclf.text.graph.base import TokenIds, speller_of
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
