"""Lines for Python's csv reader, of which those after the start of a malformed row are read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

MOST_IN_ROW = 2**26
"""Characters in a row of several lines. A longer row has a quote that is never closed."""

CR_WITHIN = "\ud80d"
"""Stands for a CR within a line, where Python's reader would end the row. No decoder returns this character."""


class RowTooLong(Exception):
    """A row has several lines and more than ``MOST_IN_ROW`` characters."""


class LinesAgain:
    """An iterator over lines, for ``csv.reader``.

    Attributes:
        number: number of the last line taken.
        row: the lines taken since ``begin_row``.
        read_again: characters that were put back so far.
    """

    def __init__(self, lines: Iterator[str], before: int = 0) -> None:
        self.number = before
        self.row: list[str] = []
        self.read_again = 0
        self._lines = lines
        self._again: deque[str] = deque()
        self._size = 0

    def take(self) -> str | None:
        """The next line; None at the end."""
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is not None:
            self.number += 1
        return line

    def begin_row(self, line: str) -> None:
        """Let ``csv.reader`` begin with the line taken last."""
        self._again.appendleft(line)
        self.number -= 1
        self.row, self._size = [], 0

    def __iter__(self) -> LinesAgain:
        return self

    def __next__(self) -> str:
        line = self.take()
        if line is None:
            raise StopIteration
        self.row.append(line)
        self._size += len(line)
        if self._size > MOST_IN_ROW and len(self.row) > 1:
            raise RowTooLong
        body = line.rstrip("\r\n")
        return body.replace("\r", CR_WITHIN) + line[len(body) :] if "\r" in body else line

    def put_back(self) -> None:
        """Put back all lines of the row but its first."""
        self._again.extendleft(reversed(self.row[1:]))
        self.number -= len(self.row) - 1
        self.read_again += self._size

    def ahead(self) -> Iterator[str]:
        """The lines that follow, without taking them."""
        for line in list(self._again):
            self.read_again += len(line)
            yield line
        for line in self._lines:
            self._again.append(line)
            self.read_again += len(line)
            yield line

    def skip(self, count: int) -> None:
        for _ in range(count):
            self.take()
