"""Decay with the inverse square root of the number of updates."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import UPDATES, WARMUP, Horizon, WarmupSchedule
from seqclf.option_types import PositiveFraction


class InverseSqrtSchedule(WarmupSchedule):
    """Decay with the inverse square root of the number of updates, after a warm-up (Vaswani et al. 2017)."""

    other_names = ("noam", "rsqrt", "inverse_square_root")

    type: Literal["inverse_sqrt"] = Field(description="Schedule type.")
    warmup: Annotated[int, Field(ge=1, le=1_000_000_000, json_schema_extra=UPDATES)] | PositiveFraction = Field(
        description=WARMUP.format("; the longer it is, the slower the decay")
    )

    def after_warmup(self, number: float, peak: float, horizon: Horizon) -> float:
        return math.sqrt(peak / number)
