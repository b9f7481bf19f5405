"""Linear decay."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import FINAL, Horizon, WarmupSchedule, decayed
from seqclf.option_types import Fraction


class LinearSchedule(WarmupSchedule):
    """Linear decay from the end of the warm-up to the last update."""

    other_names = ("polynomial", "linear_decay")

    type: Literal["linear"] = Field(description="Schedule type.")
    final: Fraction = Field(0.0, description=FINAL)

    @property
    def planned(self) -> str:
        return self.type

    def after_warmup(self, number: float, peak: float, horizon: Horizon) -> float:
        return 1 - (1 - self.final) * decayed(number, peak, horizon)
