"""The table rows that evaluated texts come from. They are read again when needed, never kept in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.sources import RowSource
from seqclf.sources.parts import described
from seqclf.sources.table.files import files_of
from seqclf.tables.packed import open_binary

_INT64 = range(-(2**63), 2**63)
_OTHER = "other"


@dataclass(frozen=True)
class InputRows:
    """One row per text, in order.

    Attributes:
        part: the file or files, as the source names them.
        places: indices of the rows in the file, ascending, ``int64``; None: all rows.
    """

    source: RowSource
    part: str
    places: NDArray[np.int64] | None = None

    def chosen(self, indices: NDArray[np.int64]) -> InputRows:
        """The rows at ascending ``indices``."""
        return replace(self, places=indices if self.places is None else self.places[indices])

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Raises ``InputError`` if the file can no longer be read or has fewer rows than before."""
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
        """The error for a file whose rows are no longer the evaluated ones."""
        return InputError(f"{described(self.part)}: changed while it was read; try again when it no longer changes")

    @cached_property
    def columns(self) -> list[str]:
        """The columns of all rows, in the order in which they appear."""
        return list(self._kinds)

    @cached_property
    def _kinds(self) -> dict[str, set[str]]:
        """The kinds of values in each column. Only jsonl is read to its end: other files have a header."""
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
        """A ``pyarrow.DataType`` for all values of each column: text for columns of mixed kinds or of objects."""
        import pyarrow
        import pyarrow.parquet

        if self.source.kind(self.part) == "parquet":
            with open_binary(files_of(self.part)[0]) as file:
                schema = pyarrow.parquet.read_schema(file)
            return dict(zip(schema.names, schema.types, strict=True))
        scalars = {"bool": pyarrow.bool_(), "int": pyarrow.int64(), "float": pyarrow.float64(), "str": pyarrow.string()}
        lists = {f"list of {name}": pyarrow.list_(kind) for name, kind in scalars.items()}
        by_kind = {**scalars, **lists}
        return {column: by_kind.get(_common(found), pyarrow.string()) for column, found in self._kinds.items()}


def _common(kinds: set[str]) -> str:
    """A kind that can represent values of all these kinds."""
    if kinds == {"int", "float"}:
        return "float"
    of_items = kinds - {"list"} or kinds  # an empty list is a list of anything
    if len(of_items) == 1 and (kinds == of_items or next(iter(of_items)).startswith("list of ")):
        return next(iter(of_items))
    return _OTHER


def _kind(value: Any) -> str:
    """The name of a JSON value's kind; a list of simple values of one kind has its own kind."""
    if value == []:
        return "list"
    if isinstance(value, list):
        inside = {_kind(item) for item in value}
        return f"list of {inside.pop()}" if len(inside) == 1 else _OTHER
    if isinstance(value, int) and value not in _INT64:
        return _OTHER
    return type(value).__name__ if isinstance(value, bool | int | float | str) else _OTHER
