"""Weights that are computed before training and that no step changes: those of layers marked ``is_fitted``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from numpy.typing import NDArray


def without_fitted(model: keras.Model, variables: Sequence[keras.Variable]) -> list[keras.Variable]:
    """The variables that a training step may change."""
    fitted = {id(variable) for layer in _fitted(model) for variable in layer.variables}
    return [variable for variable in variables if id(variable) not in fitted]


def fitted_weights(model: keras.Model) -> list[list[NDArray[Any]]]:
    """A copy of the weights of each such layer."""
    return [layer.get_weights() for layer in _fitted(model)]


def set_fitted_weights(model: keras.Model, weights: Sequence[list[NDArray[Any]]]) -> None:
    """Undo a change of the weights since ``fitted_weights``."""
    for layer, values in zip(_fitted(model), weights, strict=True):
        layer.set_weights(values)


def _fitted(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model.layers if getattr(layer, "is_fitted", False)]
