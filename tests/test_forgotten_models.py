"""A search trains many models in one process: what their graphs need is freed. Needs no Optuna."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest


def _graph_of_a_recurrent_layer() -> weakref.ref[Any]:
    """The graph of a function with the gradient of a GRU; nothing of the caller keeps it."""
    import tensorflow as tf

    from seqclf.config import checked_config
    from seqclf.model import build_model

    values = {"data": {"source": "sample"}, "embedding": {"dim": 2}, "layers": [{"type": "gru", "units": 2}]}
    model = build_model(checked_config(values), vocabulary_size=9, labels=["a", "b"])

    @tf.function
    def gradients(token_ids: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(token_ids))
        return tape.gradient(loss, model.trainable_variables)

    return weakref.ref(gradients.get_concrete_function(tf.constant([[2, 3, 4]])).graph)


def test_graphs_of_recurrent_layers_are_freed() -> None:
    from seqclf.tuning.memory import forget_models

    graph = _graph_of_a_recurrent_layer()
    gc.collect()
    if graph() is None:
        pytest.skip("this TensorFlow forgets the graphs of custom gradients by itself")
    forget_models()
    assert graph() is None
