"""Malformed rows of a part, listed in one error."""

from __future__ import annotations

from pathlib import Path

from seqclf.errors import InputError
from seqclf.sources.table.missing_columns import MissingCounts, RowMissesColumns
from seqclf.sources.table.one_file import TableReading
from seqclf.tables.decoding import NotDecoded

_SHOWN = 20


class BadRows:
    """Lists malformed rows, and counts rows of jsonl with missing columns.

    Attributes:
        count: all rows, also good ones.
    """

    def __init__(self, reading: TableReading) -> None:
        self.count = 0
        self._reading = reading
        self._missing = MissingCounts(reading.options)
        self._listed: list[str] = []
        self._more = 0
        self._undecoded: dict[Path, None] = {}

    def add(self, path: Path, row: InputError) -> None:
        self.count += 1
        if isinstance(row, RowMissesColumns):
            self._missing.add(row)
            return
        if isinstance(row, NotDecoded):
            self._undecoded[path] = None
        if len(self._listed) < _SHOWN:
            self._listed.append(str(row))
        else:
            self._more += 1

    def check(self, *, is_all: bool) -> None:
        """Raise ``InputError`` if there are malformed rows. ``is_all``: all rows of the part were read."""
        incomplete = self._missing.error(self.count, is_all=is_all)
        if self._listed:
            rest = [f"... and {self._more:,} more rows"] if self._more else []
            cures = [f"{path}: {self._reading.suggestion(path)}" for path in list(self._undecoded)[:_SHOWN]]
            lacking = [str(incomplete)] if incomplete else []
            raise InputError("\n".join([*lacking, *self._listed, *rest, *cures]))
        if incomplete:
            raise incomplete
