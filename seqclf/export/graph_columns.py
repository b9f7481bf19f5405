"""Columns beside the text in a graph of TensorFlow operators."""

from __future__ import annotations

from collections.abc import Iterable

import tensorflow as tf

from seqclf.column_values import SPELLINGS
from seqclf.export.input_names import input_names
from seqclf.export.signature_inputs import SignatureInput
from seqclf.extra_columns import ExtraColumns
from seqclf.extra_columns.category import CategoryColumn
from seqclf.extra_columns.number import NumberColumn

_RANGES = ("9-d", "1c-20", "85", "a0", "1680", "2000-200a", "2028", "2029", "202f", "205f", "3000")
_WHITE = "[" + "".join("-".join(f"\\x{{{code}}}" for code in one.split("-")) for one in _RANGES) + "]"
"""White space as Python's ``str.strip`` removes it."""


class GraphColumns(tf.Module):  # type: ignore[misc]
    """Computes the features of ``ExtraColumns`` in a ``tf.function``.

    Args:
        taken: names of other inputs.

    Attributes:
        inputs: one for each column, in their order: numbers are ``tf.float64``, NaN where missing, categories are
            ``tf.string``, "" where missing. By default no text has a value. A number needs 64 bits: in 32, timestamps
            one minute apart would be equal.
    """

    def __init__(self, extra: ExtraColumns, taken: Iterable[str] = ()) -> None:
        super().__init__(name="columns")
        self._columns = extra.columns
        self._missing = tf.constant(extra.missing)
        names = input_names(extra.names, taken)
        self.inputs = [
            SignatureInput(names[one.name], tf.float64, tf.constant([float("nan")], tf.float64))
            if isinstance(one, NumberColumn)
            else SignatureInput(names[one.name], tf.string, tf.constant([b""]))
            for one in extra.columns
        ]

    def __call__(self, *values: tf.Tensor) -> tf.Tensor:
        """The features of values, each ``[batch]``: ``float32 [batch, width]``."""
        features = []
        for column, of_column in zip(self._columns, values, strict=True):
            if isinstance(column, NumberColumn):
                features.append(_numbers(column, of_column))
            elif isinstance(column, CategoryColumn):
                features.append(_categories(column, of_column))
        return tf.concat(features, axis=1)

    def alone(self, texts: tf.Tensor) -> tf.Tensor:
        """The features of ``texts`` (``int32 []``) texts without a value in any column."""
        return tf.tile(self._missing[tf.newaxis], [texts, 1])

    def is_given(self, features: tf.Tensor) -> tf.Tensor:
        """Which texts have features that differ from those of a text alone, ``bool [batch, 1]``."""
        return tf.reduce_any(features != self._missing, axis=1, keepdims=True)


def _numbers(column: NumberColumn, values: tf.Tensor) -> tf.Tensor:
    """``NumberColumn.encode``."""
    absent = tf.math.is_nan(values)
    inside = tf.clip_by_value(values, column.low, column.high)
    if column.deviation:
        standardised = (inside / 2 - column.mean / 2) / (column.deviation / 2)
    else:
        standardised = tf.zeros_like(inside)
    features = [tf.where(absent, tf.zeros_like(inside), standardised)]
    if column.missing_share is not None:
        features.append(tf.cast(absent, tf.float64) - column.missing_share)
    return tf.cast(tf.stack(features, axis=1), tf.float32)


def _categories(column: CategoryColumn, values: tf.Tensor) -> tf.Tensor:
    """``CategoryColumn.encode``."""
    names = tf.strings.regex_replace(values, f"^{_WHITE}+|{_WHITE}+$", "")
    for pattern, spelled in SPELLINGS:
        names = tf.strings.regex_replace(names, pattern, spelled)
    nothing = len(column.places)  # the last row of the table
    places = tf.fill(tf.shape(names), column.other_place % (nothing + 1))
    if column.values:
        same = names[:, tf.newaxis] == tf.constant([value.encode("utf-8") for value in column.values])
        found = tf.argmax(same, axis=1, output_type=tf.int32)
        places = tf.where(tf.reduce_any(same, axis=1), found, places)
    places = tf.where(names == b"", column.missing_place % (nothing + 1), places)
    return tf.gather(tf.constant(column.table), places)
