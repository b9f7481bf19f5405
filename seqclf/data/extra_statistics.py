"""Statistics of the columns beside the text, and warnings about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.column_values import as_number
from seqclf.config.problems import Problem
from seqclf.data.label_sets import some_of
from seqclf.data.label_spelling import alike
from seqclf.extra_columns.base import LEAST_TEXTS
from seqclf.extra_columns.category import MOST_VALUES
from seqclf.sources.texts import LabelledTexts

_MOSTLY_MISSING = 0.5
_MUCH_NEW = 0.05
_MOST_NAMED = 5


@dataclass(frozen=True)
class NumberStatistics:
    """Statistics of a column of numbers in a split.

    Attributes:
        missing: fraction of the texts without a number.
        different: number of different numbers.
        least, median, most: of the numbers; None if there are none.
    """

    missing: float
    different: int
    least: float | None
    median: float | None
    most: float | None

    def __str__(self) -> str:
        if self.least is None:
            return ""
        return f"{self.least:,.6g} to {self.most:,.6g}, median {self.median:,.6g}"


@dataclass(frozen=True)
class CategoryStatistics:
    """Statistics of a column of categories in a split.

    Attributes:
        missing: fraction of the texts without a category.
        counts: texts of each category, the most frequent first.
        new: fraction of the texts whose category does not occur in the training texts.
    """

    missing: float
    counts: Mapping[str, int]
    new: float = 0.0

    @property
    def different(self) -> int:
        return len(self.counts)

    def __str__(self) -> str:
        named = ", ".join(f"{name} {count:,}" for name, count in list(self.counts.items())[:_MOST_NAMED])
        more = self.different - _MOST_NAMED
        return f"{named}{f' and {more:,} more' if more > 0 else ''}"


ColumnStatistics = NumberStatistics | CategoryStatistics


def extra_statistics(splits: Mapping[str, LabelledTexts]) -> dict[str, dict[str, ColumnStatistics]]:
    """For each column beside the text, its statistics by split; ``splits`` has ``train``."""
    return {
        column: {
            name: _statistics(split.extra[column], splits["train"].extra[column]) for name, split in splits.items()
        }
        for column in splits["train"].extra
    }


def _statistics(values: NDArray[Any], training: NDArray[Any]) -> ColumnStatistics:
    if values.dtype != object:
        given = values[~np.isnan(values)]
        missing, different = 1 - len(given) / len(values), len(np.unique(given))
        if not different:
            return NumberStatistics(missing, 0, None, None, None)
        return NumberStatistics(missing, different, float(given.min()), float(np.median(given)), float(given.max()))
    counts = Counter(values.tolist())
    missing = counts.pop("", 0)
    known = set(training.tolist())
    new = sum(count for name, count in counts.items() if name not in known)
    return CategoryStatistics(missing / len(values), dict(counts.most_common()), new / len(values))


def extra_warnings(columns: Mapping[str, Mapping[str, ColumnStatistics]], texts: int) -> list[Problem]:
    """Warnings about the columns of ``extra_statistics``; ``texts``: number of training texts."""
    return [
        Problem(("data", "extra", column), message)
        for column, splits in columns.items()
        for message in _warnings(splits, texts)
    ]


def _warnings(splits: Mapping[str, ColumnStatistics], texts: int) -> Iterator[str]:
    train = splits["train"]
    for name, split in splits.items():
        if split.missing > _MOSTLY_MISSING and (name == "train" or train.missing <= _MOSTLY_MISSING):
            yield f"{split.missing:.0%} of the {name} texts have no value"
    if train.different == 1:
        yield "all training texts with a value have the same one, so it says nothing; remove the column"
    if isinstance(train, CategoryStatistics):
        yield from _category_warnings(train, texts)
    for name, split in splits.items():
        if isinstance(split, CategoryStatistics) and split.new > _MUCH_NEW:
            yield f"{split.new:.0%} of the {name} texts have a value that no training text has"


def _category_warnings(train: CategoryStatistics, texts: int) -> Iterator[str]:
    frequent = [count for count in train.counts.values() if count >= LEAST_TEXTS][:MOST_VALUES]
    given = texts * (1 - train.missing)
    if train.different > 1 and sum(frequent) < given / 2:
        numbers = "; are they numbers? write number instead of category" if _are_numbers(train.counts) else ""
        yield (
            f"{train.different:,} different values in {texts:,} training texts: only the {len(frequent):,} in at least "
            f"{LEAST_TEXTS} texts count, the others count together{numbers}"
        )
    if same := alike(train.counts):
        yield (f"values that differ only in case, spaces or spelling are different: {some_of(same, _MOST_NAMED)}")


def _are_numbers(names: Mapping[str, int]) -> bool:
    try:
        return bool([as_number(name) for name in names])
    except ValueError:
        return False
