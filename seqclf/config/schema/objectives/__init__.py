"""``training.objectives``: one file per type. Modules in this package are discovered automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from seqclf.config.schema.objectives.base import ObjectiveOptions
from seqclf.option_types import kinds_in, one_of

__all__ = ["OBJECTIVES", "ObjectiveConfig", "ObjectiveOptions"]

OBJECTIVES: dict[str, type[ObjectiveOptions]] = kinds_in(__name__, ObjectiveOptions)

if TYPE_CHECKING:
    ObjectiveConfig: TypeAlias = ObjectiveOptions
else:
    ObjectiveConfig = one_of(OBJECTIVES, by_name=True)
