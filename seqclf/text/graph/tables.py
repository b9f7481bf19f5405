"""Lookup tables of the graph, and UTF-8 decoding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from seqclf.text.words import lower_table

MISSING = -1


def valid_utf8(text: tf.Tensor) -> tf.Tensor:
    """Any bytes as valid UTF-8, with U+FFFD for invalid bytes."""
    return tf.strings.unicode_transcode(text, "UTF-8", "UTF-8", errors="replace")


def index_table(name: str, keys: Sequence[bytes]) -> tf.lookup.StaticHashTable:
    """Table from each key to its index; ``MISSING`` for other keys."""
    return table(name, np.array(keys, dtype=object), np.arange(len(keys)))


def table(name: str, keys: np.ndarray, values: np.ndarray) -> tf.lookup.StaticHashTable:
    """Table from ``keys`` (bytes or numbers, at least one) to numbers; ``MISSING`` for other keys."""
    key_type = tf.string if keys.dtype == object else tf.int64
    content = tf.lookup.KeyValueTensorInitializer(tf.constant(keys, key_type), tf.constant(values, tf.int64))
    return tf.lookup.StaticHashTable(content, default_value=MISSING, name=name)


class LowerCase(tf.Module):
    """``seqclf.text.words.lower`` of code points, ``int32 [n]``."""

    def __init__(self) -> None:
        super().__init__(name="lower")
        changes = lower_table()
        self._table = table("lower", np.array(list(changes)), np.array(list(changes.values())))

    def __call__(self, characters: tf.Tensor) -> tf.Tensor:
        small = self._table.lookup(tf.cast(characters, tf.int64))
        return tf.where(small == MISSING, characters, tf.cast(small, tf.int32))

    def of_texts(self, text: tf.Tensor) -> tf.Tensor:
        """The same for texts of valid UTF-8, ``tf.string [n]``."""
        characters = tf.strings.unicode_decode(text, "UTF-8")
        return tf.strings.unicode_encode(characters.with_values(self(characters.values)), "UTF-8")
