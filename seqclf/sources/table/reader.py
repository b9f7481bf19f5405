"""``source: table``: files with a text and its label or labels in each row (csv, tsv, jsonl, parquet)."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, suggestion
from seqclf.sources.base import ExtraKind, OptionError, TableColumns
from seqclf.sources.rows.collected import Collected, LabelledRow, checked
from seqclf.sources.rows.values import labelled_row, text_of
from seqclf.sources.table.missing_columns import MissingCounts, RowMissesColumns
from seqclf.sources.texts import LabelledTexts, where_paths_start
from seqclf.tables.decoding import NotDecoded, opening
from seqclf.tables.formats import KINDS, unknown_ending
from seqclf.tables.names import no_such_file
from seqclf.tables.row import Row
from seqclf.tables.rows import rows
from seqclf.tables.values import shown

_BAD_ROWS_SHOWN = 20
_RENAME = (
    "texts need their labels: give a table with both, with the extension of its format, or a folder with one "
    "folder of texts per label"
)
ROWS_LOOKED_AT = 20_000


class TableSource:
    """A part is the path of a file. Either every row of a file has one label, or the file is multi-label.

    Args:
        text: column with the texts, or several columns.
        label: column with the labels. Duplicates in a list of labels are dropped; an empty list means that no label
            applies. Several columns: each column is one label, with 1 where it applies and 0 where it does not. By
            label: the column with its probability.
        file_format: csv, tsv, jsonl or parquet; auto uses the file extension.
        separator: separator between several labels in one field.
        options: prefix of ``text`` and ``label`` where the user sets them, for messages.
        group, weight: columns with the groups and the weights.
        extra: columns beside the text, and what they contain.
        header: names of the columns of csv and tsv files without a header line.
        encoding: Python's name of the files' encoding.
    """

    def __init__(
        self,
        text: str | Sequence[str],
        label: str | Sequence[str] | Mapping[str, str],
        file_format: str = "auto",
        separator: str | None = None,
        options: str = "data.",
        *,
        group: str | None = None,
        weight: str | None = None,
        extra: Mapping[str, ExtraKind] | None = None,
        header: Sequence[str] = (),
        encoding: str = UTF8,
    ) -> None:
        self._options = options
        self._columns = TableColumns(text, label, separator, group, weight, extra or {})
        self._format = file_format
        self._header = tuple(header)
        self._encoding = encoding
        self._fingerprints: dict[tuple[str, int, int, int], str] = {}

    @property
    def columns_read(self) -> TableColumns:
        return self._columns

    def text_of(self, row: Mapping[str, Any]) -> str | None:
        try:
            return text_of("", row, self._columns)
        except (InputError, KeyError):
            return None

    def check(self, part: str) -> None:
        path = Path(part)
        if self._header and (kind := self._kind(path)) not in ("csv", "tsv"):
            message = f"{path}: names the columns of csv and tsv files without a header line, but this file is {kind}"
            raise OptionError({"header": f"{message}; set it to null"})
        missing, count, bad = MissingCounts(path, self._options), 0, None
        for row in itertools.islice(self._rows(path), ROWS_LOOKED_AT):
            count += 1
            if isinstance(row, InputError):
                bad = bad or row
                continue
            try:
                self._check_columns(path, *row)
            except RowMissesColumns as error:
                if error.line is None:
                    raise
                missing.add(error)
            else:
                if not missing:
                    return
        raise missing.error(count, is_all=count < ROWS_LOOKED_AT) or bad or InputError(f"{path}: contains no rows")

    def fingerprint(self, part: str) -> str:
        with opening(Path(part)), open(part, "rb") as file:
            status = os.fstat(file.fileno())
            state = (part, status.st_ino, status.st_size, status.st_mtime_ns)
            if state not in self._fingerprints:  # do not read gigabytes twice
                content = hashlib.file_digest(file, "sha256")
                read_as = [*self._read_as(), self._kind(Path(part))]
                if self._columns.separator is not None:
                    read_as.append(self._columns.separator)
                if canonical(self._encoding) != UTF8:
                    read_as.append(f"in {canonical(self._encoding)}")
                content.update(repr(tuple([*read_as, *self._read_beside()])).encode())
                self._fingerprints[state] = content.hexdigest()
        return self._fingerprints[state]

    def _read_as(self) -> list[Any]:
        """How texts and labels are read, in the form that fingerprints have always had."""
        text, label = self._columns.text, self._columns.label
        named = tuple(label.items()) if isinstance(label, Mapping) else label
        return [one if isinstance(one, str) else tuple(one) for one in (text, named)]

    def _read_beside(self) -> list[Any]:
        """The same for the options that came later; empty if they are unset. Groups have their own digests."""
        weight, extra, header = self._columns.weight, self._columns.extra, self._header
        beside = (("weight", *([weight] if weight else [])), ("extra", *extra.items()), ("header", *header))
        return [one for one in beside if len(one) > 1]

    def read(self, part: str, most: int | None = None, every: int = 1) -> LabelledTexts:
        """Read every ``every``-th row, at most ``most`` rows. Raises ``InputError`` that lists malformed rows.

        Rows of jsonl with missing columns are counted instead of listed.
        """
        path = Path(part)
        collected, multi = Collected(self._columns), False
        missing = MissingCounts(path, self._options)
        bad: list[str] = []
        count, more, undecoded = 0, 0, False
        for row in itertools.islice(self._labelled_rows(path, every), most):
            count += 1
            if isinstance(row, RowMissesColumns):
                missing.add(row)
            elif isinstance(row, InputError):
                undecoded = undecoded or isinstance(row, NotDecoded)
                if len(bad) < _BAD_ROWS_SHOWN:
                    bad.append(str(row))
                else:
                    more += 1
            else:
                multi = not isinstance(row.label, str)
                collected.add(row)
        incomplete = missing.error(count, is_all=most is None and every == 1)
        if bad:
            rest = [f"... and {more:,} more rows"] if more else []
            cure = [f"{path}: {self._suggestion(path)}"] if undecoded else []
            lacking = [str(incomplete)] if incomplete else []
            raise InputError("\n".join([*lacking, *bad, *rest, *cure]))
        if incomplete:
            raise incomplete
        if not len(collected):
            raise InputError(f"{path}: contains no rows")
        return checked(collected.texts(str(path), multi=multi), self._columns, self._options)

    def columns(self, part: str, every: int = 1) -> dict[str, list[Any]]:
        """Columns of the file, with the values of every ``every``-th of its first rows.

        Raises ``InputError`` if there are none.
        """
        values: dict[str, list[Any]] = {}
        bad = None
        for row in itertools.islice(self._rows(Path(part)), 0, ROWS_LOOKED_AT * every, every):
            if isinstance(row, InputError):
                bad = bad or row
                continue
            for column, value in row[1].items():
                values.setdefault(column, []).append(value)
        if not values:
            expected = "expected columns such as text and label, and one row per text"
            raise bad or InputError(f"{part}: contains no rows; {expected}")
        return values

    def _labelled_rows(self, path: Path, every: int) -> Iterator[LabelledRow | InputError]:
        """What each row contains, or an error for a malformed row."""
        kind: type | None = None
        for row in itertools.islice(self._rows(path), 0, None, every):
            if isinstance(row, InputError):
                yield row
                continue
            try:
                self._check_columns(path, *row)
                labelled = labelled_row(f"{path}:{row[0]}", row[1], self._columns)
                kind = kind or type(labelled.label)
                if kind is not type(labelled.label) and isinstance(self._columns.label, str):
                    value = shown(row[1][self._columns.label])
                    found, before = ("a list", "one label each") if kind is str else ("one label", "lists")
                    what = f"is {value}, {found}; the rows before have {before}"
                    raise InputError(f'{path}:{row[0]}: "{self._columns.label}" {what}')
            except RowMissesColumns as error:
                if error.line is None:  # the file lacks the column
                    raise
                yield error
            except InputError as error:
                yield error
            else:
                yield labelled

    def _kind(self, path: Path) -> str:
        if self._format != "auto":
            return self._format
        if path.is_dir():
            raise InputError(f"{path}: is a folder; to read a folder of texts, set data.source: folder")
        if not path.exists():
            raise no_such_file(path, where_paths_start(path))
        try:
            return KINDS[path.suffix.lower()]
        except KeyError:
            named = self._options == "data."
            cure = "set data.format to csv, tsv, jsonl or parquet" if named else _RENAME
            raise InputError(unknown_ending(path, cure)) from None

    def kind(self, part: str) -> str:
        """csv, tsv, jsonl or parquet. Raises ``InputError`` if the format is unknown."""
        return self._kind(Path(part))

    def rows(self, part: str) -> Iterator[Row | InputError]:
        """Each row with all its columns, or an error for a malformed row."""
        return self._rows(Path(part))

    def _rows(self, path: Path) -> Iterator[Row | InputError]:
        try:
            yield from rows(path, self._kind(path), encoding=self._encoding, header=self._header)
        except NotDecoded as error:  # the header
            raise InputError(f"{error}; {self._suggestion(path)}") from error

    def _suggestion(self, path: Path) -> str:
        option = "data.encoding: " if self._options == "data." else f"{self._options}encoding "
        return suggestion(path, option, self._encoding)

    def _check_columns(self, path: Path, line: int, row: Mapping[str, Any]) -> None:
        """Raise ``RowMissesColumns`` with a line number only for jsonl, where each row has its own columns."""
        each_its_own = self._kind(path) == "jsonl"
        missing: dict[str, str] = {}
        for option, column in self._columns.named():
            if column not in row and not (each_its_own and option == "extra"):
                missing.setdefault(option, column)
        if missing:
            raise RowMissesColumns(path, line if each_its_own else None, list(row), missing, self._options)
