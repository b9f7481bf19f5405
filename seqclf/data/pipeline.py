"""Batches as a ``tf.data`` pipeline with prefetching."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tensorflow as tf
from numpy.typing import NDArray


def dataset(stream: Callable[[], Iterator[tuple[NDArray[Any], ...]]], signature: Sequence[tf.TensorSpec]) -> Any:
    """A ``tf.data.Dataset`` of batches, made in the background while earlier ones are used.

    Args:
        stream: called to begin; yields the arrays of each batch.
        signature: their shapes and dtypes.
    """
    pipeline = tf.data.Dataset.from_generator(stream, output_signature=tuple(signature)).prefetch(4)
    # Autotuning has nothing to tune here. Its thread sleeps for 10 ms, 20 ms, 40 ms and so on between checks, and the
    # end of the iteration waits for it to wake up, for up to half an epoch.
    options = tf.data.Options()
    options.autotune.enabled = False
    return pipeline.with_options(options)
