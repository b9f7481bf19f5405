"""Write rows as csv, tsv or jsonl, block by block; the output can be cut back to an earlier block."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from seqclf.tables.csv_writer import csv_writer
from seqclf.tables.json_writer import as_json

Rows = Sequence[Mapping[str, Any]]


_BREAKS = re.compile(r"\r\n|[\t\r\n]")


class Writer(Protocol):
    """Writes to a temporary place; ``position`` is the progress, and ``finish`` completes the file."""

    flat: bool
    """Whether rows must not contain lists and objects of predictions."""

    def write(self, rows: Rows, added: Sequence[str] = ()) -> dict[int, str]:
        """Write the rows that fit the file; return what is wrong with the others, by index.

        In csv and tsv, the first block determines the columns, with those ``added`` last; missing values are empty.
        """

    @property
    def position(self) -> int: ...

    def sync(self) -> None:
        """Flush the output so far to disk."""

    def cut(self, position: int) -> None:
        """Discard the output after ``position``."""

    def finish(self) -> Path:
        """Return the complete file."""

    @property
    def notes(self) -> list[str]:
        """What a user should know about the complete file."""


class LineWriter:
    """Writes csv, tsv (no quoting: tabs and line ends in a field become spaces) or jsonl."""

    def __init__(self, kind: str, file: BinaryIO, path: Path | None = None) -> None:
        self.flat = kind != "jsonl"
        self._kind, self._file, self._path = kind, file, path
        self._written = file.tell() if path is not None else 0
        self._columns: list[str] = []

    @classmethod
    def into(cls, kind: str, folder: Path) -> LineWriter:
        """A writer that appends to a file in ``folder``."""
        path = folder / f"rows.{kind}"
        return cls(kind, path.open("ab"), path)

    def write(self, rows: Rows, added: Sequence[str] = ()) -> dict[int, str]:
        rejected: dict[int, str] = {}
        if self._kind == "jsonl":
            text = "".join(as_json(row) + "\n" for row in rows)
        else:
            new = self._written == 0
            self._columns = columns_of(rows, added) if new else self._columns or self._header()
            rejected = _unknown_columns(rows, self._columns)
            kept = [row for place, row in enumerate(rows) if place not in rejected]
            text = self._table([*([dict(zip(self._columns, self._columns, strict=True))] if new else []), *kept])
        content = text.encode("utf-8", "backslashreplace")  # lone surrogates of a JSON text
        self._file.write(content)
        self._file.flush()
        self._written += len(content)
        return rejected

    def _table(self, rows: Rows) -> str:
        text = io.StringIO(newline="")
        if self._kind == "csv":
            write: Callable[[Sequence[Any]], object] = csv_writer(text)
        else:
            tabs = csv.writer(text, "excel-tab", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
            write = tabs.writerow
        for row in rows:
            write([self._field(row.get(column)) for column in self._columns])
        return text.getvalue()

    def _header(self) -> list[str]:
        """The header of the existing file."""
        assert self._path is not None
        with self._path.open(encoding="utf-8", newline="") as file:
            if self._kind == "csv":
                return next(csv.reader(file))
            return next(csv.reader(file, "excel-tab", quoting=csv.QUOTE_NONE))

    def _field(self, value: Any) -> Any:
        if isinstance(value, list | dict):
            value = as_json(value)
        if self._kind == "tsv" and isinstance(value, str):
            return _BREAKS.sub(" ", value)
        return value

    @property
    def position(self) -> int:
        return self._written

    @property
    def notes(self) -> list[str]:
        return []

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def cut(self, position: int) -> None:
        self._file.truncate(position)
        self._written = position

    def finish(self) -> Path:
        assert self._path is not None
        os.fsync(self._file.fileno())
        self._file.close()
        return self._path


def columns_of(rows: Rows, added: Sequence[str]) -> list[str]:
    """The columns of all rows, in order of appearance, then those ``added``."""
    last = set(added)
    return [*dict.fromkeys(name for row in rows for name in row if name not in last), *added]


def _unknown_columns(rows: Rows, columns: Sequence[str]) -> dict[int, str]:
    """Errors, by row index, for rows with a column that is not in ``columns``."""
    known = set(columns)
    found = ((place, next((name for name in row if name not in known), None)) for place, row in enumerate(rows))
    return {place: f'"{name}" is not a column of the rows before' for place, name in found if name is not None}
