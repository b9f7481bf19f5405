"""The rows of the table that evaluated texts come from, read again when they are needed: none are held in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.data.sources.tables import TableSource
from seqclf.errors import InputError

_INT64 = range(-(2**63), 2**63)
_OTHER = "other"


@dataclass(frozen=True)
class InputRows:
    """One row for each text, in order.

    Attributes:
        part: the file, as the source names it.
        places: of the rows in the file, ascending, ``int64``; None: all of them.
    """

    source: TableSource
    part: str
    places: NDArray[np.int64] | None = None

    def chosen(self, indices: NDArray[np.int64]) -> InputRows:
        """Some of them; ``indices`` ascend."""
        return replace(self, places=indices if self.places is None else self.places[indices])

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Raises ``InputError`` where the file can no longer be read, or has fewer rows than before."""
        rows = enumerate(self.source.rows(self.part))
        wanted: Iterator[int] = itertools.count() if self.places is None else map(int, self.places)
        for place in wanted:
            row = next((row for number, row in rows if number >= place), None)
            if row is None:
                if self.places is None:
                    return
                raise self.changed()
            if isinstance(row, InputError):
                raise row
            yield row[1]

    def changed(self) -> InputError:
        """For a file whose rows are not those that were evaluated."""
        return InputError(f"{self.part}: changed while it was read; try again when it is written")

    @cached_property
    def columns(self) -> list[str]:
        """The columns of all rows, in the order in which they appear."""
        return list(self._kinds)

    @cached_property
    def _kinds(self) -> dict[str, set[str]]:
        """For each column the kinds of its values. Only jsonl is read to its end: other files have a header."""
        if self.source.kind(self.part) != "jsonl":
            return {column: {"str"} for column in next(iter(self), {})}
        kinds: dict[str, set[str]] = {}
        for row in self:
            for column, value in row.items():
                known = kinds.setdefault(column, set())
                if value is not None:
                    known.add(_kind(value))
        return kinds

    def arrow_types(self) -> dict[str, Any]:
        """A ``pyarrow.DataType`` for each column that holds all its values: of several kinds, or of objects, text."""
        import pyarrow
        import pyarrow.parquet

        if self.source.kind(self.part) == "parquet":
            schema = pyarrow.parquet.read_schema(Path(self.part))
            return dict(zip(schema.names, schema.types, strict=True))
        scalars = {"bool": pyarrow.bool_(), "int": pyarrow.int64(), "float": pyarrow.float64(), "str": pyarrow.string()}
        lists = {f"list of {name}": pyarrow.list_(kind) for name, kind in scalars.items()}
        by_kind = {**scalars, **lists}
        return {column: by_kind.get(_common(found), pyarrow.string()) for column, found in self._kinds.items()}


def _common(kinds: set[str]) -> str:
    """The kind that holds values of all these kinds."""
    if kinds == {"int", "float"}:
        return "float"
    of_items = kinds - {"list"} or kinds  # an empty list is a list of anything
    if len(of_items) == 1 and (kinds == of_items or next(iter(of_items)).startswith("list of ")):
        return next(iter(of_items))
    return _OTHER


def _kind(value: Any) -> str:
    """The name of a JSON value's kind; lists of one kind of simple values have kinds of their own."""
    if value == []:
        return "list"
    if isinstance(value, list):
        inside = {_kind(item) for item in value}
        return f"list of {inside.pop()}" if len(inside) == 1 else _OTHER
    if isinstance(value, int) and value not in _INT64:
        return _OTHER
    return type(value).__name__ if isinstance(value, bool | int | float | str) else _OTHER
