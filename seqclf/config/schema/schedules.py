"""``training.schedule``: how the learning rate changes from update to update."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from seqclf.strict import Epochs, PositiveShare, Share, Strict

_Updates = {"unit": "updates"}
_WARMUP = "Updates, or share of all updates where below 1, over which the rate rises evenly to its full height{}."
_FINAL = "Share of the learning rate that it has come down to when the training ends."


class Schedule(Strict):
    warmup: Annotated[int, Field(ge=0, le=1_000_000_000, json_schema_extra=_Updates)] | Share = Field(
        0, description=_WARMUP.format("; 0: it begins there")
    )


class ConstantSchedule(Schedule):
    """The same learning rate all along, after the warm-up."""

    type: Literal["constant"] = Field(description="The kind of schedule.")


class LinearSchedule(Schedule):
    """Evenly down from the warm-up to the last update."""

    type: Literal["linear"] = Field(description="The kind of schedule.")
    final: Share = Field(0.0, description=_FINAL)


class CosineSchedule(Schedule):
    """Down along half a cosine (Loshchilov & Hutter 2017, without restarts)."""

    type: Literal["cosine"] = Field(description="The kind of schedule.")
    final: Share = Field(0.0, description=_FINAL)


class ExponentialSchedule(Schedule):
    """Down by the same factor in every epoch, a little at each update."""

    type: Literal["exponential"] = Field(description="The kind of schedule.")
    rate: PositiveShare = Field(description="What is left of the learning rate after `every` epochs.")
    every: Epochs = Field(1, description="Epochs in which it comes down by `rate`.")


class InverseSqrtSchedule(Schedule):
    """Down with the square root of the number of updates, after a warm-up (Vaswani et al. 2017)."""

    type: Literal["inverse_sqrt"] = Field(description="The kind of schedule.")
    warmup: Annotated[int, Field(ge=1, le=1_000_000_000, json_schema_extra=_Updates)] | PositiveShare = Field(
        description=_WARMUP.format("; the slower it is, the slower the way down")
    )


class OneCycleSchedule(Strict):
    """Evenly up, then evenly down to next to nothing (Smith 2018, the momentum left as it is)."""

    type: Literal["one_cycle"] = Field(description="The kind of schedule.")
    start: PositiveShare = Field(0.04, description="Share of the learning rate at the first update.")
    rise: PositiveShare = Field(0.3, description="Share of all updates on the way up.")
    final: Share = Field(1e-4, description=_FINAL)


class PlateauSchedule(Schedule):
    """Down whenever validation gets no better, by the score that decides which epoch is best."""

    type: Literal["plateau"] = Field(description="The kind of schedule.")
    factor: PositiveShare = Field(0.5, description="What is left of the learning rate each time.")
    patience: Epochs = Field(
        1,
        description="Cut the rate after this many epochs without improvement, since the best one and the last cut.",
    )
    final: Share = Field(0.0, description="Share of the learning rate below which it does not go.")


ScheduleConfig = Annotated[
    ConstantSchedule
    | LinearSchedule
    | CosineSchedule
    | ExponentialSchedule
    | InverseSqrtSchedule
    | OneCycleSchedule
    | PlateauSchedule,
    Field(discriminator="type"),
]
