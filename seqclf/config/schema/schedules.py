"""``training.schedule``: how the learning rate changes with each update."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from seqclf.option_types import Epochs, Fraction, PositiveFraction, Strict

_Updates = {"unit": "updates"}
_WARMUP = "Updates, or a fraction of all updates if below 1, over which the rate rises linearly to `learning_rate`{}."
_FINAL = "Final learning rate, as a fraction of `learning_rate`."


class Schedule(Strict):
    warmup: Annotated[int, Field(ge=0, le=1_000_000_000, json_schema_extra=_Updates)] | Fraction = Field(
        0, description=_WARMUP.format("; 0: no warm-up")
    )


class ConstantSchedule(Schedule):
    """A constant learning rate after the warm-up."""

    type: Literal["constant"] = Field(description="Schedule type.")


class LinearSchedule(Schedule):
    """Linear decay from the end of the warm-up to the last update."""

    type: Literal["linear"] = Field(description="Schedule type.")
    final: Fraction = Field(0.0, description=_FINAL)


class CosineSchedule(Schedule):
    """Decay along half a cosine (Loshchilov & Hutter 2017, without restarts)."""

    type: Literal["cosine"] = Field(description="Schedule type.")
    final: Fraction = Field(0.0, description=_FINAL)


class ExponentialSchedule(Schedule):
    """Decay by a constant factor, applied smoothly at every update."""

    type: Literal["exponential"] = Field(description="Schedule type.")
    rate: PositiveFraction = Field(description="Factor by which the learning rate changes over `every` epochs.")
    every: Epochs = Field(1, description="Number of epochs over which the learning rate is multiplied by `rate`.")


class InverseSqrtSchedule(Schedule):
    """Decay with the inverse square root of the number of updates, after a warm-up (Vaswani et al. 2017)."""

    type: Literal["inverse_sqrt"] = Field(description="Schedule type.")
    warmup: Annotated[int, Field(ge=1, le=1_000_000_000, json_schema_extra=_Updates)] | PositiveFraction = Field(
        description=_WARMUP.format("; the longer it is, the slower the decay")
    )


class OneCycleSchedule(Strict):
    """A linear increase, then a linear decay to almost zero (Smith 2018; the momentum stays constant)."""

    type: Literal["one_cycle"] = Field(description="Schedule type.")
    start: PositiveFraction = Field(
        0.04, description="Learning rate at the first update, as a fraction of `learning_rate`."
    )
    rise: PositiveFraction = Field(0.3, description="Fraction of all updates during which the rate increases.")
    final: Fraction = Field(1e-4, description=_FINAL)


class PlateauSchedule(Schedule):
    """A reduction whenever the validation score that decides the best epoch stops improving."""

    type: Literal["plateau"] = Field(description="Schedule type.")
    factor: PositiveFraction = Field(0.5, description="Factor applied to the learning rate at each reduction.")
    patience: Epochs = Field(
        1,
        description="Reduce the rate after this many epochs without improvement, counted from the best epoch or the "
        "last reduction.",
    )
    final: Fraction = Field(0.0, description="Lower bound of the rate, as a fraction of `learning_rate`.")


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
