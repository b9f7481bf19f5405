"""``training.layer_rates``: against one of Keras's optimizers for each group, with a rate of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.config.depth import depth_groups
from seqclf.config.schema.optimizers import OPTIMIZERS as KINDS
from seqclf.labels import Labels

LAYERS = [{"type": "dense", "units": 3}, {"type": "layer_norm"}, {"type": "pool"}]
FACTORS = [0.1, 0.5, 2.0, 1.0]
OPTIMIZERS = [
    {"type": "adam", "learning_rate": 0.01, "epsilon": 1e-3},
    {"type": "adam", "learning_rate": 0.01, "epsilon": 1e-3, "clip_norm": 0.05},
    {"type": "adamw", "learning_rate": 0.01, "epsilon": 1e-3, "weight_decay": 0.5},
    {"type": "rmsprop", "learning_rate": 0.01, "epsilon": 1e-3, "momentum": 0.5, "weight_decay": 0.1},
    {"type": "sgd", "learning_rate": 0.3},
    {"type": "sgd", "learning_rate": 0.3, "momentum": 0.9, "nesterov": True, "weight_decay": 0.2, "clip_norm": 0.1},
]


def begun(layers: list[dict[str, Any]] = LAYERS, **training: Any) -> tuple[Any, Any]:
    """A config of four groups, and the state before its first step."""
    from seqclf.model.build import build_model
    from seqclf.training.state import TrainingState

    config = checked_config(
        small_config(data__train="a", training=training, layers=layers, embedding={"dim": 4}, head=[])
    )
    return config, TrainingState.begin(build_model(config, 30, ["a", "b", "c"]), config.training, depth_groups(config))


def step_of(state: Any, epoch: int = 1) -> Any:
    from seqclf.tasks.classification.task import Classification
    from seqclf.training.step import build_train_step

    task = Classification(Labels(("a", "b", "c")))
    trained = state.depth.trained(epoch)
    return build_train_step(state.model, state.optimizer, task, state.accumulator, state.average, trained=trained)


def batches(count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(1)
    return [
        (draw.integers(1, 30, (7, 5)).astype(np.int32), draw.integers(0, 3, 7).astype(np.int32)) for _ in range(count)
    ]


def weights(state: Any) -> dict[str, np.ndarray]:
    return {weight.path: np.array(weight) for weight in state.model.trainable_variables}


def group_of(path: str) -> int:
    """From the embedding up."""
    starts = ("embedding", "layers_0", "layers_1")
    return next((place for place, start in enumerate(starts) if path.startswith(start)), 3)


class ByHand:
    """Training steps with an optimizer of Keras's for each group, in the order of the groups."""

    def __init__(self, state: Any, optimizer: Any, factors: list[float]) -> None:
        from seqclf.model.build import logits_model

        self._model, self._logits = state.model, logits_model(state.model)
        self._clip = optimizer.build()._clip_gradients
        self._all = list(state.model.trainable_variables)
        self.groups = [[one for one in self._all if group_of(one.path) == place] for place in range(4)]
        self.optimizers = []
        for factor in factors:
            changes = {"learning_rate": optimizer.learning_rate * factor, "clip_norm": None}
            made = optimizer.model_copy(update=changes).build()
            made.exclude_from_weight_decay(var_list=[one for one in self._all if one.name in ("bias", "gamma", "beta")])
            self.optimizers.append(made)

    def __call__(self, token_ids: np.ndarray, labels: np.ndarray, groups: tuple[int, ...] = (0, 1, 2, 3)) -> None:
        import tensorflow as tf

        chosen = [weight for place in groups for weight in self.groups[place]]
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, self._logits(token_ids, training=True))
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, chosen)
        gradients = self._clip(gradients)  # all at once
        by_weight = {id(weight): gradient for weight, gradient in zip(chosen, gradients, strict=True)}
        for place in groups:
            of_group = self.groups[place]
            self.optimizers[place].apply([by_weight[id(weight)] for weight in of_group], of_group)


def assert_close(found: dict[str, np.ndarray], expected: dict[str, np.ndarray], tolerance: float = 3e-6) -> None:
    assert found.keys() == expected.keys()
    for path, value in expected.items():
        np.testing.assert_allclose(found[path], value, atol=tolerance, rtol=0, err_msg=path)


