"""Batches as a ``tf.data`` pipeline with prefetching."""

from __future__ import annotations

import tensorflow as tf

from seqclf.data.batches import Batches, Plan


def dataset(batches: Batches, plan: Plan) -> tf.data.Dataset:
    """Yields the results of ``Batches.batch`` in the order of the plan."""
    beside = [batches.texts.labels, *([] if batches.scores is None else [batches.scores])]
    signature = (
        tf.TensorSpec([None, None], tf.int32),
        *(tf.TensorSpec([None, *values.shape[1:]], values.dtype) for values in beside),
    )
    pipeline = tf.data.Dataset.from_generator(lambda: batches.stream(plan), output_signature=signature).prefetch(4)
    # Autotuning has nothing to tune here. Its thread sleeps for 10 ms, 20 ms, 40 ms and so on between checks, and the
    # end of the iteration waits for it to wake up, for up to half an epoch.
    options = tf.data.Options()
    options.autotune.enabled = False
    return pipeline.with_options(options)
