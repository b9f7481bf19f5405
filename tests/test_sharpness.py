"""``training.sharpness``, against a model whose gradients are computed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bags import IDS, LENGTHS, NAMES, bag_config, bag_model, real, sigmoid

from seqclf.labels import Labels
from seqclf.tasks.classification.task import Classification
from seqclf.training.state import TrainingState
from seqclf.training.step import build_train_step

TRUTH = np.array([0, 1, 1], np.int32)
RHO = 0.3
Weights = list[np.ndarray]
"""Table of vectors, kernel and bias."""


def _gradients(weights: Weights, texts: np.ndarray) -> Weights:
    """The gradients of the summed cross-entropy of these texts."""
    table, kernel, bias = weights
    pooled = (table[IDS] * real()).sum(axis=1) / LENGTHS[:, np.newaxis]
    errors = (sigmoid(pooled @ kernel + bias)[:, 0] - TRUTH)[texts]
    of_table = np.zeros_like(table)
    for error, text in zip(errors, texts, strict=True):
        np.add.at(of_table, IDS[text][: LENGTHS[text]], error * kernel[:, 0] / LENGTHS[text])
    return [of_table, pooled[texts].T @ errors[:, np.newaxis], np.array([errors.sum()])]


def _sharp(weights: Weights, texts: np.ndarray) -> Weights:
    """The gradients at the weights moved by ``RHO`` along those of the same texts."""
    here = _gradients(weights, texts)
    norm = np.sqrt(sum((one**2).sum() for one in here))
    return _gradients([weight + RHO * one / norm for weight, one in zip(weights, here, strict=True)], texts)


def _after(batches: list[list[int]], **training: Any) -> tuple[Weights, Weights, list[Any]]:
    """The weights before and after an update of these batches, and the results of the steps."""
    config = bag_config(accumulate_steps=2, **training)
    labels = Labels(NAMES[:2])
    model, *_ = bag_model(config, labels)
    task = Classification(labels, config.training)
    state = TrainingState.begin(model, config.training)
    step = build_train_step(model, state.optimizer, task, state.accumulator, sharpness=config.training.sharpness)
    before = [weight.astype(float) for weight in model.get_weights()]
    results = [step(IDS[texts], TRUTH[texts], update=number == len(batches)) for number, texts in enumerate(batches, 1)]
    return before, model.get_weights(), results


@pytest.mark.parametrize("batches", [[[0, 1, 2]], [[0], [1, 2]]], ids=["one batch", "accumulated"])
def test_the_gradients_are_those_at_moved_weights(batches: list[list[int]]) -> None:
    """Accumulated, each batch moves the weights for itself, and the sums are divided once."""
    before, after, _ = _after(batches, sharpness={"rho": RHO})
    summed = [sum(parts) for parts in zip(*(_sharp(before, np.array(texts)) for texts in batches), strict=True)]
    for weight, gradient, found in zip(before, summed, after, strict=True):
        np.testing.assert_allclose(found, weight - 0.1 * gradient / 3, atol=1e-5)
    _, plain, _ = _after(batches)
    assert max(np.abs(one - other).max() for one, other in zip(after, plain, strict=True)) > 1e-3


def test_the_loss_is_that_at_the_weights_themselves() -> None:
    (_, _, (sharp,)), (_, _, (plain,)) = _after([[0, 1, 2]], sharpness={"rho": RHO}), _after([[0, 1, 2]])
    for name in ("loss", "weight", "correct", "tokens"):
        assert float(getattr(sharp, name)) == float(getattr(plain, name))


def test_the_weights_move_back_bit_for_bit() -> None:
    before, after, _ = _after([[0, 1, 2]], sharpness={"rho": RHO}, optimizer={"type": "sgd", "learning_rate": 1e-30})
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one.astype(np.float32), other)


def test_statistics_are_those_of_the_first_pass() -> None:
    from conftest import small_config

    from seqclf.config import checked_config
    from seqclf.model.build import build_model

    found = []
    for sharpness in (None, {"rho": 5.0}):
        layers = [{"type": "batch_norm"}, {"type": "pool"}]
        config = checked_config(
            small_config(data__train="a.csv", layers=layers, training__sharpness=sharpness, head=[])
        )
        labels = Labels(NAMES[:2])
        model = build_model(config, 12, labels)
        state = TrainingState.begin(model, config.training)
        step = build_train_step(
            model, state.optimizer, Classification(labels, config.training), sharpness=config.training.sharpness
        )
        step(IDS, TRUTH)
        found.append([np.asarray(one) for one in model.non_trainable_variables if "moving" in one.name])
    assert len(found[0]) == 2
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