def test_every_optimizer_is_compared() -> None:
    assert {optimizer["type"] for optimizer in OPTIMIZERS} == set(KINDS)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_each_group_has_its_own_rate(optimizer: dict[str, Any]) -> None:
    """In the update and in weight decay; the norm that is clipped is that of all groups together."""
    config, state = begun(optimizer=optimizer, layer_rates=FACTORS)
    _, other = begun(optimizer=optimizer)
    step, by_hand = step_of(state), ByHand(other, config.training.optimizer, FACTORS)
    before = weights(state)
    assert_close(before, weights(other), 0)
    for batch in batches(4):
        step(*batch)
        by_hand(*batch)
    assert_close(weights(state), weights(other))
    assert all(not np.array_equal(value, before[path]) for path, value in weights(state).items())
    assert int(state.optimizer.iterations) == 4
    assert float(state.optimizer.learning_rate) == pytest.approx(optimizer["learning_rate"])


def test_a_step_of_sgd_in_numpy() -> None:
    """``w - rate * factor * (gradient + decay * w)``."""
    import tensorflow as tf

    from seqclf.model.build import logits_model

    optimizer = {"type": "sgd", "learning_rate": 0.5, "weight_decay": 0.2}
    _, state = begun(optimizer=optimizer, layer_rates={"decay": 2.0})
    ((token_ids, labels),) = batches(1)
    before = weights(state)
    with tf.GradientTape() as tape:
        logits = logits_model(state.model)(token_ids, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    gradients = tape.gradient(loss, state.model.trainable_variables)
    step_of(state)(token_ids, labels)
    for weight, gradient in zip(state.model.trainable_variables, gradients, strict=True):
        rate = 0.5 / 2.0 ** (3 - group_of(weight.path))
        start = before[weight.path]
        decay = 0.0 if weight.name in ("bias", "gamma", "beta") else 0.2
        # Keras decays a weight before it subtracts the gradient.
        expected = start * (1 - rate * decay) - rate * np.asarray(tf.convert_to_tensor(gradient))
        np.testing.assert_allclose(np.asarray(weight), expected, atol=1e-6)


def test_a_schedule_changes_all_rates_in_proportion() -> None:
    config, state = begun(optimizer={"type": "sgd", "learning_rate": 0.1}, layer_rates=FACTORS)
    _, other = begun()
    halved = config.training.optimizer.model_copy(update={"learning_rate": 0.05})
    step, by_hand = step_of(state), ByHand(other, halved, FACTORS)
    state.optimizer.learning_rate = 0.05
    (batch,) = batches(1)
    step(*batch)
    by_hand(*batch)
    assert_close(weights(state), weights(other), 1e-7)


def test_accumulated_gradients_and_averages_follow() -> None:
    """Two batches are one of all their texts; after the first update the average equals the weights."""
    options = {"optimizer": OPTIMIZERS[1], "layer_rates": FACTORS, "moving_average": {"decay": 0.5}}
    _, whole = begun(**options, accumulate_steps=2)
    _, parts = begun(**options, accumulate_steps=2)
    whole_step, parts_step = step_of(whole), step_of(parts)
    (a, b) = batches(2)
    whole_step(*(np.concatenate(both) for both in zip(a, b, strict=True)), update=True)
    parts_step(*a, update=False)
    parts_step(*b, update=True)
    assert_close(weights(parts), weights(whole))
    for weight, average in zip(parts.model.trainable_variables, parts.average.variables, strict=True):
        np.testing.assert_allclose(np.asarray(average), np.asarray(weight), atol=1e-7)


def test_a_factor_of_zero_keeps_a_group_as_it_is() -> None:
    """No weight decay, no running means, and the others are trained as they would be."""
    options = {"optimizer": {**OPTIMIZERS[2], "clip_norm": 0.05}}
    config, state = begun(**options, layer_rates=[0, 1, 0, 1])
    _, other = begun()
    step, by_hand = step_of(state), ByHand(other, config.training.optimizer, [0.0, 1.0, 0.0, 1.0])
    before = weights(state)
    for batch in batches(3):
        step(*batch)
        by_hand(*batch, groups=(1, 3))
    after = weights(state)
    assert_close(after, weights(other))
    for path, value in after.items():
        assert np.array_equal(value, before[path]) == (group_of(path) in (0, 2))
    moments = {one.path: np.any(np.asarray(one)) for one in state.optimizer.variables if one.ndim}
    assert {path for path, moved in moments.items() if moved} == {
        path for path in moments if "embedding" not in path and "layers_1" not in path
    }


def test_equal_rates_need_no_optimizer_of_their_own() -> None:
    """So that the state and the steps of other configs stay as they are."""
    import keras

    for options in ({}, {"layer_rates": {"decay": 1.0}}, {"layer_rates": [1, 1, 1, 1]}):
        _, state = begun(**options)
        assert type(state.optimizer) is keras.optimizers.Adam
    _, state = begun(layer_rates={})
    _, plain = begun()
    assert len(state.optimizer.variables) == len(plain.optimizer.variables)
