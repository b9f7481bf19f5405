"""Malformed rows of a part, listed in one error."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from seqclf.errors import InputError
from seqclf.sources.table.missing_columns import MissingCounts, RowMissesColumns
from seqclf.sources.table.one_file import TableReading
from seqclf.tables.decoding import NotDecoded
from seqclf.tables.error_kinds import kind_of

_SHOWN = 20
_SHOWN_OF_A_KIND = 3
_PLACE = re.compile(r"^.*?:\d+: ")


class BadRows:
    """Lists the first malformed rows of each kind, and counts rows of jsonl with missing columns.

    Attributes:
        count: all rows, also good ones.
    """

    def __init__(self, reading: TableReading) -> None:
        self.count = 0
        self._reading = reading
        self._missing = MissingCounts(reading.options)
        self._listed: list[str] = []
        self._kinds: Counter[str] = Counter()
        self._undecoded: dict[Path, None] = {}

    def add(self, path: Path, row: InputError) -> None:
        self.count += 1
        if isinstance(row, RowMissesColumns):
            self._missing.add(row)
            return
        if isinstance(row, NotDecoded):
            self._undecoded[path] = None
        kind = kind_of(_PLACE.sub("", str(row), count=1))
        self._kinds[kind] += 1
        if self._kinds[kind] <= _SHOWN_OF_A_KIND and len(self._listed) < _SHOWN:
            self._listed.append(str(row))

    def check(self, *, is_all: bool) -> None:
        """Raise ``InputError`` if there are malformed rows. ``is_all``: all rows of the part were read."""
        incomplete = self._missing.error(self.count, is_all=is_all)
        if self._listed:
            more = self._kinds.total() - len(self._listed)
            count = f"{more:,}" if is_all else f"at least {more:,}"
            rest = [f"... and {count} more row{'s' if more > 1 else ''}"] if more else []
            cures = [f"{path}: {self._reading.suggestion(path)}" for path in list(self._undecoded)[:_SHOWN]]
            lacking = [str(incomplete)] if incomplete else []
            raise InputError("\n".join([*lacking, *self._listed, *rest, *cures]))
        if incomplete:
            raise incomplete
