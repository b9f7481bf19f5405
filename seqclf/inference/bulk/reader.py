"""Read a file or a stream row by row, and track the progress."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.file_encoding import UTF8, suggestion
from seqclf.tables.decoding import NotDecoded
from seqclf.tables.formats import OWN_COLUMNS, READ_KINDS, USUAL, kind_of, unknown_ending
from seqclf.tables.names import column_hint, listed, no_such_file, similar_column
from seqclf.tables.packed import reading, unpacked, unpacked_name
from seqclf.tables.row import Notes, ReadingStopped, Row
from seqclf.tables.rows import rows
from seqclf.tables.values import shown
from seqclf.text.fields import filled, join_fields

STREAM = "-"
_LOOKED_AT = 100  # rows of files without a header before a column counts as missing


@dataclass(frozen=True)
class Source:
    """A file, or standard input if ``path`` is ``-``.

    Attributes:
        kind: csv, tsv, jsonl, parquet, tfrecord, xlsx, or txt: one text per line, in the (first) column.
        column: the column of the texts, or several whose values together are a text.
        encoding: of the text, by Python's name.
        extra: columns beside the text to read; a row may lack them.
        instead: a column to read if the first row lacks ``column`` and has this one.
        header: names of the columns of a csv or tsv file without a header line.
        skips_blank_lines: whether blank lines of txt are no texts.
    """

    path: str
    kind: str
    column: str | tuple[str, ...]
    encoding: str = UTF8
    extra: ExtraColumns | None = None
    instead: str | None = None
    header: tuple[str, ...] = ()
    skips_blank_lines: bool = False

    @classmethod
    def of(cls, path: str, kind: str | None, column: str | tuple[str, ...], encoding: str = UTF8) -> Source:
        """``kind`` None: by the file's extension. Raises ``InputError`` if it is unknown or the file is missing."""
        if path == STREAM:
            if kind is None:
                raise InputError(f"standard input has no extension; give its format with --input-format ({_known()})")
            if kind == "parquet":
                raise InputError("parquet cannot be read from a stream; name a file")
            return cls(path, kind, column, encoding)
        file = Path(path)
        if not file.exists():
            raise no_such_file(path)
        if file.is_dir():
            raise InputError(f"{path}: is a folder; name a file of texts")
        kind = kind or ("txt" if unpacked_name(file).suffix.lower() == ".txt" else kind_of(file))
        if kind is None:
            raise InputError(unknown_ending(file, "name the format with --input-format", (*USUAL, ".txt")))
        return cls(path, kind, column, encoding)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the texts. A txt file has the first one only."""
        columns = (self.column,) if isinstance(self.column, str) else self.column
        return columns[:1] if self.kind == "txt" else columns

    @property
    def is_stream(self) -> bool:
        return self.path == STREAM

    @property
    def name(self) -> str:
        return "standard input" if self.is_stream else self.path


class RestUnread(ReadingStopped):
    """The rest of a file to predict cannot be read: a failure, because rows before it may be predicted already."""

    exit_code = 1


class Read(NamedTuple):
    """A row: its location, its text, and its values by column; ``extra``: those beside the text, parsed."""

    where: str
    text: str
    values: Mapping[str, Any]
    extra: Mapping[str, float | str] = {}


class Reader:
    """Rows of a source with their texts, or errors for bad rows.

    Attributes:
        instead: whether the texts are those of ``Source.instead``.
        notes: what was noticed about the file.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._file: BinaryIO | None = None
        self.notes = Notes()
        self._size = 0 if source.is_stream else os.path.getsize(source.path)
        self._absent = dict.fromkeys(() if source.extra is None else source.extra.names)
        self._columns: Sequence[str] = ()  # of the first row
        self.instead = False

    @property
    def absent(self) -> list[str]:
        """Columns beside the text that no row so far has."""
        return list(self._absent)

    @property
    def similar(self) -> dict[str, str]:
        """For each absent column, an unused column of the file with a similar name, if there is one."""
        used = {*self._source.columns, *(() if self._source.extra is None else self._source.extra.names)}
        free = [column for column in self._columns if column not in used]
        found = {column: similar_column(column, free) for column in self._absent}
        return {column: name for column, name in found.items() if name is not None}

    @property
    def share(self) -> float | None:
        """Fraction of the (packed) file read so far; None for a stream, and for kinds that are not read in order."""
        source = self._source
        if self._file is None or source.is_stream or source.kind in ("parquet", "xlsx") or self._file.closed:
            return None
        return self._file.tell() / max(1, self._size)

    def __iter__(self) -> Iterator[Read | InputError]:
        """Raises ``InputError`` if the file lacks the column or cannot be read."""
        columns = self._source.columns
        found, missing = False, 0
        for row in self._rows():
            if isinstance(row, InputError):
                yield row
                continue
            number, values = row
            where = f"{self._source.name}:{number}"
            if not (found or missing) and self._reads_instead(columns, values):
                columns, self.instead = (str(self._source.instead),), True
            if absent := [column for column in columns if column not in values]:
                error = _missing(absent[0], columns, list(values))
                missing += 1
                if not found and (self._source.kind not in OWN_COLUMNS or missing == _LOOKED_AT):
                    raise InputError(f"{self._source.name}: {error}")
                yield InputError(f"{where}: {error}")
                continue
            found = True
            texts = filled([values[column] for column in columns])
            for column, text in zip(columns, texts, strict=True):
                if not isinstance(text, str):
                    yield InputError(f'{where}: "{column}" is {shown(text)}, expected a string')
                    break
            else:
                text = texts[0] if isinstance(self._source.column, str) else join_fields(texts)
                try:
                    yield Read(where, text, values, self._beside(values))
                except InputError as error:
                    yield InputError(f"{where}: {error}")

    def _reads_instead(self, columns: Sequence[str], values: Mapping[str, Any]) -> bool:
        return self._source.kind != "txt" and columns[0] not in values and self._source.instead in values

    def _beside(self, values: Mapping[str, Any]) -> dict[str, float | str]:
        """The parsed values of the columns beside the text that a row has. Raises ``InputError``."""
        self._columns = self._columns or list(values)
        extra = self._source.extra
        if extra is None:
            return {}
        for column in [column for column in self._absent if column in values]:
            del self._absent[column]
        return {column: extra.parsed(column, values.get(column)) for column in extra.names}

    def values(self) -> Iterator[Mapping[str, Any] | InputError]:
        """The values of each row by column, whether or not it has a text."""
        return (row if isinstance(row, InputError) else row[1] for row in self._rows())

    def _rows(self) -> Iterator[Row | InputError]:
        source = self._source
        path = Path(source.name if source.is_stream else source.path)
        suggested = False
        try:
            for row in rows(
                path,
                source.kind,
                self._open,
                source.encoding,
                column=source.columns[0],
                header=source.header,
                notes=self.notes,
            ):
                if isinstance(row, NotDecoded) and not suggested:
                    suggested = True
                    row = InputError(f"{row}{self._suggestion()}")
                if isinstance(row, InputError) or not self._is_skipped(row):
                    yield row
        except ReadingStopped as error:
            raise RestUnread(f"{error}{self._suggestion() if isinstance(error, NotDecoded) else ''}") from error
        except NotDecoded as error:  # the header
            raise InputError(f"{error}{self._suggestion()}") from error

    def _is_skipped(self, row: Row) -> bool:
        source = self._source
        return source.skips_blank_lines and source.kind == "txt" and not row[1][source.columns[0]].strip()

    def _suggestion(self) -> str:
        if self._source.is_stream:
            return ""
        return f"; {suggestion(Path(self._source.path), '--encoding ', self._source.encoding, opened=reading)}"

    def _open(self, path: Path) -> BinaryIO:
        if self._source.is_stream:
            self._file = sys.stdin.buffer
            return self._file
        self._file = path.open("rb")
        return unpacked(self._file, path)


def _missing(column: str, columns: Sequence[str], found: Sequence[str]) -> str:
    """The error for a row without one of the text columns."""
    cure = "name the right one with --column"
    if len(columns) > 1:
        cure = f"add it, or name the file's columns for {', '.join(columns)}, in this order, each with --column"
    return f'no column "{column}"{column_hint(column, found)} (columns: {listed(found)}); {cure}'


def _known() -> str:
    return ", ".join(kind for kind in READ_KINDS if kind != "parquet")
