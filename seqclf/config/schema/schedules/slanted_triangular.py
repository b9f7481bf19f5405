"""A short increase of the learning rate, then a long decrease."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import Horizon, Schedule
from seqclf.option_types import PositiveFraction


class SlantedTriangularSchedule(Schedule):
    """A short linear increase, then a long linear decay (Howard & Ruder 2018, equation 3)."""

    other_names = ("stlr", "slanted_triangle", "slantedtriangular")

    type: Literal["slanted_triangular"] = Field(description="Schedule type.")
    cut_fraction: PositiveFraction = Field(
        0.1, description="Fraction of all updates during which the rate increases to `learning_rate`."
    )
    ratio: Annotated[float, Field(gt=1)] = Field(
        32.0, description="`learning_rate` divided by the lowest rate, at the first update and after the last one."
    )

    @property
    def planned(self) -> str:
        return self.type

    def rate_share(self, number: float, horizon: Horizon) -> float:
        # The paper rounds the cut down to whole updates. Without that, short trainings have no rate below the lowest.
        done = (number - 1) / horizon.total
        cut = self.cut_fraction
        height = done / cut if done < cut else 1 - (done - cut) / (1 - cut)
        return (1 + height * (self.ratio - 1)) / self.ratio
