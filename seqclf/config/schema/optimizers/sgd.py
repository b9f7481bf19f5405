"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from seqclf.config.schema.optimizers.base import LEARNING_RATE, Optimizer
from seqclf.option_types import AutoReal, Decay


class Sgd(Optimizer):
    """Stochastic gradient descent."""

    keras_class = "SGD"

    type: Literal["sgd"] = Field(description="Optimizer type.")
    learning_rate: AutoReal = Field(1e-2, description=LEARNING_RATE)
    momentum: Decay = Field(0.0, description="Fraction of the last update added to the next one.")
    nesterov: bool = Field(False, description="Use Nesterov momentum (Nesterov 1983); needs `momentum`.")

    @property
    def slots(self) -> int:
        return int(self.momentum > 0)

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.nesterov and not self.momentum:
            yield "nesterov", "has no effect without momentum: set training.optimizer.momentum, such as 0.9"
