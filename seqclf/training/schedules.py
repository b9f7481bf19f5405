"""The learning rate of each update in a training."""

from __future__ import annotations

from seqclf.config.schema import ScheduleConfig, TrainingConfig
from seqclf.config.schema.schedules import Horizon
from seqclf.tasks.base import BatchPlan


def horizon_of(train: BatchPlan, config: TrainingConfig, seed: int) -> Horizon:
    """The length of a training with these batches."""
    return Horizon(updates_of(len(train.shuffled(seed, epoch=1)), config), config.epochs)


def updates_of(steps: int, config: TrainingConfig) -> int:
    """Number of updates in ``steps`` steps of an epoch."""
    return -(-steps // config.accumulate_steps)


def rate_share(schedule: ScheduleConfig | None, number: float, horizon: Horizon) -> float:
    """``Schedule.rate_share``, or the constant rate of a config without a schedule."""
    return 1.0 if schedule is None else schedule.rate_share(number, horizon)
