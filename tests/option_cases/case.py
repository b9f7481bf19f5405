"""A case: two configs that differ in one option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Changes = dict[str, Any]
POOL = [{"type": "pool"}]


@dataclass(frozen=True)
class Case:
    """Two configs that differ in one option, and the cheapest observation that must differ with it.

    Attributes:
        without_labels: texts have no labels; the configs are then not checked as those of a classifier.
    """

    shown_by: Callable[[Any, Any], Any]
    base: Changes
    changed: Changes
    without_labels: bool = False
