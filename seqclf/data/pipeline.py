"""Batches as a ``tf.data`` pipeline, made ahead of the step that needs them."""

from __future__ import annotations

import tensorflow as tf

from seqclf.data.batches import Batches, Plan


def dataset(batches: Batches, plan: Plan) -> tf.data.Dataset:
    """Yields ``(token_ids int32 [batch, time], label_ids int32 [batch])`` in the order of the plan."""
    signature = (tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32))
    return tf.data.Dataset.from_generator(lambda: batches.stream(plan), output_signature=signature).prefetch(4)
