"""Adam."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.optimizers.base import Optimizer
from seqclf.option_types import Decay, PositiveReal


class AdamOptions(Optimizer):
    """Options of Adam and its variants."""

    beta_1: Decay = Field(0.9, description="Decay of the running mean of the gradients.")
    beta_2: Decay = Field(0.999, description="Decay of the running mean of the squared gradients.")
    epsilon: PositiveReal = Field(1e-7, description="Added to the divisor.")

    @property
    def slots(self) -> int:
        return 2


class Adam(AdamOptions):
    """Adam (Kingma & Ba 2015)."""

    keras_class = "Adam"

    type: Literal["adam"] = Field("adam", description="Optimizer type.")
