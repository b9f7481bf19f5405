"""``task``: one file per type. Modules in this package are discovered automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from seqclf.config.schema.tasks.base import TaskOptions
from seqclf.option_types import kinds_in, one_of

__all__ = ["TASKS", "TaskConfig", "TaskOptions"]

TASKS: dict[str, type[TaskOptions]] = kinds_in(__name__, TaskOptions, default="classification")

if TYPE_CHECKING:
    TaskConfig: TypeAlias = TaskOptions
else:
    TaskConfig = one_of(TASKS, default="classification", by_name=True)
