"""The step of a recurrent layer, for ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Weights = Sequence[Array]
"""For one direction: kernel, recurrent kernel if there is one, and bias if there is one."""

ORDER = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "RNN": (0,)}
"""Indices of Keras's gates in ONNX's order."""


@dataclass(frozen=True)
class Cell:
    """The computation of a step.

    Attributes:
        kind: the ONNX operator: ``LSTM``, ``GRU`` or ``RNN``.
        reset_after: of a GRU (Keras's option).
    """

    kind: str
    units: int
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    reset_after: bool = True

    @property
    def gates(self) -> int:
        return len(ORDER[self.kind])

    def biases(self, bias: Weights) -> tuple[Array, Array]:
        """Biases of the input and state products, each ``[gates * units]``; ``bias`` is Keras's or empty."""
        nothing = np.zeros(self.gates * self.units, np.float32)
        if not bias:
            return nothing, nothing
        return (bias[0][0], bias[0][1]) if bias[0].ndim == 2 else (bias[0], nothing)
