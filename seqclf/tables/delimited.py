"""Rows of csv and tsv files."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.tables.broken_quotes import around, has_fields, lines_to_skip, stray_quote
from seqclf.tables.decoding import NotDecoded, Open, RestNotDecoded, physical_lines, text_of
from seqclf.tables.dialect import Dialect, dialect_of, separator_line
from seqclf.tables.lines_again import CR_WITHIN, MOST_IN_ROW, LinesAgain, RowTooLong
from seqclf.tables.looks_quoted import LooksQuoted
from seqclf.tables.names import column_hint, named
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.row import Notes, ReadingStopped, Row
from seqclf.tables.values import is_text

_LONGEST_FIELD = 2**31 - 1
_MOST_READ_AGAIN = 2**28  # characters
_ROWS_AHEAD = 1000
_MANY_LINES = 5  # of a row, each of which could be a row

_NEVER_CLOSED = "a quote that starts in this row is never closed"
_NOT_DOUBLED = 'a quote inside a quoted field is not doubled ("")'
_EITHER = 'a quote that starts in this row is never closed, or one inside of it is not doubled ("")'
_BACKSLASH = '; here a backslash seems to mark quotes inside a field (\\"), where csv doubles them ("")'


def csv_rows(
    path: Path,
    kind: str,
    opened: Open = open_binary,
    encoding: str = UTF8,
    *,
    notes: Notes | None = None,
    header: Sequence[str] = (),
) -> Iterator[Row | InputError]:
    """Rows after a header line, or an error for each malformed row. ``header`` names the columns of a file without one.

    csv follows RFC 4180; tsv follows IANA's definition: no quoting, one row per line (``dialect_of`` has the
    exceptions). A CR within a line belongs to its field.

    Raises:
        InputError: the header is malformed.
        ReadingStopped: after a malformed row, it cannot be told where the next row begins.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    with unpacking(path), text_of(path, opened, encoding) as file:
        table = None
        try:
            lines = physical_lines(file)
            first, delimiter, before = _first_line(lines, kind)
            dialect = dialect_of(kind, first, delimiter)
            again = LinesAgain(dialect.prepared(chain((first,), lines)), before)
            notes = notes or Notes()
            table = _Table(path, dialect, again, notes)
            table.header, table.first = list(header), first
            yield from table.rows(encoding)
            if table.looks is not None:
                notes.sentences += table.looks.sentences(path)
        except UnicodeError as error:  # a missing BOM does not raise UnicodeDecodeError
            if table is None or not table.header:
                raise NotDecoded(f"{path}:1", encoding) from error
            raise RestNotDecoded(f"{path}:{again.number + 1}", encoding) from error


def delimiter_of(path: Path, kind: str, encoding: str = UTF8) -> str:
    """The character between the fields of a csv or tsv file. Raises ``InputError``."""
    with unpacking(path), text_of(path, open_binary, encoding) as file:
        first, delimiter, _ = _first_line(physical_lines(file), kind)
    return dialect_of(kind, first, delimiter).delimiter


def _first_line(lines: Iterator[str], kind: str) -> tuple[str, str | None, int]:
    """The first line with content, the delimiter that a line before it names, and the number of lines before it."""
    delimiter, before = None, 0
    for line in lines:
        line = line if before else line.removeprefix("\ufeff")  # from UTF-16 with an explicit byte order
        mark = separator_line(line) if kind == "csv" and delimiter is None else None
        if mark is None and line.strip("\r\n"):
            return line, delimiter, before
        delimiter, before = mark or delimiter, before + 1
    return "", delimiter, before


class _Malformed(Exception):
    """A row is malformed; the message says where and why."""


