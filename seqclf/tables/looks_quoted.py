"""Signs that a tsv file, which is read without quoting, was written with it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from seqclf.tables.dialect import dialect_of

_DOUBLED = re.compile(r'"(?:[^"]|"")*""(?:[^"]|"")*"')
_MOST_LINES = 200  # of one row
_MOST_LOOKS = 100
_FEW_ROWS = 5


class LooksQuoted:
    """Counts the fields of a tsv file that look quoted.

    Two signs suffice alone: a quoted field with doubled quotes inside, and a row that has as many fields as the header
    only if its quotes enclose a tab or a line end. The third is a field in quotes in every row.

    Attributes:
        every_row: whether each row so far has quotes.
    """

    def __init__(self, first: str, width: int, *, may_wait: bool) -> None:
        """
        Args:
            first: the first line.
            width: number of fields of a row.
            may_wait: lines may be read ahead of good rows; not so where a program writes them one by one.
        """
        self.every_row = True
        self._cure = _cure(first)
        self._width, self._looks, self._may_wait = width, 0, may_wait
        self._rows = self._found = self._line = 0
        self._hinted = False

    def add(self, number: int, line: str, fields: list[str], ahead: Iterator[str]) -> str:
        """Look at a line with quotes; returns a hint for the first wrong number of fields that quoting would mend.

        Args:
            ahead: the lines that follow.
        """
        self._rows += 1
        enclosed = [field for field in fields if len(field) > 1 and field[0] == field[-1] == '"']
        self.every_row = self.every_row and bool(enclosed)
        wrong = len(fields) != self._width
        sure = any(_DOUBLED.fullmatch(field) for field in enclosed)
        if not sure and (wrong or (self._width == 1 and self._may_wait)) and self._looks < _MOST_LOOKS:
            self._looks += 1
            sure = self._fits(line, ahead)
        if not sure:
            return ""
        self._found += 1
        self._line = self._line or number
        if not wrong or self._hinted:
            return ""
        self._hinted = True
        return f"; the file looks quoted, but tsv is read without quoting: {self._cure}"

    def _fits(self, line: str, ahead: Iterable[str]) -> bool:
        """Whether quotes around a tab or a line end give a row with all fields, and the line alone has not all."""
        if not re.search('(?:^|\t)"', line):
            return False
        lines = chain((line,), islice(ahead, _MOST_LINES if line.count('"') % 2 else 0))
        reader = csv.reader((one.replace("\r", "") for one in lines), delimiter="\t", strict=True)
        try:
            row = next(reader, [])
        except csv.Error:
            return False
        return len(row) == self._width and (reader.line_num > 1 or any("\t" in field for field in row))

    def sentences(self, path: object) -> Iterator[str]:
        """A remark for the screen, if the file looks quoted."""
        if self._found:
            rows = "1 row" if self._found == 1 else f"{self._found:,} rows"
            yield (
                f"{path} looks quoted in {rows}, first in line {self._line}, but tsv is read without quoting, so "
                f"quotes stay in the texts: {self._cure}"
            )
        elif self.every_row and self._rows >= _FEW_ROWS:
            yield (
                f"every row of {path} has a field in quotes, but tsv is read without quoting, so quotes stay in the "
                f"texts: if they are no part of them, {self._cure}"
            )


def _cure(first: str) -> str:
    """What to do with a quoted tsv file that has this first line."""
    if dialect_of("csv", first).delimiter == "\t":
        return (
            "read it as csv, which also reads tabs: set data.format to csv (predict: --input-format csv), or rename it "
            "to end in .csv"
        )
    return "write each name in the first line in quotes"
