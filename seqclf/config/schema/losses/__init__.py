"""``training.loss``: one file per type. Modules in this package are discovered automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from seqclf.config.schema.losses.base import Loss
from seqclf.option_types import kinds_in, one_of

__all__ = ["LOSSES", "Loss", "LossConfig"]

LOSSES: dict[str, type[Loss]] = kinds_in(__name__, Loss, default="cross_entropy")

if TYPE_CHECKING:
    LossConfig: TypeAlias = Loss
else:
    LossConfig = one_of(LOSSES, default="cross_entropy")
