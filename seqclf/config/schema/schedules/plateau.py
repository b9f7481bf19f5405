"""Reductions of the learning rate on plateaus of the validation score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from seqclf.config.schema.schedules.base import Horizon, WarmupSchedule
from seqclf.option_types import Epochs, Fraction, PositiveFraction


class PlateauSchedule(WarmupSchedule):
    """A reduction whenever the validation score that decides the best epoch stops improving."""

    needs_validation = True
    other_names = ("reduce_on_plateau", "reduce_lr_on_plateau", "reducelronplateau")

    type: Literal["plateau"] = Field(description="Schedule type.")
    factor: PositiveFraction = Field(0.5, description="Factor applied to the learning rate at each reduction.")
    patience: Epochs = Field(
        1,
        description="Reduce the rate after this many epochs without improvement, counted from the best epoch or the "
        "last reduction.",
    )
    final: Fraction = Field(0.0, description="Lower bound of the rate, as a fraction of `learning_rate`.")

    def after_warmup(self, number: float, peak: float, horizon: Horizon) -> float:
        return 1.0

    def cut(self, share: float, waited: int) -> float | None:
        return max(self.final, share * self.factor) if waited == self.patience else None

    def warnings_within(self, epochs: int, patience: int | None) -> Iterator[tuple[str, str]]:
        if patience is not None and self.patience >= patience:
            message = (
                f"training.early_stopping stops after {patience} epochs without improvement, before the rate that is "
                f"reduced after {self.patience} takes effect"
            )
            yield "patience", message
        elif self.patience >= epochs:
            message = (
                f"{self.patience} epochs without improvement do not fit into {epochs} epochs: the rate is never reduced"
            )
            yield "patience", message
