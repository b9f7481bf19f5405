"""Where to read on after a row of a csv file with a stray or unclosed quote."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

_MOST_AHEAD = 2**26  # characters of following lines
_SHOWN = 30  # characters on each side of a place
_MANY_ROWS = 5  # after a quote that is never closed: evidence that no text was cut off


def lines_to_skip(first: str, following: Iterable[str], *, delimiter: str, width: int, unclosed: bool) -> int | None:
    """How many of the following lines belong to a malformed row; None if that cannot be told.

    A line with an even number of quotes ends its row. After an odd number, either the row continues up to the line
    that closes its quote, or a quote is missing and each line is a row of its own. The lines in between decide: if all
    have as many fields as the header, they are rows; if none has, they continue the row. A line that opens a quote of
    its own cannot be inside of another quote. A quote that is not closed up to the end may be that of a text that was
    cut off: then the lines are only rows if they are many and unlike prose, which has a space after a comma.

    Args:
        first: the first line of the malformed row.
        width: number of fields of a row.
        unclosed: the quote may continue up to the end of the file.
    """
    if first.count('"') % 2 == 0:
        return 0
    right = wrong = size = 0
    prose = False
    for place, line in enumerate(following):
        body = line.rstrip("\r\n")
        if not body:
            prose = True
            continue
        if _opens(body, delimiter):
            return 0
        if body.count('"') % 2 and _closes(body, delimiter):
            if not right:
                return place + 1
            return None if wrong else 0
        if width > 1:  # any line has one field
            fits = has_fields(line, delimiter, width)
            right, wrong = right + fits, wrong + (not fits)
        prose = prose or f"{delimiter} " in body
        size += len(line)
        if size > _MOST_AHEAD:
            return None if wrong else 0
    return None if unclosed and (wrong or prose or right < _MANY_ROWS) else 0


def has_fields(line: str, delimiter: str, width: int) -> bool:
    """Whether the line alone is a row with this number of fields."""
    if '"' not in line:
        return line.count(delimiter) == width - 1
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), ())) == width
    except csv.Error:
        return False


def stray_quote(line: str, delimiter: str) -> int | None:
    """The place of the first quote within a quoted field that is neither doubled nor ends the field; None without."""
    place = 0
    while 0 <= place < len(line):
        if line[place] == '"':
            place = line.find('"', place + 1)
            while place >= 0 and line[place + 1 : place + 2] == '"':
                place = line.find('"', place + 2)
            if place < 0:
                return None
            if line[place + 1 : place + 2] not in (delimiter, "", "\r", "\n"):
                return place
        place = line.find(delimiter, place) + 1 or len(line)
    return None


def around(line: str, place: int) -> str:
    """The line around a place, in one line for people."""
    start, end = max(0, place - _SHOWN), place + _SHOWN
    shown = "".join(one if one.isprintable() else " " for one in line.rstrip("\r\n")[start:end])
    return f"{'...' if start else ''}{shown}{'...' if end < len(line.rstrip()) else ''}"


def _opens(body: str, delimiter: str) -> bool:
    """Whether the line's first quote opens a field. A doubled quote before text does not: it is inside of a field."""
    place = body.find('"')
    if place < 0 or (place > 0 and body[place - 1] != delimiter):
        return False
    behind = body[place:].lstrip('"')
    quotes = len(body) - place - len(behind)
    is_empty = not behind or behind.startswith(delimiter)
    return quotes > 1 if is_empty else quotes % 2 == 1


def _closes(body: str, delimiter: str) -> bool:
    return re.search(f'"(?:{re.escape(delimiter)}|$)', body) is not None
