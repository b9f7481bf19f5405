"""``seqclf.model.unshared_gradients``: sums of gradients do not depend on the timing of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config

LAYERS: dict[str, list[dict[str, Any]]] = {
    "batch_norm": [{"type": "conv1d", "filters": 3, "kernel_size": 2}, {"type": "batch_norm"}, {"type": "pool"}],
    "layer_norm": [{"type": "gru", "units": 3, "return_sequences": True}, {"type": "layer_norm"}, {"type": "pool"}],
    "lstm": [{"type": "lstm", "units": 3, "bidirectional": True}],
    "min_gru": [{"type": "min_gru", "units": 3}, {"type": "pool", "method": ["mean", "max", "attention"]}],
    "dense": [{"type": "dense", "units": 3, "activation": "relu"}, {"type": "pool", "method": ["last", "max"]}],
}
ALIASES = {"Reshape", "Identity", "ExpandDims", "Squeeze"}
"""Operations whose output has the memory of their input."""


def _traced(layers: list[dict[str, Any]]) -> Any:
    """The model, its forward pass and the graph of the gradients of three passes."""
    import tensorflow as tf

    from seqclf.labels import Labels
    from seqclf.model.build import build_model
    from seqclf.tasks.classification.task import Classification

    head = [{"type": "batch_norm"}] if {"type": "batch_norm"} in layers else []
    config = checked_config(small_config(data__train="a.csv", layers=layers, head=head))
    labels = Labels(("a", "b"))
    model = build_model(config, 12, labels)
    forward = Classification(labels, config.training).forward(model)

    def gradients(ids: tf.Tensor) -> list[Any]:
        with tf.GradientTape() as tape:
            passes = [forward(ids), forward(ids, vectors=2 * forward.embed(ids)), forward(ids)]
            target = tf.add_n([tf.reduce_sum(one**2) for one in passes])
        return tape.gradient(target, [weight.value for weight in model.trainable_variables])

    return model, tf.function(gradients).get_concrete_function(tf.TensorSpec([None, None], tf.int32))


def _is_shared(tensor: Any) -> bool:
    """Whether something else reads the tensor, or the memory that it takes over."""
    while len(tensor.consumers()) < 2:
        if tensor.op.type not in ALIASES:
            return False
        tensor = tensor.op.inputs[0]
    return True


@pytest.mark.parametrize("name", LAYERS)
def test_sums_of_three_gradients_begin_with_one_that_nothing_else_reads(name: str) -> None:
    _, function = _traced(LAYERS[name])
    sums = [one for one in function.graph.get_operations() if one.type == "AddN" and len(one.inputs) > 2]
    assert len(sums) > 1
    assert [one.name for one in sums if _is_shared(one.inputs[0])] == []


def test_layers_are_as_before_and_gradients_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    import keras
    import tensorflow as tf

    from seqclf.model import forward

    ids = tf.constant(np.arange(12).reshape(3, 4) % 11 + 1, tf.int32)
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        model, function = _traced(LAYERS["batch_norm"])
        offsets = [one.beta for one in model._flatten_layers() if isinstance(one, keras.layers.BatchNormalization)]
        assert len(offsets) == 2 and all(isinstance(one, keras.Variable) for one in offsets)
        found.append([np.asarray(tf.convert_to_tensor(one)) for one in function(ids)])
        monkeypatch.setattr(forward, "unshared_gradients", nullcontext)
    for ours, plain in zip(*found, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-6)
    assert np.abs(found[0][-1]).max() > 0
