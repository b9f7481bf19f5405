"""How often each label is predicted for each true label; only the pairs that occur are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, overload

_MOST_ROWS = 100
"""Labels up to which JSON has all rows."""

_COLUMNS = ("true", "predicted", "texts")


@dataclass(frozen=True)
class Confusion(Sequence[tuple[int, ...]]):
    """A square matrix of counts, as a sequence of its rows: true labels; the columns are predicted labels.

    Attributes:
        labels: number of rows, and of columns.
        cells: row, column and number of texts of each pair that occurs, in the order of the rows.
    """

    labels: int
    cells: tuple[tuple[int, int, int], ...] = field(repr=False)

    @classmethod
    def of_rows(cls, rows: Iterable[Iterable[int]]) -> Confusion:
        """From all rows."""
        whole = [list(row) for row in rows]
        cells = ((true, place, count) for true, row in enumerate(whole) for place, count in enumerate(row) if count)
        return cls(len(whole), tuple(cells))

    @cached_property
    def texts(self) -> tuple[int, ...]:
        """Number of texts of each true label."""
        sums = [0] * self.labels
        for true, _, count in self.cells:
            sums[true] += count
        return tuple(sums)

    @cached_property
    def _by_row(self) -> dict[int, list[tuple[int, int]]]:
        rows: dict[int, list[tuple[int, int]]] = {}
        for true, predicted, count in self.cells:
            rows.setdefault(true, []).append((predicted, count))
        return rows

    def __len__(self) -> int:
        return self.labels

    @overload
    def __getitem__(self, place: int) -> tuple[int, ...]: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[tuple[int, ...]]: ...

    def __getitem__(self, place: int | slice) -> tuple[int, ...] | Sequence[tuple[int, ...]]:
        if isinstance(place, slice):
            return [self._row(true) for true in range(self.labels)[place]]
        return self._row(range(self.labels)[place])

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return map(self._row, range(self.labels))

    def _row(self, true: int) -> tuple[int, ...]:
        row = [0] * self.labels
        for predicted, count in self._by_row.get(true, ()):
            row[predicted] = count
        return tuple(row)

    def to_json(self) -> Any:
        """All rows; of more than 100 labels, a column each for the true label, the predicted label and the count of the
        pairs that occur. Labels are numbers from 0 on, in the order of the metrics' ``labels``."""
        if self.labels <= _MOST_ROWS:
            return [list(row) for row in self]
        return {name: [cell[place] for cell in self.cells] for place, name in enumerate(_COLUMNS)}

    @classmethod
    def from_json(cls, saved: Any, labels: int) -> Confusion:
        """Read either form of ``to_json``; earlier versions wrote all rows of any number of labels.

        Raises ``ValueError`` for anything else.
        """
        if isinstance(saved, dict):
            return cls(labels, tuple(_cells(saved, labels)))
        if not isinstance(saved, list) or not all(isinstance(row, list) for row in saved):
            raise ValueError('"confusion" is missing or not a list of rows')
        if [len(row) for row in saved] != [labels] * labels:
            raise ValueError('"confusion" does not have a row and a column for each label')
        if not all(_is_count(count) for row in saved for count in row):
            raise ValueError('"confusion" has an entry that is not a whole number')
        return cls.of_rows(saved)


def _cells(saved: dict[str, Any], labels: int) -> Iterator[tuple[int, int, int]]:
    columns = [saved.get(name) for name in _COLUMNS]
    lists = [column for column in columns if isinstance(column, list)]
    if len(lists) < len(columns) or len(set(map(len, lists))) != 1:
        raise ValueError(f'"confusion" does not have lists {", ".join(_COLUMNS)} of equal length')
    before = (-1, -1)
    for true, predicted, count in zip(*lists, strict=True):
        if not (_is_count(true) and _is_count(predicted) and true < labels and predicted < labels):
            raise ValueError('"confusion" has a label that does not exist')
        if (true, predicted) <= before:
            raise ValueError('"confusion" does not have its pairs once and in order')
        if not _is_count(count) or not count:
            raise ValueError('"confusion" has an entry that is not a whole number')
        before = (true, predicted)
        yield true, predicted, count


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
