"""One increase of the learning rate, then one decrease."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import FINAL, Horizon, Schedule
from seqclf.option_types import Fraction, PositiveFraction


class OneCycleSchedule(Schedule):
    """A linear increase, then a linear decay to almost zero (Smith 2018; the momentum stays constant)."""

    other_names = ("1cycle", "onecycle", "onecyclelr")

    type: Literal["one_cycle"] = Field(description="Schedule type.")
    start: PositiveFraction = Field(
        0.04, description="Learning rate at the first update, as a fraction of `learning_rate`."
    )
    rise: PositiveFraction = Field(0.3, description="Fraction of all updates during which the rate increases.")
    final: Fraction = Field(1e-4, description=FINAL)

    @property
    def planned(self) -> str:
        return self.type

    def rate_share(self, number: float, horizon: Horizon) -> float:
        done = (number - 1) / horizon.total
        if done < self.rise:
            return self.start + (1 - self.start) * done / self.rise
        return 1 - (1 - self.final) * (done - self.rise) / (1 - self.rise)
