"""One file of a part: its format, its rows and its digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, suggestion
from seqclf.sources.misread import misread
from seqclf.sources.table.files import existing
from seqclf.tables.decoding import NotDecoded
from seqclf.tables.formats import TEXT_KINDS, kind_of, plain_text_advice, unknown_ending
from seqclf.tables.packed import reading, unpacking
from seqclf.tables.row import Notes, ReadingStopped, Row
from seqclf.tables.rows import rows
from seqclf.tables.utf8_files import utf8_among

_RENAME = (
    "texts need their labels: give a table with both, with the extension of its format, or a folder with one "
    "folder of texts per label"
)


@dataclass(frozen=True)
class TableReading:
    """How files are read.

    Attributes:
        file_format: csv, tsv, jsonl, parquet, tfrecord or xlsx; auto uses the file extension.
        options: prefix of options where the user sets them, for messages.
        encoding: Python's name of the files' encoding.
        header: names of the columns of csv and tsv files without a header line.
        beside: all files of the part, for advice.
    """

    file_format: str = "auto"
    options: str = "data."
    encoding: str = UTF8
    header: tuple[str, ...] = ()
    beside: tuple[Path, ...] = ()

    def kind(self, path: Path) -> str:
        """The format of a file. Raises ``InputError`` if it is unknown."""
        if self.file_format != "auto":
            return self.file_format
        kind = kind_of(existing(path))
        if kind is None:
            cure = _RENAME
            if self.options == "data.":
                cure = f"set data.format to csv, tsv, jsonl, parquet, tfrecord or xlsx{plain_text_advice(path)}"
            raise InputError(unknown_ending(path, cure))
        return kind

    def rows(self, path: Path, notes: Notes | None = None) -> Iterator[Row | InputError]:
        """Each row with all its columns, or an error for a malformed row. Raises as ``tables.rows.rows``."""
        try:
            yield from rows(existing(path), self.kind(path), encoding=self.encoding, notes=notes, header=self.header)
        except NotDecoded as error:  # the header, or the rest of the file
            kind = ReadingStopped if isinstance(error, ReadingStopped) else InputError
            raise kind(f"{error}; {self.suggestion(path)}") from error

    def suggestion(self, path: Path) -> str:
        """Advice for a file that is not valid text in the encoding."""
        others = utf8_among(self._texts(self.beside)) if canonical(self.encoding) == UTF8 else []
        return suggestion(path, self._option, self.encoding, beside=next(iter(others), None), opened=reading)

    def misread(self, paths: Sequence[Path]) -> list[str]:
        """A warning if some files are UTF-8, but the option names another encoding."""
        return misread(self.encoding, self._texts(paths), self._option)

    @property
    def _option(self) -> str:
        return "data.encoding: " if self.options == "data." else f"{self.options}encoding "

    def _texts(self, paths: Sequence[Path]) -> list[Path]:
        """The files that have an encoding."""
        return [path for path in paths if path.is_file() and self.kind(path) in TEXT_KINDS]


class Digests:
    """Digests of files; a file is read again only when it has changed."""

    def __init__(self, reading: TableReading) -> None:
        self._reading = reading
        self._known: dict[tuple[str, int, int, int], str] = {}

    def of(self, path: Path, read_as: Sequence[Any], read_beside: Sequence[Any]) -> str:
        """Hex digest of a file's content and of how it is read: the form that fingerprints have always had."""
        with unpacking(path), existing(path).open("rb") as file:
            status = os.fstat(file.fileno())
            state = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
            if state not in self._known:  # do not read gigabytes twice
                content = hashlib.file_digest(file, "sha256")
                encoding = canonical(self._reading.encoding)
                named = [] if encoding == UTF8 else [f"in {encoding}"]
                content.update(repr((*read_as, *named, *read_beside)).encode())
                self._known[state] = content.hexdigest()
        return self._known[state]
