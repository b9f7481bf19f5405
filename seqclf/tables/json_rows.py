"""Rows of JSON: one object per line, one array of objects, or one object that contains a table."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.tables.decoding import LOOKED_AT, NotDecoded, Open, RestNotDecoded, physical_lines, text_of
from seqclf.tables.json_decoder import Decoder, repeated_key, repeats
from seqclf.tables.json_tables import looks_like_a_table, rows_within
from seqclf.tables.json_values import values_of
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.row import Notes, Row
from seqclf.tables.values import is_text, shown

_EXPECTED = 'expected a JSON object such as {"text": ..., "label": ...}'


def json_rows(
    path: Path, opened: Open = open_binary, encoding: str = UTF8, *, notes: Notes | None = None
) -> Iterator[Row | InputError]:
    """Rows, or an error for each malformed row; the content decides which form of JSON it is.

    Rows of lines have the line's number, others their position. An array is read bit by bit, and nothing is read ahead
    of lines.

    Raises:
        InputError: an object contains several tables, or a column of a table twice.
        ReadingStopped: an array is malformed from some place on.
    """
    reader = _Reader(path, encoding, notes or Notes())
    with unpacking(path), text_of(path, opened, encoding) as file:
        blank = number = 0
        try:
            start = file.readline(LOOKED_AT).removeprefix("\ufeff")
            while start.isspace():
                blank += 1
                start = file.readline(LOOKED_AT)
            if start.lstrip().startswith("["):
                for number, (value, source) in enumerate(values_of(path, start, file, reader.decoder), 1):
                    yield reader.row(number, value, source)
            else:
                for number, row in reader.of_lines(start, file, before=blank):  # noqa: B007
                    yield row
        except UnicodeError as error:
            raise RestNotDecoded(f"{path}:{number + 1}", encoding) from error


class _Reader:
    """Makes rows of one file's values."""

    def __init__(self, path: Path, encoding: str, notes: Notes) -> None:
        self.decoder = Decoder()
        self._path, self._encoding, self._notes = path, encoding, notes

    def row(self, number: int, value: Any, source: str) -> Row | InputError:
        """A value as a row. ``source``: the JSON that it was parsed from, empty if it was checked."""
        if not (source.isascii() or is_text((source,))):
            return NotDecoded(f"{self._path}:{number}", self._encoding)
        if not isinstance(value, dict):
            return InputError(f"{self._path}:{number}: {_EXPECTED}")
        if not is_text(value):
            return InputError(f"{self._path}:{number}: a key is not valid text ({shown(list(value))})")
        if self.decoder.found_repeated and (key := repeated_key(value)) is not None:
            return InputError(f"{self._path}:{number}: {repeats(key)}")
        return number, value

    def of_lines(self, start: str, file: io.TextIOWrapper, *, before: int) -> Iterator[tuple[int, Row | InputError]]:
        """Rows of a file that is no array, with the number of the line or row last read."""
        path, lines = self._path, physical_lines(file, start)
        head = _head(lines, self.decoder)
        if head and not _is_lines(head, self.decoder):
            whole = list(values_of(path, "".join(head), lines, self.decoder, in_array=False))
            if len(whole) == 1 and looks_like_a_table(whole[0][0]):
                whole = [(value, "") for value in rows_within(path, whole[0][0], self._notes)]
            for number, (value, source) in enumerate(whole, 1):
                yield number, self.row(number, value, source)
            return
        for number, line in enumerate(chain(head, lines), before + 1):
            if not (line.isascii() or is_text((line,))):
                yield number, NotDecoded(f"{path}:{number}", self._encoding)
            elif not line.isspace():
                yield number, self._parsed(number, line)

    def _parsed(self, number: int, line: str) -> Row | InputError:
        try:
            value = self.decoder.decode(line)
        except (ValueError, RecursionError) as error:
            return InputError(f"{self._path}:{number}: not valid JSON ({error})")
        return self.row(number, value, "")


def _head(lines: Iterator[str], decoder: Decoder) -> list[str]:
    """The lines needed to tell what a file is: one, unless it looks like the start of an object of several lines or
    like a table."""
    first = next(lines, "")
    if not first:
        return []
    try:
        value = decoder.decode(first)
    except (ValueError, RecursionError):
        if not first.lstrip().startswith("{"):
            return [first]
    else:
        if not looks_like_a_table(value):
            return [first]
    head = [first]
    for line in lines:
        head.append(line)
        if not line.isspace():
            break
    return head


def _is_lines(head: list[str], decoder: Decoder) -> bool:
    """Whether each line is a row: the first one is, or the second one starts another object."""
    filled = [line for line in head if not line.isspace()]
    if len(filled) > 1:
        return filled[1].lstrip().startswith("{") or _is_object(filled[0], decoder)
    return not _is_object(filled[0], decoder) or not looks_like_a_table(decoder.decode(filled[0]))


def _is_object(line: str, decoder: Decoder) -> bool:
    try:
        return isinstance(decoder.decode(line), dict)
    except (ValueError, RecursionError):
        return False
