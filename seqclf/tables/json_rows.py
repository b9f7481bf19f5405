"""Rows of JSON: one object per line, one array of objects, or one object that contains a table."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.tables.decoding import LOOKED_AT, NotDecoded, Open, RestNotDecoded, physical_lines, text_of
from seqclf.tables.json_tables import looks_like_a_table, rows_within
from seqclf.tables.json_values import values_of
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.row import Row
from seqclf.tables.values import is_text, shown

_EXPECTED = 'expected a JSON object such as {"text": ..., "label": ...}'


def json_rows(path: Path, opened: Open = open_binary, encoding: str = UTF8) -> Iterator[Row | InputError]:
    """Rows, or an error for each malformed row; the content decides which form of JSON it is.

    Rows of lines have the line's number, others their position. An array is read bit by bit, and nothing is read ahead
    of lines.

    Raises:
        InputError: an object contains several tables.
        ReadingStopped: an array is malformed from some place on.
    """
    with unpacking(path), text_of(path, opened, encoding) as file:
        blank = number = 0
        try:
            start = file.readline(LOOKED_AT).removeprefix("\ufeff")
            while start.isspace():
                blank += 1
                start = file.readline(LOOKED_AT)
            if start.lstrip().startswith("["):
                for number, (value, source) in enumerate(values_of(path, start, file), 1):
                    yield _row(path, number, value, source, encoding)
            else:
                for number, row in _of_lines(path, start, file, before=blank, encoding=encoding):  # noqa: B007
                    yield row
        except UnicodeError as error:
            raise RestNotDecoded(f"{path}:{number + 1}", encoding) from error


def _row(path: Path, number: int, value: Any, source: str, encoding: str) -> Row | InputError:
    """A parsed value as a row. ``source``: the JSON that it was parsed from, empty if it was checked."""
    if not (source.isascii() or is_text((source,))):
        return NotDecoded(f"{path}:{number}", encoding)
    if not isinstance(value, dict):
        return InputError(f"{path}:{number}: {_EXPECTED}")
    if not is_text(value):
        return InputError(f"{path}:{number}: a key is not valid text ({shown(list(value))})")
    return number, value


def _of_lines(
    path: Path, start: str, file: io.TextIOWrapper, *, before: int, encoding: str
) -> Iterator[tuple[int, Row | InputError]]:
    """Rows of a file that is no array, with the number of the line or row last read."""
    lines = physical_lines(file, start)
    head = _head(lines)
    if head and not _is_lines(head):
        whole = list(values_of(path, "".join(head), lines, in_array=False))
        if len(whole) == 1 and looks_like_a_table(whole[0][0]):
            whole = [(value, "") for value in rows_within(path, whole[0][0])]
        for number, (value, source) in enumerate(whole, 1):
            yield number, _row(path, number, value, source, encoding)
        return
    for number, line in enumerate(chain(head, lines), before + 1):
        if not (line.isascii() or is_text((line,))):
            yield number, NotDecoded(f"{path}:{number}", encoding)
        elif not line.isspace():
            yield number, _parsed(path, number, line, encoding)


def _parsed(path: Path, number: int, line: str, encoding: str) -> Row | InputError:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return InputError(f"{path}:{number}: not valid JSON ({error})")
    return _row(path, number, value, "", encoding)


def _head(lines: Iterator[str]) -> list[str]:
    """The lines needed to tell what a file is: one, unless it looks like the start of an object of several lines or
    like a table."""
    first = next(lines, "")
    if not first:
        return []
    try:
        value = json.loads(first)
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


def _is_lines(head: list[str]) -> bool:
    """Whether each line is a row: the first one is, or the second one starts another object."""
    filled = [line for line in head if not line.isspace()]
    if len(filled) > 1:
        return filled[1].lstrip().startswith("{") or _is_object(filled[0])
    return not _is_object(filled[0]) or not looks_like_a_table(json.loads(filled[0]))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
