"""Tables of plain text that fit a terminal: a column gives way as a whole, before a number or a word is cut."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_GAP = "  "
_NARROWEST = 6  # of a first column whose cells are cut


def cell_len(text: str) -> int:
    """The characters of a terminal that a text takes: two for each of Chinese or Japanese."""
    from rich import cells  # here, so that help pages need no rich

    return cells.cell_len(text)


@dataclass(frozen=True)
class Column:
    """A heading and what stands below it.

    Attributes:
        left: the cells begin under each other; else they end so.
        spare: where the table is too wide, columns with the largest number are left out first; with 0 never.
    """

    heading: str
    cells: Sequence[str]
    left: bool = False
    spare: int = 0

    @property
    def _of_cells(self) -> int:
        return max((cell_len(cell) for cell in self.cells), default=0)

    @property
    def widest(self) -> int:
        """In characters of a terminal, with the heading on one line."""
        return max(cell_len(self.heading), self._of_cells)

    @property
    def narrowest(self) -> int:
        """With a line for each word of the heading."""
        return max([self._of_cells, *map(cell_len, self.heading.split())])


def of_rows(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    left: Collection[str] = (),
    spare: Mapping[str, int] = MappingProxyType({}),
) -> list[Column]:
    """The columns of rows of cells; ``left`` and ``spare`` by their headings."""
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(headings)
    return [
        Column(heading, column, heading in left, spare.get(heading, 0))
        for heading, column in zip(headings, cells, strict=True)
    ]


def fits(columns: Sequence[Column], width: int | None) -> bool:
    """Whether all columns can be shown whole."""
    return width is None or sum(column.narrowest + len(_GAP) for column in columns) - len(_GAP) <= width


def table(columns: Sequence[Column], width: int | None) -> list[str]:
    """The lines of the table, at most ``width`` characters wide; None: as wide as they are.

    Headings are broken between words first. Then columns that can be spared are left out, and at last the cells of the
    first column, which names the rows, are cut.
    """
    shown = _spared(columns, width)
    widths = _widths(shown, width)
    headings = [_broken(column.heading, size) for column, size in zip(shown, widths, strict=True)]
    tallest = max(map(len, headings))
    rows = [*zip(*([""] * (tallest - len(lines)) + lines for lines in headings), strict=True)]
    rows += zip(*(column.cells for column in shown), strict=True)
    return [_line(shown, widths, row) for row in rows]


def _widths(columns: Sequence[Column], width: int | None) -> list[int]:
    """Of each column: the headings have as few lines as there is room for."""
    if width is None:
        return [column.widest for column in columns]
    widths = [column.narrowest for column in columns]
    room = width - sum(widths) - len(_GAP) * (len(widths) - 1)
    while wider := [
        (len(_broken(column.heading, size)), more, place)
        for place, (column, size) in enumerate(zip(columns, widths, strict=True))
        if 0 < (more := _to_save_a_line(column, size)) <= room
    ]:
        _, more, place = max(wider, key=lambda found: (found[0], -found[1]))
        widths[place] += more
        room -= more
    widths[0] = max(min(_NARROWEST, widths[0]), widths[0] + min(0, room))
    return widths


def _to_save_a_line(column: Column, width: int) -> int:
    """By how much a column must grow for its heading to have a line less; 0 where that has one."""
    lines = len(_broken(column.heading, width))
    return next((w - width for w in range(width + 1, column.widest + 1) if len(_broken(column.heading, w)) < lines), 0)


def _spared(columns: Sequence[Column], width: int | None) -> list[Column]:
    shown = list(columns)
    while not fits(shown, width) and (most := max(column.spare for column in shown)):
        shown.remove(next(column for column in shown if column.spare == most))
    return shown


def _broken(heading: str, width: int) -> list[str]:
    return textwrap.wrap(heading, max(1, width), break_long_words=False, break_on_hyphens=False) or [""]


def _line(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]) -> str:
    sized = []
    for place, (column, width, cell) in enumerate(zip(columns, widths, cells, strict=True)):
        if place == 0 and cell_len(cell) > width:
            cell = _cut(cell, width - 1) + "…"
        blanks = " " * (width - cell_len(cell))
        sized.append(cell + blanks if column.left else blanks + cell)
    return _GAP.join(sized).rstrip()


def _cut(text: str, width: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(text, width).rstrip()


def first_that_fits(make: Callable[[bool], Sequence[Column]], width: int | None) -> list[str]:
    """The table of ``make(True)``, or of ``make(False)``, which has shorter cells, where that would be too wide."""
    whole = make(True)
    return table(whole if fits(whole, width) else make(False), width)
