"""The files that a prediction of a file writes."""

from __future__ import annotations

import filecmp
import os
from dataclasses import dataclass
from pathlib import Path

from seqclf.errors import InputError


@dataclass(frozen=True)
class Target:
    """A file to write.

    Attributes:
        kind: csv, tsv, jsonl or parquet.
        errors: file for the list of bad rows; None: no list.
        overwrite: replace existing files.
        to_stream: the options that write to standard output instead.
    """

    path: Path
    kind: str
    errors: Path | None = None
    overwrite: bool = False
    to_stream: str = "-o -"

    def check(self, written: Path | None = None) -> None:
        """Raise ``InputError`` if a file could not be written at the end.

        ``written``: the list of bad rows, if an earlier call may have copied it to its place.
        """
        if self.errors is not None and self.errors.absolute().resolve() == self.path.absolute().resolve():
            raise InputError(f"{self.errors}: is also --output; name another file for --errors")
        if self.path.exists() and not (self.path.is_file() or self.path.is_dir()):
            raise InputError(f"{self.path}: is not a file; {self.to_stream} writes to standard output")
        _check(self.path, overwrite=self.overwrite)
        if self.errors is not None:
            is_copy = written is not None and self.errors.is_file() and filecmp.cmp(self.errors, written, shallow=False)
            _check(self.errors, overwrite=self.overwrite or is_copy)


def _check(path: Path, *, overwrite: bool) -> None:
    if path.is_dir():
        raise InputError(f"{path}: is a folder")
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: is not a file")
    if path.exists() and not overwrite:
        raise InputError(f"{path}: already exists; use --overwrite to replace it")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InputError(f"{path}: the folder {folder} does not exist")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{path}: its folder cannot be written")