class _Table:
    """The rows of a file.

    Attributes:
        header: names of the columns; empty before the header was read. If they are set, all lines are rows.
        first: the first line.
        looks: whether a file without quoting looks quoted; None before the header was read, and for other files.
    """

    def __init__(self, path: Path, dialect: Dialect, lines: LinesAgain, notes: Notes) -> None:
        self.header: list[str] = []
        self.first = ""
        self._awaits_first = False  # row; it shows whether rows have names
        self.looks: LooksQuoted | None = None
        self._path, self._dialect, self._lines, self._notes = path, dialect, lines, notes
        self._one_line: deque[str] = deque()
        # Most rows have one line. Taking it from a deque is much faster than from LinesAgain.
        quick = iter(self._one_line.popleft, None)
        self._quick_parser = csv.reader(quick, delimiter=dialect.delimiter, strict=True)
        self._parser = csv.reader(lines, delimiter=dialect.delimiter, strict=True)

    def rows(self, encoding: str) -> Iterator[Row | InputError]:
        path, delimiter, quoted, lines = self._path, self._dialect.delimiter, self._dialect.quoted, self._lines
        has_names = bool(self.header)
        if not has_names:
            self._read_header(encoding)
        header, hint = self.header, ""
        self._awaits_first = not has_names
        looks = self.looks = None if quoted else LooksQuoted(self.first, len(header), may_wait=path.is_file())
        while (line := lines.take()) is not None:
            start, text = lines.number, line
            if quoted and '"' in line:
                try:
                    fields, text = self._quoted_row(line)
                except _Malformed as error:
                    yield InputError(str(error))
                    continue
            else:
                content = line.rstrip("\r\n")
                if not content:
                    continue
                fields = content.split(delimiter)
                if looks is not None:
                    if '"' in line:
                        hint = looks.add(lines.number, line, fields, lines.ahead())
                    else:
                        looks.every_row = False
            if self._awaits_first:
                header, self._awaits_first = self._with_row_names(fields, line), False
                hint = hint or self._one_more_hint(fields)
            if "\0" in text:
                yield InputError(f"{path}:{start}: contains a NUL byte; is it a text file?")
            elif not (text.isascii() or is_text((text,))):
                yield NotDecoded(f"{path}:{start}", encoding)
            elif len(fields) == len(header):
                yield start, dict(zip(header, fields, strict=True))
            else:
                yield InputError(f"{path}:{start}: {self._wrong_count(fields)}{hint}")
                hint = ""

    def _one_more_hint(self, fields: list[str]) -> str:
        """Advice if this first row and those that follow have one field more than the header."""
        more, delimiter = len(self.header) + 1, self._dialect.delimiter
        if len(fields) != more:
            return ""
        following = [line for line in islice(self._lines.ahead(), _ROWS_AHEAD) if line.rstrip("\r\n")]
        quoted = self._dialect.quoted
        fit = (has_fields(one, delimiter, more) if quoted else one.count(delimiter) == more - 1 for one in following)
        if not all(fit):
            return ""
        if not fields[-1] and all(line.rstrip("\r\n").endswith(delimiter) for line in following):
            return f"; every row ends with {_named(delimiter)}, but the header does not"
        if more == 2:
            return "; the first line must name the columns: remove the lines above the names"
        if fields[0] == "1":
            return (
                "; every row has one field more, as in R's files with row names: write it again with row.names=FALSE "
                "(or col.names=NA), or add a name to the start of the header"
            )
        quotes = f", or write fields that contain {_named(delimiter)} in quotes" if quoted else ""
        return f"; every row has one field more: add a name to the header{quotes}"

    def _read_header(self, encoding: str) -> None:
        line = self._lines.take() or ""
        start = self._lines.number
        fields = line.rstrip("\r\n").split(self._dialect.delimiter)
        if self._dialect.quoted and '"' in line:
            try:
                fields, _ = self._quoted_row(line)
            except _Malformed as error:
                raise InputError(str(error)) from error
        if not is_text(fields) or "\0" in line:  # NUL: probably UTF-16 without a byte order mark
            raise NotDecoded(f"{self._path}:{start}", encoding)
        self.header = named(fields, self._notes)

    def _with_row_names(self, fields: list[str], line: str) -> list[str]:
        """The header for this first row. If the row has one field more, its first field is R's name of the row."""
        if self._has_row_name(fields, line):
            self.header = named(["", *self.header], Notes())
        return self.header

    def _has_row_name(self, fields: list[str], line: str) -> bool:
        delimiter = self._dialect.delimiter
        return (
            self._awaits_first
            and len(fields) == len(self.header) + 1
            and self._dialect.quoted_names
            and line.startswith('"' if delimiter == "\t" else f'"1"{delimiter}')
        )

    def _wrong_count(self, fields: list[str]) -> str:
        header = self.header
        count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
        hint = column_hint("", header) if len(header) == 1 else ""
        return f"{count}, but the header has {len(header)} ({', '.join(header)}){hint}"

    def _quoted_row(self, line: str) -> tuple[list[str], str]:
        """The fields of a row that starts with this line, and its text. Raises ``_Malformed`` or ``ReadingStopped``."""
        if line.find("\r", 0, -2) < 0:
            self._one_line.append(line)
            try:
                fields = next(self._quick_parser)
            except (csv.Error, IndexError):  # malformed, or it needs a second line
                fields = []
            if fields and (len(fields) == len(self.header) or '\\"' not in line):
                return fields, line
        lines, width = self._lines, len(self.header)
        lines.begin_row(line)
        unclosed, reason = False, ""
        try:
            fields = next(self._parser, [])
            fits = width in (0, len(fields)) or self._has_row_name(fields, line)
            if not fits and (len(lines.row) > 1 or '\\"' in line):
                reason = self._wrong_count(fields)
        except csv.Error as error:
            at_end = "unexpected end" in str(error)
            unclosed = at_end or len(lines.row) > 1
            reason = _NEVER_CLOSED if at_end else _NOT_DOUBLED if len(lines.row) == 1 else _EITHER
        except RowTooLong:
            reason = f"{_NEVER_CLOSED} within {MOST_IN_ROW >> 20} MB"
        if reason:
            lines.put_back()
            if (escaped := self._with_escaped_quotes(line)) is not None:
                return escaped, line
            if '\\"' in line:
                reason += _BACKSLASH
            elif (place := stray_quote(line, self._dialect.delimiter)) is not None:
                reason += f'; write "" for it, here: {around(line, place)}'
            self._resume(line, reason, unclosed=unclosed)
        self._note_swallowed_rows()
        return [field.replace(CR_WITHIN, "\r") for field in fields], "".join(lines.row)

    def _with_escaped_quotes(self, line: str) -> list[str] | None:
        """The fields of a line, if backslashes before its quotes (as Spark and MySQL write them) make it a row that it
        is not without them."""
        if '\\"' not in line:
            return None
        self._one_line.append(line.replace('\\"', '""'))
        try:
            fields = next(self._quick_parser)
        except (csv.Error, IndexError):
            return None
        return fields if len(fields) == len(self.header) else None

    def _resume(self, first: str, reason: str, *, unclosed: bool) -> None:
        """Skip the lines that belong to a malformed row, after its first. Always raises."""
        lines = self._lines
        start = lines.number
        where = f"{self._path}:{start}: {reason}"
        delimiter, width = self._dialect.delimiter, len(self.header)
        skipped = lines_to_skip(first, lines.ahead(), delimiter=delimiter, width=width, unclosed=unclosed)
        if skipped is None or lines.read_again > _MOST_READ_AGAIN:
            raise ReadingStopped(
                f"{where}; reading stopped here, because it cannot be told where the next row begins: correct the "
                "quotes in this line, or get the complete file if it was cut off"
            )
        lines.skip(skipped)
        raise _Malformed(where + (f"; the row ends in line {start + skipped}" if skipped else ""))

    def _note_swallowed_rows(self) -> None:
        """Note a row whose lines could all be rows: perhaps a quote is missing."""
        lines, width = self._lines, len(self.header)
        inside = lines.row[1:-1]
        if len(inside) >= _MANY_LINES and all(has_fields(line, self._dialect.delimiter, width) for line in inside):
            start = lines.number - len(inside) - 1
            self._notes.sentences.append(
                f"lines {start} to {lines.number} of {self._path} are one row, but look like many: is a quote in line "
                f"{start} never closed?"
            )


def _named(delimiter: str) -> str:
    return "a tab" if delimiter == "\t" else f'"{delimiter}"'
