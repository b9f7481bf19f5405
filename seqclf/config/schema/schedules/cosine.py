"""Cosine decay."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import FINAL, Horizon, WarmupSchedule, decayed
from seqclf.option_types import Fraction


class CosineSchedule(WarmupSchedule):
    """Decay along half a cosine (Loshchilov & Hutter 2017, without restarts)."""

    other_names = ("cosine_decay", "cosine_annealing", "cosineannealinglr")

    type: Literal["cosine"] = Field(description="Schedule type.")
    final: Fraction = Field(0.0, description=FINAL)

    @property
    def planned(self) -> str:
        return self.type

    def after_warmup(self, number: float, peak: float, horizon: Horizon) -> float:
        return self.final + (1 - self.final) * (1 + math.cos(math.pi * decayed(number, peak, horizon))) / 2
