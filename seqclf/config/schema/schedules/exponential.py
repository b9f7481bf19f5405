"""Exponential decay."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import Horizon, WarmupSchedule
from seqclf.option_types import Epochs, PositiveFraction


class ExponentialSchedule(WarmupSchedule):
    """Decay by a constant factor, applied smoothly at every update."""

    other_names = ("exp", "exponential_decay", "step", "steplr", "exponentiallr")

    type: Literal["exponential"] = Field(description="Schedule type.")
    rate: PositiveFraction = Field(description="Factor by which the learning rate changes over `every` epochs.")
    every: Epochs = Field(1, description="Number of epochs over which the learning rate is multiplied by `rate`.")

    def after_warmup(self, number: float, peak: float, horizon: Horizon) -> float:
        share: float = self.rate ** ((number - peak) / horizon.updates / self.every)
        return share
