"""Write rows as csv, tsv, jsonl or parquet, block by block; the output can be cut back to an earlier block."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from seqclf.errors import InputError
from seqclf.files import replacing
from seqclf.tables.csv_writer import csv_writer

Rows = Sequence[Mapping[str, Any]]


class Writer(Protocol):
    """Writes to a temporary place; ``position`` is the progress, and ``finish`` completes the file."""

    flat: bool
    """Whether rows must not contain lists and objects of predictions."""

    def write(self, rows: Rows, added: Sequence[str] = ()) -> dict[int, str]:
        """Write the rows that fit the file; return what is wrong with the others, by index.

        In formats with columns, the first block determines them, with those ``added`` last; missing values are empty.
        """

    @property
    def position(self) -> int: ...

    def sync(self) -> None:
        """Flush the output so far to disk."""

    def cut(self, position: int) -> None:
        """Discard the output after ``position``."""

    def finish(self) -> Path:
        """Return the complete file."""


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
            text = "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
        else:
            new = self._written == 0
            self._columns = _columns(rows, added) if new else self._columns or self._header()
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
            value = json.dumps(value, ensure_ascii=False, default=str)
        if self._kind == "tsv" and isinstance(value, str):
            return " ".join(value.replace("\t", " ").splitlines())
        return value

    @property
    def position(self) -> int:
        return self._written

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


class ParquetWriter:
    """Writes each block to a separate file and joins them at the end. The first block determines the types of columns
    that ``types`` (``pyarrow.DataType`` by column) does not name."""

    flat = False

    def __init__(self, folder: Path, types: Mapping[str, Any] | None = None) -> None:
        self._folder = folder
        self._types = types or {}
        self._parts = len(list(self._files()))

    def write(self, rows: Rows, added: Sequence[str] = ()) -> dict[int, str]:
        import pyarrow.parquet

        if not rows:
            return {}
        schema = pyarrow.parquet.read_schema(self._path(0)) if self._parts else _schema(rows, added, self._types)
        rejected = _rejected(rows, schema)
        kept = [row for place, row in enumerate(rows) if place not in rejected]
        columns = {name: _values(kept, name, schema.field(name).type) for name in schema.names}
        with replacing(self._path(self._parts)) as temporary:
            pyarrow.parquet.write_table(pyarrow.table(columns, schema=schema), temporary)
        self._parts += 1
        return rejected

    @property
    def position(self) -> int:
        return self._parts

    def sync(self) -> None:
        pass  # each part is synced when it is complete

    def cut(self, position: int) -> None:
        for path in list(self._files())[position:]:
            path.unlink()
        self._parts = position

    def finish(self) -> Path:
        import pyarrow.parquet

        complete = self._folder / "complete"
        if not self._parts:
            raise InputError("no row to write; a parquet file needs at least one to determine its columns")
        schema = pyarrow.parquet.read_schema(self._path(0))
        with replacing(complete) as temporary, pyarrow.parquet.ParquetWriter(temporary, schema) as writer:
            for part in range(self._parts):
                writer.write_table(pyarrow.parquet.read_table(self._path(part)))
        return complete

    def _path(self, part: int) -> Path:
        return self._folder / f"part-{part:06}.parquet"

    def _files(self) -> Iterator[Path]:
        yield from sorted(self._folder.glob("part-*.parquet"))


def _schema(rows: Rows, added: Sequence[str], types: Mapping[str, Any]) -> Any:
    """Types of the columns: from ``types``, else from the rows' values; text for mixed kinds or no values."""
    import pyarrow

    fields = []
    for name in _columns(rows, added):
        if name in types:
            fields.append((name, types[name]))
            continue
        try:
            kind = pyarrow.infer_type([row.get(name) for row in rows])
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, UnicodeEncodeError):
            kind = pyarrow.string()
        fields.append((name, kind if _can_be_written(kind) else pyarrow.string()))
    return pyarrow.schema(fields)


def _can_be_written(kind: Any) -> bool:
    """Whether parquet can store the type: neither nulls only nor objects without fields, at any depth."""
    import pyarrow

    if pyarrow.types.is_null(kind):
        return False
    if pyarrow.types.is_nested(kind):
        inner = [kind.field(place).type for place in range(kind.num_fields)]
        return bool(inner) and all(map(_can_be_written, inner))
    return True


def _columns(rows: Rows, added: Sequence[str]) -> list[str]:
    """The columns of all rows, in order of appearance, then those ``added``."""
    last = set(added)
    return [*dict.fromkeys(name for row in rows for name in row if name not in last), *added]


def _values(rows: Rows, name: str, kind: Any) -> list[Any]:
    """A column's values, as text if the column is text."""
    import pyarrow

    values = [row.get(name) for row in rows]
    if not pyarrow.types.is_string(kind):
        return values
    return [value if value is None else _as_text(value) for value in values]


def _as_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.encode("utf-8", "backslashreplace").decode()  # lone surrogates of a JSON text


def _rejected(rows: Rows, schema: Any) -> dict[int, str]:
    """Errors, by row index, for rows with values that the schema cannot store or with unknown columns."""
    import pyarrow

    unwritable = (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError, UnicodeEncodeError)
    wrong: dict[int, str] = {}
    for name in schema.names:
        kind = schema.field(name).type
        try:
            pyarrow.array(_values(rows, name, kind), kind)
        except unwritable:
            for place, row in enumerate(rows):
                try:
                    pyarrow.array(_values([row], name, kind), kind)
                except unwritable:
                    wrong[place] = f'"{name}" is {row[name]!r:.40}, not {kind} as in the rows before'
    return {**_unknown_columns(rows, schema.names), **wrong}


def _unknown_columns(rows: Rows, columns: Sequence[str]) -> dict[int, str]:
    """Errors, by row index, for rows with a column that is not in ``columns``."""
    known = set(columns)
    found = ((place, next((name for name in row if name not in known), None)) for place, row in enumerate(rows))
    return {place: f'"{name}" is not a column of the rows before' for place, name in found if name is not None}
