"""Writing rows as csv, tsv, jsonl or parquet, block by block; what is written can be cut back to an earlier block."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from seqclf.errors import InputError
from seqclf.files import replacing

WRITE_KINDS = ("csv", "tsv", "jsonl", "parquet")

Rows = Sequence[Mapping[str, Any]]


class Writer(Protocol):
    """Writes into a place of its own; ``position`` says how far, and ``finish`` makes the file whole."""

    flat: bool
    """Whether rows must not hold lists and objects of predictions."""

    def write(self, rows: Rows) -> dict[int, str]:
        """Write the rows but those that do not fit; gives what is wrong with these, by their places."""

    @property
    def position(self) -> int: ...

    def cut(self, position: int) -> None:
        """Forget what was written after that position."""

    def finish(self) -> Path:
        """The whole file."""


class LineWriter:
    """csv, tsv (no quoting: tabs and line ends in a field become spaces) or jsonl."""

    def __init__(self, kind: str, file: BinaryIO, path: Path | None = None) -> None:
        self.flat = kind != "jsonl"
        self._kind, self._file, self._path = kind, file, path
        self._written = file.tell() if path is not None else 0

    @classmethod
    def into(cls, kind: str, folder: Path) -> LineWriter:
        """Writes on at the end of a file in that folder."""
        path = folder / f"rows.{kind}"
        return cls(kind, path.open("ab"), path)

    def write(self, rows: Rows) -> dict[int, str]:
        if self._kind == "jsonl":
            text = "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
        else:
            text = self._table(rows)
        content = text.encode("utf-8", "backslashreplace")  # lone surrogates of a JSON text
        self._file.write(content)
        self._file.flush()
        self._written += len(content)
        return {}

    def _table(self, rows: Rows) -> str:
        text = io.StringIO(newline="")
        if self._kind == "csv":
            writer = csv.writer(text, lineterminator="\n")
        else:
            writer = csv.writer(text, "excel-tab", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        if rows and self._written == 0:
            writer.writerow(map(self._field, rows[0]))
        writer.writerows(map(self._field, row.values()) for row in rows)
        return text.getvalue()

    def _field(self, value: Any) -> Any:
        if isinstance(value, list | dict):
            value = json.dumps(value, ensure_ascii=False, default=str)
        if self._kind == "tsv" and isinstance(value, str):
            return " ".join(value.replace("\t", " ").splitlines())
        return value

    @property
    def position(self) -> int:
        return self._written

    def cut(self, position: int) -> None:
        self._file.truncate(position)
        self._written = position

    def finish(self) -> Path:
        assert self._path is not None
        os.fsync(self._file.fileno())
        self._file.close()
        return self._path


class ParquetWriter:
    """Each block a file of its own, joined when all are there. The first block decides the columns' types."""

    flat = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = len(list(self._files()))

    def write(self, rows: Rows) -> dict[int, str]:
        import pyarrow.parquet

        if not rows:
            return {}
        schema = pyarrow.parquet.read_schema(self._path(0)) if self._parts else _schema(rows)
        refused = _refused(rows, schema)
        kept = [row for place, row in enumerate(rows) if place not in refused]
        columns = {name: _values(kept, name, schema.field(name).type) for name in schema.names}
        with replacing(self._path(self._parts)) as beside:
            pyarrow.parquet.write_table(pyarrow.table(columns, schema=schema), beside)
        self._parts += 1
        return refused

    @property
    def position(self) -> int:
        return self._parts

    def cut(self, position: int) -> None:
        for path in list(self._files())[position:]:
            path.unlink()
        self._parts = position

    def finish(self) -> Path:
        import pyarrow.parquet

        whole = self._folder / "whole"
        if not self._parts:
            raise InputError("there is no row to write; a parquet file needs one to know its columns")
        schema = pyarrow.parquet.read_schema(self._path(0))
        with replacing(whole) as beside, pyarrow.parquet.ParquetWriter(beside, schema) as writer:
            for part in range(self._parts):
                writer.write_table(pyarrow.parquet.read_table(self._path(part)))
        return whole

    def _path(self, part: int) -> Path:
        return self._folder / f"part-{part:06}.parquet"

    def _files(self) -> Iterator[Path]:
        yield from sorted(self._folder.glob("part-*.parquet"))


def _schema(rows: Rows) -> Any:
    """Types of the columns, from the rows' values; of several kinds, or none, text."""
    import pyarrow

    fields = []
    for name in rows[0]:
        try:
            kind = pyarrow.infer_type([row[name] for row in rows])
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
            kind = pyarrow.string()
        fields.append((name, pyarrow.string() if pyarrow.types.is_null(kind) else kind))
    return pyarrow.schema(fields)


def _values(rows: Rows, name: str, kind: Any) -> list[Any]:
    """A column's values, as text where it is one of texts."""
    import pyarrow

    values = [row.get(name) for row in rows]
    if not pyarrow.types.is_string(kind):
        return values
    return [
        value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        for value in values
    ]


def _refused(rows: Rows, schema: Any) -> dict[int, str]:
    """Places of the rows that hold what a column of the schema cannot, or columns that it does not have."""
    import pyarrow

    wrong: dict[int, str] = {}
    for name in schema.names:
        kind = schema.field(name).type
        try:
            pyarrow.array(_values(rows, name, kind), kind)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError):
            for place, row in enumerate(rows):
                try:
                    pyarrow.array([row.get(name)], kind)
                except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError):
                    wrong[place] = f'"{name}" is {row[name]!r:.40}, no {kind} as in the rows before'
    for place, row in enumerate(rows):
        if more := [name for name in row if name not in schema.names]:
            wrong.setdefault(place, f'"{more[0]}" is no column of the rows before')
    return wrong
