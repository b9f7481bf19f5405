"""Selects elements of flat and ragged arrays with few operators, for each takes time whenever a graph is traced.

``tf.boolean_mask`` consists of 30, that of ragged tensors of 119, their ``value_rowids`` of 75.
"""

from __future__ import annotations

import tensorflow as tf


def places_of(flags: tf.Tensor) -> tf.Tensor:
    """Where flags are set: ``bool [n]`` -> ``int64 [k]``, rising."""
    return tf.reshape(tf.where(flags), [-1])


def selected(values: tf.Tensor, flags: tf.Tensor) -> tf.Tensor:
    """The values whose flags are set: ``[n]`` and ``bool [n]`` -> ``[k]``."""
    return tf.gather(values, places_of(flags))


def selected_ids(ids: tf.RaggedTensor, flags: tf.Tensor) -> tf.RaggedTensor:
    """The ids of each row whose flags, ``bool [all ids]``, are set: ragged ``[n, (ids)]`` -> ragged ``[n, (ids)]``."""
    before = tf.concat([[0], tf.cumsum(tf.cast(flags, ids.row_splits.dtype))], axis=0)
    splits = tf.gather(before, ids.row_splits)
    return tf.RaggedTensor.from_row_splits(selected(ids.values, flags), splits, validate=False)


def rows_of(rows: tf.RaggedTensor) -> tf.Tensor:
    """The number of the row of each value: ragged ``[n, (values)]`` -> ``int32 [all values]``."""
    places = tf.range(tf.size(rows.values, rows.row_splits.dtype))
    return tf.searchsorted(rows.row_splits, places, side="right") - 1
