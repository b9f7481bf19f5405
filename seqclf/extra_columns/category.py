"""A column of categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.column_values import as_category
from seqclf.extra_columns.base import LEAST_TEXTS, checked_share, is_known

MOST_VALUES = 100
"""Categories of a column with a feature of their own; the others share one."""


@dataclass(frozen=True)
class CategoryColumn:
    """A feature for each frequent category: 1 in texts of the category, else 0, minus its fraction of the texts.

    A category that is rare in the training texts, or new, counts as ``other``. Where too few training texts have such a
    category, or no category, to learn from, it says nothing: all features are 0, as for an average text.

    Attributes:
        values: the categories with a feature, the most frequent first.
        shares: their fractions, of the training texts that have a feature.
        other_share: the fraction of the rare categories together; None if they have no feature.
        missing_share: the fraction of texts without a category; None if that has no feature.
    """

    name: str
    values: tuple[str, ...]
    shares: tuple[float, ...]
    other_share: float | None = None
    missing_share: float | None = None

    kind = "category"

    @classmethod
    def fit(cls, name: str, values: NDArray[Any]) -> Self:
        """From the training texts' values: an array of ``str``, "" where missing."""
        counts = Counter(values.tolist())
        missing = counts.pop("", 0)
        ordered = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_VALUES]
        kept = [value for value in ordered if counts[value] >= LEAST_TEXTS]
        rare = len(values) - missing - sum(counts[value] for value in kept)
        others = rare if rare >= LEAST_TEXTS else 0
        absent = missing if is_known(missing, len(values)) else 0
        total = max(1, sum(counts[value] for value in kept) + others + absent)
        shares = tuple(counts[value] / total for value in kept)
        return cls(name, tuple(kept), shares, others / total or None, absent / total or None)

    @property
    def places(self) -> tuple[float, ...]:
        """The fraction that belongs to each feature: of the values, of the others and of no category."""
        return (*self.shares, *(share for share in (self.other_share, self.missing_share) if share is not None))

    @property
    def width(self) -> int:
        return max(1, len(self.places))

    @property
    def other_place(self) -> int:
        """The feature of rare and new categories; -1: none."""
        return -1 if self.other_share is None else len(self.values)

    @property
    def missing_place(self) -> int:
        """The feature of no category; -1: none."""
        return -1 if self.missing_share is None else len(self.places) - 1

    def parsed(self, value: Any) -> str:
        try:
            return as_category(value)
        except ValueError as error:
            raise ValueError("expected a word") from error

    def array(self, values: list[Any]) -> NDArray[Any]:
        made = np.empty(len(values), object)
        made[:] = values
        return made

    def missing(self, texts: int) -> NDArray[Any]:
        return np.full(texts, "", object)

    @cached_property
    def _place_of(self) -> dict[str, int]:
        return {**{value: place for place, value in enumerate(self.values)}, "": self.missing_place}

    def encode(self, values: NDArray[Any]) -> NDArray[np.float32]:
        places = np.array([self._place_of.get(value, self.other_place) for value in values.tolist()], np.int64)
        return self.table[places]

    @cached_property
    def table(self) -> NDArray[np.float32]:
        """The features for each place, and at last those of a text about which the column says nothing:
        ``float32 [places + 1, width]``."""
        made = np.zeros((len(self.places) + 1, self.width), np.float32)
        if self.places:
            made[:-1] = np.eye(len(self.places)) - np.array(self.places)
        return made

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.kind,
            "values": dict(zip(self.values, self.shares, strict=True)),
            "other_share": self.other_share,
            "missing_share": self.missing_share,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the output of ``as_json``. Raises ``ValueError`` or ``LookupError`` for anything else."""
        values = dict(value["values"])
        shares = [checked_share(share) for share in values.values()]
        if len(shares) > MOST_VALUES or "" in values:
            raise ValueError(f"the categories of {value['name']!r} are not those of a fit")
        others = checked_share(value["other_share"]), checked_share(value["missing_share"])
        return cls(str(value["name"]), tuple(map(str, values)), tuple(share or 0.0 for share in shares), *others)
