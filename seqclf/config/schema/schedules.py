"""``training.schedule``: how the learning rate changes from update to update."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from seqclf.option_types import Epochs, PositiveShare, Share, Strict

_Updates = {"unit": "updates"}
_WARMUP = "Updates, or a fraction of all updates if below 1, over which the rate rises linearly to `learning_rate`{}."
_FINAL = "Fraction of the learning rate that is left at the end of training."


class Schedule(Strict):
    warmup: Annotated[int, Field(ge=0, le=1_000_000_000, json_schema_extra=_Updates)] | Share = Field(
        0, description=_WARMUP.format("; 0: no warm-up")
    )


class ConstantSchedule(Schedule):
    """The same learning rate throughout, after the warm-up."""

    type: Literal["constant"] = Field(description="The kind of schedule.")


class LinearSchedule(Schedule):
    """Linear decay from the end of the warm-up to the last update."""

    type: Literal["linear"] = Field(description="The kind of schedule.")
    final: Share = Field(0.0, description=_FINAL)


class CosineSchedule(Schedule):
    """Decay along half a cosine (Loshchilov & Hutter 2017, without restarts)."""

    type: Literal["cosine"] = Field(description="The kind of schedule.")
    final: Share = Field(0.0, description=_FINAL)


class ExponentialSchedule(Schedule):
    """Decay by the same factor in every epoch, a little at each update."""

    type: Literal["exponential"] = Field(description="The kind of schedule.")
    rate: PositiveShare = Field(description="Factor of the learning rate over `every` epochs.")
    every: Epochs = Field(1, description="Epochs over which the learning rate is multiplied by `rate`.")


class InverseSqrtSchedule(Schedule):
    """Decay with the inverse square root of the number of updates, after a warm-up (Vaswani et al. 2017)."""

    type: Literal["inverse_sqrt"] = Field(description="The kind of schedule.")
    warmup: Annotated[int, Field(ge=1, le=1_000_000_000, json_schema_extra=_Updates)] | PositiveShare = Field(
        description=_WARMUP.format("; the longer it is, the slower the decay")
    )


class OneCycleSchedule(Strict):
    """A linear rise, then linear decay to almost zero (Smith 2018; the momentum stays constant)."""

    type: Literal["one_cycle"] = Field(description="The kind of schedule.")
    start: PositiveShare = Field(0.04, description="Fraction of the learning rate at the first update.")
    rise: PositiveShare = Field(0.3, description="Fraction of all updates in which the rate rises.")
    final: Share = Field(1e-4, description=_FINAL)


class PlateauSchedule(Schedule):
    """A cut whenever validation stops improving, by the score that decides which epoch is best."""

    type: Literal["plateau"] = Field(description="The kind of schedule.")
    factor: PositiveShare = Field(0.5, description="Factor of the learning rate at each cut.")
    patience: Epochs = Field(
        1,
        description="Cut the rate after this many epochs without improvement, since the best one and the last cut.",
    )
    final: Share = Field(0.0, description="Fraction of the learning rate below which it is never cut.")


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
