"""One file of a part: its format, its rows and its digest."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from seqclf.cache import cached, key_of
from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, suggestion
from seqclf.files import write_text
from seqclf.sources.misread import misread
from seqclf.sources.table.files import existing
from seqclf.tables.decoding import NotDecoded
from seqclf.tables.formats import TEXT_KINDS, kind_of, plain_text_advice, unknown_ending
from seqclf.tables.packed import reading, unpacking
from seqclf.tables.row import Notes, ReadingStopped, Row
from seqclf.tables.rows import rows
from seqclf.tables.utf8_files import utf8_among

_DIGEST = "digest.txt"
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


_REMEMBERED = 64_000_000  # bytes; smaller files are read again in each process, within a tenth of a second
_JUST_WRITTEN = 2.0  # seconds in which a file may change again without another time


class Digests:
    """Digests of files; a file is read again only when it has changed.

    Those of large files are kept in the cache: else, each training would begin with reading all files. A change shows
    in the inode, the size or the times, of which programs cannot set that of the inode's last change.
    """

    def __init__(self, reading: TableReading) -> None:
        self._reading = reading
        self._known: dict[tuple[str, int, int, int], str] = {}

    def of(self, path: Path, read_as: Sequence[Any], read_beside: Sequence[Any]) -> str:
        """Hex digest of a file's content and of how it is read: the form that fingerprints have always had."""
        with unpacking(path), existing(path).open("rb") as file:
            status = os.fstat(file.fileno())
            state = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
            if state not in self._known:  # do not read gigabytes twice
                encoding = canonical(self._reading.encoding)
                named = [] if encoding == UTF8 else [f"in {encoding}"]
                self._known[state] = _remembered(file, status, repr((*read_as, *named, *read_beside)))
        return self._known[state]


def _remembered(file: BinaryIO, status: os.stat_result, how: str) -> str:
    """Hex digest of an open file and of how it is read, from the cache for a large file."""

    def digest() -> str:
        content = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]  # it needs less than it declares
        content.update(how.encode())
        return content.hexdigest()

    changed = max(status.st_mtime, status.st_ctime)
    if status.st_size < _REMEMBERED or time.time() - changed < _JUST_WRITTEN:
        return digest()
    facts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    entry = cached("file_digests", key_of(*facts, how), lambda folder: write_text(folder / _DIGEST, digest()))
    return (entry / _DIGEST).read_text(encoding="ascii")
