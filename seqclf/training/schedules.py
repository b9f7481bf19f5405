"""Learning-rate schedules in closed form: the rate of an update depends only on its position in the training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seqclf.config.schema import (
    CosineSchedule,
    ExponentialSchedule,
    InverseSqrtSchedule,
    LinearSchedule,
    OneCycleSchedule,
    Schedule,
    ScheduleConfig,
    TrainingConfig,
)
from seqclf.data.batches import Batches


@dataclass(frozen=True)
class Horizon:
    """The length of a training that nothing stops.

    Attributes:
        updates: in the first epoch. With ``batch_tokens`` other epochs have a few more or fewer; every epoch takes an
            equal part of the schedule.
    """

    updates: int
    epochs: int

    @classmethod
    def of(cls, train: Batches, config: TrainingConfig, seed: int) -> Horizon:
        return cls(updates_of(len(train.shuffled(seed, epoch=1)), config), config.epochs)

    @property
    def total(self) -> int:
        return self.updates * self.epochs

    def number(self, epoch: int, update: int, updates: int) -> float:
        """Number, within the training, of the ``update``-th of an epoch's ``updates``; all count from 1."""
        return (epoch - 1) * self.updates + (update - 1) * self.updates / updates + 1


def updates_of(steps: int, config: TrainingConfig) -> int:
    """Number of updates in ``steps`` steps of an epoch."""
    return -(-steps // config.accumulate_steps)


def rate_share(schedule: ScheduleConfig | None, number: float, horizon: Horizon) -> float:
    """The factor of an update's learning rate; in [0, 1].

    Args:
        number: of the update, from 1. A schedule that decays to ``final`` would reach it at ``horizon.total + 1``.
    """
    if schedule is None:
        return 1.0
    if isinstance(schedule, OneCycleSchedule):
        return _one_cycle(schedule, (number - 1) / horizon.total)
    full = max(1.0, warmup_updates(schedule, horizon))
    if number < full:
        return number / full
    after = _AFTER_WARMUP.get(type(schedule))
    return after(schedule, number, full, horizon) if after else 1.0


def warmup_updates(schedule: Schedule, horizon: Horizon) -> float:
    """Number of the update at which the rate reaches its peak; 0: it starts there."""
    warmup = schedule.warmup
    return warmup if isinstance(warmup, int) else warmup * horizon.total


def _one_cycle(schedule: OneCycleSchedule, done: float) -> float:
    if done < schedule.rise:
        return schedule.start + (1 - schedule.start) * done / schedule.rise
    return 1 - (1 - schedule.final) * (done - schedule.rise) / (1 - schedule.rise)


def _linear(schedule: LinearSchedule, number: float, full: float, horizon: Horizon) -> float:
    return 1 - (1 - schedule.final) * _decayed(number, full, horizon)


def _cosine(schedule: CosineSchedule, number: float, full: float, horizon: Horizon) -> float:
    return schedule.final + (1 - schedule.final) * (1 + math.cos(math.pi * _decayed(number, full, horizon))) / 2


def _exponential(schedule: ExponentialSchedule, number: float, full: float, horizon: Horizon) -> float:
    share: float = schedule.rate ** ((number - full) / horizon.updates / schedule.every)
    return share


def _inverse_sqrt(schedule: InverseSqrtSchedule, number: float, full: float, horizon: Horizon) -> float:
    return math.sqrt(full / number)


def _decayed(number: float, full: float, horizon: Horizon) -> float:
    return (number - full) / (horizon.total + 1 - full)


_AFTER_WARMUP: dict[type, Callable[[Any, float, float, Horizon], float]] = {
    LinearSchedule: _linear,
    CosineSchedule: _cosine,
    ExponentialSchedule: _exponential,
    InverseSqrtSchedule: _inverse_sqrt,
}
