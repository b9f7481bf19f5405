"""Makes a bidirectional layer of a layer that reads forward and one that reads backward."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.training.initialize.parts import parts_of

PROJECTION = "_projection"
"""The part of a residual layer that changes the dimension of its input."""


def take_halves(model: keras.Model, name: str, sources: Sequence[keras.Model], names: Sequence[str]) -> None:
    """Give a bidirectional layer of ``model`` the weights of a layer of each source, forward first.

    Each half computes exactly what its layer computes in its source: the input has those of both side by side, and the
    input weights of a half are 0 for the numbers that its source does not have.

    Raises:
        InputError: the shapes do not fit.
    """
    own, theirs = parts_of(model, name), [parts_of(one, other) for one, other in zip(sources, names, strict=True)]
    for part, variables in own.items():
        if part == PROJECTION:
            _take_projection(name, variables, theirs)
            continue
        half = len(variables) // 2
        before = 0
        for place, weights in enumerate(theirs):
            values = [np.array(weight) for weight in weights[part]]
            before = _take_half(name, variables[place * half :][:half], values, before)
    if PROJECTION not in own and any(PROJECTION in parts for parts in theirs):
        raise InputError(_misfit(name))


def _take_half(
    name: str, variables: Sequence[keras.Variable], values: Sequence[NDArray[np.float32]], before: int
) -> int:
    """Assign the weights of one direction, whose input starts after ``before`` numbers; returns where it ends."""
    for variable, value in zip(variables, values, strict=True):
        end = before + value.shape[0]
        if variable.name == "kernel":
            made = np.zeros(variable.shape, np.float32)
            if made[before:end].shape != value.shape:
                raise InputError(_misfit(name))
            made[before:end] = value
            variable.assign(made)
        elif tuple(variable.shape) == value.shape:
            variable.assign(value)
        else:
            raise InputError(_misfit(name))
    return before + int(values[0].shape[0])


def _take_projection(
    name: str, variables: Sequence[keras.Variable], theirs: Sequence[dict[str, list[keras.Variable]]]
) -> None:
    """The skip connections of two residual layers: their projections as two blocks; without one, the unit matrix."""
    rows = columns = 0
    made = np.zeros(variables[0].shape, np.float32)
    for parts in theirs:
        [*_, inner] = [weights for part, weights in parts.items() if part != PROJECTION]
        block = np.array(parts[PROJECTION][0]) if PROJECTION in parts else np.eye(inner[0].shape[0], dtype=np.float32)
        height, width = block.shape
        if made[rows : rows + height, columns : columns + width].shape != block.shape:
            raise InputError(_misfit(name))
        made[rows : rows + height, columns : columns + width] = block
        rows, columns = rows + height, columns + width
    variables[0].assign(made)


def _misfit(name: str) -> str:
    return (
        f"{name}: the weights of the two runs do not fit together into its shapes; leave the layer out of "
        "initialize.layers"
    )
