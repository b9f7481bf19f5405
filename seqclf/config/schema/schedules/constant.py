"""A constant learning rate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import Horizon, WarmupSchedule


class ConstantSchedule(WarmupSchedule):
    """A constant learning rate after the warm-up."""

    other_names = ("none", "fixed")

    type: Literal["constant"] = Field(description="Schedule type.")

    def after_warmup(self, number: float, peak: float, horizon: Horizon) -> float:
        return 1.0
