"""Plain-text tables that fit a terminal: they omit columns rather than cut a number or a word."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_GAP = "  "
_NARROWEST = 6  # minimum width of a first column whose cells are cut


def cell_len(text: str) -> int:
    """The terminal columns that a text takes: two for a Chinese or Japanese character."""
    from rich import cells  # here, so that help pages do not import rich

    return cells.cell_len(text)


@dataclass(frozen=True)
class Column:
    """A heading and the cells below it.

    Attributes:
        left: align cells left; else right.
        spare: a table that is too wide omits the columns with the largest number first; never those with 0.
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
        """The width in terminal columns, with the heading on one line."""
        return max(cell_len(self.heading), self._of_cells)

    @property
    def narrowest(self) -> int:
        """The width with one word of the heading per line."""
        return max([self._of_cells, *map(cell_len, self.heading.split())])


def of_rows(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    left: Collection[str] = (),
    spare: Mapping[str, int] = MappingProxyType({}),
) -> list[Column]:
    """Turn rows of cells into columns; ``left`` and ``spare`` refer to headings."""
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(headings)
    return [
        Column(heading, column, heading in left, spare.get(heading, 0))
        for heading, column in zip(headings, cells, strict=True)
    ]


def fits(columns: Sequence[Column], width: int | None) -> bool:
    """Whether all columns fit without cutting."""
    return width is None or sum(column.narrowest + len(_GAP) for column in columns) - len(_GAP) <= width


def table(columns: Sequence[Column], width: int | None) -> list[str]:
    """The lines of the table, at most ``width`` columns wide; None: unlimited.

    To fit, the table first wraps headings between words, then omits spare columns, and last cuts the cells of the
    first column, which names the rows.
    """
    shown = _spared(columns, width)
    widths = _widths(shown, width)
    headings = [_broken(column.heading, size) for column, size in zip(shown, widths, strict=True)]
    tallest = max(map(len, headings))
    rows = [*zip(*([""] * (tallest - len(lines)) + lines for lines in headings), strict=True)]
    rows += zip(*(column.cells for column in shown), strict=True)
    return [_line(shown, widths, row) for row in rows]


def _widths(columns: Sequence[Column], width: int | None) -> list[int]:
    """The width of each column, with as few lines of headings as fit."""
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
    """How much wider a column must be to save a line of its heading; 0 if the heading has one line."""
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
    """The table of ``make(True)``; if it is too wide, that of ``make(False)``, which has shorter cells."""
    full = make(True)
    return table(full if fits(full, width) else make(False), width)
