"""RMSprop."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.optimizers.base import Optimizer
from seqclf.option_types import Decay, PositiveReal


class RmsProp(Optimizer):
    """RMSprop (Tieleman & Hinton 2012)."""

    keras_class = "RMSprop"

    type: Literal["rmsprop"] = Field(description="Optimizer type.")
    rho: Decay = Field(0.9, description="Decay of the running mean of the squared gradients.")
    momentum: Decay = Field(0.0, description="Fraction of the last update added to the next one.")
    epsilon: PositiveReal = Field(1e-7, description="Added to the divisor.")

    @property
    def slots(self) -> int:
        return 1 + int(self.momentum > 0)
