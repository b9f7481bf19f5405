"""Cuts long words in the graph."""

from __future__ import annotations

import tensorflow as tf


def cut(words: tf.Tensor, most: int) -> tf.RaggedTensor:
    """Words of at most ``most`` characters: ``tf.string [n]`` -> ragged ``tf.string [n, (parts)]``."""
    lengths = tf.strings.length(words, unit="UTF8_CHAR")

    def cut_all() -> tuple[tf.Tensor, tf.Tensor]:
        characters = tf.strings.unicode_decode(words, "UTF-8")
        parts = (lengths + most - 1) // most
        within = tf.ragged.range(parts).values
        sizes = tf.minimum(tf.repeat(lengths, parts) - within * most, most)
        pieces = tf.RaggedTensor.from_row_lengths(characters.values, sizes, validate=False)
        return tf.strings.unicode_encode(pieces, "UTF-8"), parts

    found, parts = tf.cond(tf.reduce_any(lengths > most), cut_all, lambda: (words, tf.ones_like(lengths)))
    words = tf.RaggedTensor.from_row_lengths(tf.ensure_shape(found, [None]), parts, validate=False)
    return words.with_row_splits_dtype(tf.int64)
