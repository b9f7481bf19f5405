"""``training.schedule``: how the learning rate changes with each update; one file per type. Modules in this package are
discovered automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from seqclf.config.schema.schedules.base import Horizon, Schedule
from seqclf.option_types import kinds_in, one_of

__all__ = ["SCHEDULES", "Horizon", "Schedule", "ScheduleConfig"]

SCHEDULES: dict[str, type[Schedule]] = kinds_in(__name__, Schedule)

if TYPE_CHECKING:
    ScheduleConfig: TypeAlias = Schedule
else:
    ScheduleConfig = one_of(SCHEDULES)
