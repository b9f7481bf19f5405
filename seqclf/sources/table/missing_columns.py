"""Errors for columns missing from a table or from some of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from seqclf.sources.base import OptionError, TableColumns
from seqclf.tables.names import column_hint, listed


class RowMissesColumns(OptionError):
    """A row lacks columns; ``by_option`` has the options that name them, such as ``text``.

    Attributes:
        columns: columns of the row.
        missing: for each option, the first missing column.
    """

    def __init__(
        self,
        path: Path,
        line: int | None,
        columns: Sequence[str],
        missing: Mapping[str, str],
        *,
        named: TableColumns,
        options: str,
    ) -> None:
        where = path if line is None else f"{path}:{line}"
        super().__init__(
            {
                option: f'{where}: no column "{column}"{column_hint(column, columns)} (columns: {listed(columns)}; '
                f"{options}{option} names it)"
                for option, column in missing.items()
            },
            {option: named.entry(option, column) for option, column in missing.items()},
        )
        self.line, self.columns, self.missing = line, list(columns), dict(missing)


class MissingCounts:
    """Counts rows with missing columns in a jsonl file, which has no header: every row may have other columns.

    Args:
        options: prefix of ``text`` and ``label`` where the user sets them, for messages.
    """

    def __init__(self, options: str) -> None:
        self._options = options
        self._first: dict[str, RowMissesColumns] = {}
        self._counts: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._counts)

    def add(self, row: RowMissesColumns) -> None:
        for option in row.missing:
            self._first.setdefault(option, row)
            self._counts[option] += 1

    def error(self, rows: int, *, is_all: bool = True) -> OptionError | None:
        """An error with the number of rows that miss a column and the line of the first; None if no row does.

        ``is_all``: these are all rows of the file, not only its first ones.
        """
        if not self._counts:
            return None
        return OptionError(
            {option: self._message(option, rows, is_all) for option in self._counts},
            {option: row.entries[option] for option, row in self._first.items()},
        )

    def _message(self, option: str, rows: int, is_all: bool) -> str:
        count, message = self._counts[option], self._first[option].by_option[option]
        if count == rows:  # the file lacks the column
            return message
        of = f"{rows:,} rows" if is_all else f"the first {rows:,} rows"
        lack = f"{count:,} of {of} lack it, this one first" if count > 1 else f"only this one of {of} lacks it"
        return f"{message}; {lack}: add it to every row, or remove such rows"
