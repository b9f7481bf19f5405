"""Base classes of all schedules: the rate of an update depends only on its position in the training."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from seqclf.option_types import Fraction, Kind

UPDATES = {"unit": "updates"}
WARMUP = "Updates, or a fraction of all updates if below 1, over which the rate rises linearly to `learning_rate`{}."
FINAL = "Final learning rate, as a fraction of `learning_rate`."


@dataclass(frozen=True)
class Horizon:
    """The length of a training that nothing stops.

    Attributes:
        updates: in the first epoch. With ``batch_tokens`` other epochs have a few more or fewer; every epoch takes an
            equal part of the schedule.
    """

    updates: int
    epochs: int

    @property
    def total(self) -> int:
        return self.updates * self.epochs

    def number(self, epoch: int, update: int, updates: int) -> float:
        """Number, within the training, of the ``update``-th of an epoch's ``updates``; all count from 1."""
        return (epoch - 1) * self.updates + (update - 1) * self.updates / updates + 1


class Schedule(Kind):
    """A schedule: its options (the fields), and the learning rates that they describe.

    A type is a subclass with a field ``type``, ``rate_share`` and ``planned`` in a module of this package. If its rate
    starts with a warm-up, it is a ``WarmupSchedule``.

    Attributes:
        needs_validation: whether it reacts to the validation texts (``cut``).
    """

    needs_validation: ClassVar[bool] = False

    @abstractmethod
    def rate_share(self, number: float, horizon: Horizon) -> float:
        """The factor of an update's learning rate; in [0, 1].

        Args:
            number: of the update, from 1. A schedule that decays to ``final`` would reach it at ``horizon.total + 1``.
        """

    @property
    @abstractmethod
    def planned(self) -> str | None:
        """What depends on the planned number of epochs, in a word for a message.

        None: more epochs would not have changed the rate of any earlier update, so a run can be trained further.
        """

    def cut(self, share: float, waited: int) -> float | None:
        """The factor of all later learning rates in addition to ``rate_share``, or None to leave it at ``share``.

        Called after an epoch if ``needs_validation``.

        Args:
            share: the factor so far; 1 at first.
            waited: number of epochs without improvement, counted from the best epoch or the last cut.
        """
        return None

    def problems_within(self, horizon: Horizon) -> Iterator[tuple[str, str]]:
        """Options that do not fit the length of the training: option and message."""
        return iter(())

    def warnings_within(self, epochs: int, patience: int | None) -> Iterator[tuple[str, str]]:
        """Options that have no effect in ``epochs`` epochs, or with early stopping after ``patience`` epochs without
        improvement (None: no early stopping): option and message."""
        return iter(())


class WarmupSchedule(Schedule):
    """A schedule that can start with a linear warm-up; a type defines ``after_warmup``."""

    warmup: Annotated[int, Field(ge=0, le=1_000_000_000, json_schema_extra=UPDATES)] | Fraction = Field(
        0, description=WARMUP.format("; 0: no warm-up")
    )

    @abstractmethod
    def after_warmup(self, number: float, peak: float, horizon: Horizon) -> float:
        """``rate_share`` from the update on at which the rate has its peak (number ``peak``, at least 1)."""

    def rate_share(self, number: float, horizon: Horizon) -> float:
        peak = max(1.0, self.warmup_updates(horizon))
        return number / peak if number < peak else self.after_warmup(number, peak, horizon)

    def warmup_updates(self, horizon: Horizon) -> float:
        """Number of the update at which the rate reaches its peak; 0: it starts there."""
        return self.warmup if isinstance(self.warmup, int) else self.warmup * horizon.total

    @property
    def planned(self) -> str | None:
        return "warm-up" if isinstance(self.warmup, float) and self.warmup > 0 else None

    def problems_within(self, horizon: Horizon) -> Iterator[tuple[str, str]]:
        if self.warmup_updates(horizon) > horizon.total:
            message = (
                f"expected at most {horizon.total:,}, the updates of the whole training ({horizon.epochs:,} epochs of "
                f"{horizon.updates:,}), or a fraction below 1; found {self.warmup}"
            )
            yield "warmup", message


def decayed(number: float, peak: float, horizon: Horizon) -> float:
    """The elapsed fraction of the updates from the peak to the end."""
    return (number - peak) / (horizon.total + 1 - peak)
