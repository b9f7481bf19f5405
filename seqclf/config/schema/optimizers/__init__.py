"""``training.optimizer``: one file per type. Modules in this package are discovered automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from seqclf.config.schema.optimizers.base import Optimizer
from seqclf.option_types import kinds_in, one_of

__all__ = ["OPTIMIZERS", "Optimizer", "OptimizerConfig"]

OPTIMIZERS: dict[str, type[Optimizer]] = kinds_in(__name__, Optimizer, default="adam")

if TYPE_CHECKING:
    OptimizerConfig: TypeAlias = Optimizer
else:
    OptimizerConfig = one_of(OPTIMIZERS, default="adam")
