"""Rows of spreadsheets."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.errors import InputError
from seqclf.tables.content import START, instead_of
from seqclf.tables.decoding import Open
from seqclf.tables.names import named
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.row import Notes, Row

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def sheet_rows(path: Path, opened: Open = open_binary, notes: Notes | None = None) -> Iterator[Row | InputError]:
    """Rows of the first visible sheet, with their numbers in it. Its first row names the columns; titles above are
    not read.

    All values are strings, as in a csv file that a spreadsheet program writes: ``1`` for 1.0, ``true``, dates in ISO
    8601, an empty string for an empty cell. Rows without content are omitted.

    Raises ``InputError`` if the file is no spreadsheet or the library that reads them is not installed.
    """
    notes = notes or Notes()
    with unpacking(path), opened(path) as file:
        content = file.read()
    workbook = _workbook(path, content)
    sheet = _first_sheet(path, workbook, notes)
    first = (sheet.start or (0, 0))[0] + 1
    table = [[_text(value) for value in values] for values in sheet.to_python(skip_empty_area=True)]
    place = _header_place(table)
    if place is None:
        return
    header = named(table[place], notes)
    if any(map(any, table[:place])):
        notes.sentences.append(f"{path}: the columns are named in row {first + place}; the rows above are not read")
    for number, fields in enumerate(table[place + 1 :], first + place + 1):
        if any(fields):
            yield number, dict(zip(header, fields, strict=True))


def _header_place(table: Sequence[Sequence[str]]) -> int | None:
    """The index of the first row that fills several cells, below titles; of the first with content if none does."""
    filled = [sum(map(bool, fields)) for fields in table]
    most = max(filled, default=0)
    return next((place for place, count in enumerate(filled) if count >= min(2, most)), None) if most else None


def _workbook(path: Path, content: bytes) -> CalamineWorkbook:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        cure = 'pip install "seqclf[xlsx]"'
        raise InputError(f"{path}: reading spreadsheets needs {cure}; or save it as CSV (UTF-8)") from error
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, OSError) as error:
        is_sheet = content.startswith((b"PK", b"\xd0\xcf"))
        other = None if is_sheet else instead_of(path, content[:START], "spreadsheet")
        raise InputError(f"{path}: {other or f'not a readable spreadsheet ({error})'}") from error


def _first_sheet(path: Path, workbook: CalamineWorkbook, notes: Notes) -> CalamineSheet:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    visible = [
        one.name for one in workbook.sheets_metadata if one.name in sheets and one.visible == SheetVisibleEnum.Visible
    ]
    if not sheets:
        raise InputError(f"{path}: contains no sheet with cells")
    name = (visible or sheets)[0]
    if len(sheets) > 1:
        others = ", ".join(f'"{one}"' for one in sheets if one != name)
        notes.sentences.append(f'{path} has {len(sheets)} sheets; "{name}" is read, not {others}')
    return workbook.get_sheet_by_name(name)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return "" if value is None else str(value)
