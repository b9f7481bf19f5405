"""JSON values one after another, of which only one is in memory."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqclf.tables.json_decoder import Decoder
from seqclf.tables.row import ReadingStopped

_BETWEEN = re.compile(r"[\s,]*")
_READ_AT_ONCE = 1 << 16
_NEAR_THE_END = 16  # characters: longer than any JSON constant and escape
MOST_IN_VALUE = 2**28
"""Characters of one value."""


def values_of(
    path: Path, start: str, rest: io.TextIOBase | Iterator[str], decoder: Decoder, *, in_array: bool = True
) -> Iterator[tuple[Any, str]]:
    """Each value with its JSON: the items of one array, or values one after another.

    Raises ``ReadingStopped`` if a value is malformed or the array is not closed.

    Args:
        start: the first characters of the file.
        rest: the others: a file or lines.
    """
    text = _Text(start, rest)
    if in_array:
        text.skip()
        text.place += 1  # the bracket
    count = 0
    while text.skip():
        if in_array and text.here == "]":
            text.place += 1
            if text.skip():
                raise ReadingStopped(f"{path}: line {text.line}: there is more after the end of the array")
            return
        try:
            value, end = decoder.raw_decode(text.buffer, text.place)
        except (ValueError, RecursionError) as error:
            if text.may_be_incomplete(error) and text.more():
                continue
            where = f"{path}:{count + 1}: not valid JSON in line {text.line_of(error)}"
            raise ReadingStopped(f"{where} ({_reason(error)}); reading stopped here") from error
        if end == len(text.buffer) and text.more():  # perhaps a number continues
            continue
        count += 1
        yield value, text.buffer[text.place : end]
        text.place = end
    if in_array:
        raise ReadingStopped(f"{path}:{count + 1}: the array is never closed; is the file complete?")


def _reason(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


class _Text:
    """A part of a text that grows on request.

    Attributes:
        place: where the next value begins in ``buffer``.
    """

    def __init__(self, start: str, rest: io.TextIOBase | Iterator[str]) -> None:
        self.buffer, self.place = start, 0
        self._rest = rest
        self._lines_before = 0

    @property
    def here(self) -> str:
        return self.buffer[self.place]

    @property
    def line(self) -> int:
        """Number of the line of ``place``, without blank lines at the start of the file."""
        return self._lines_before + self.buffer.count("\n", 0, self.place) + 1

    def line_of(self, error: Exception) -> int:
        if not isinstance(error, json.JSONDecodeError):
            return self.line
        return self._lines_before + self.buffer.count("\n", 0, error.pos) + 1

    def skip(self) -> bool:
        """Go to the next value or bracket; False at the end of the text."""
        while True:
            found = _BETWEEN.match(self.buffer, self.place)
            assert found is not None
            self.place = found.end()
            if self.place < len(self.buffer):
                return True
            if not self.more():
                return False

    def more(self) -> bool:
        """Read on; False at the end of the text or if the value is too long."""
        pending = self.buffer[self.place :]
        if len(pending) > MOST_IN_VALUE:
            return False
        wanted = max(_READ_AT_ONCE, len(pending))  # doubles, so that a long value is not parsed too often
        found = _read(self._rest, wanted)
        self._lines_before += self.buffer.count("\n", 0, self.place)
        self.buffer, self.place = pending + found, 0
        return bool(found)

    def may_be_incomplete(self, error: Exception) -> bool:
        """Whether the error may vanish with more text."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.pos >= len(self.buffer) - _NEAR_THE_END or error.msg.startswith("Unterminated string")


def _read(rest: io.TextIOBase | Iterator[str], wanted: int) -> str:
    if isinstance(rest, io.TextIOBase):
        return rest.read(wanted)
    found, size = [], 0
    for line in rest:
        found.append(line)
        size += len(line)
        if size >= wanted:
            break
    return "".join(found)
