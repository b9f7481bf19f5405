"""Names of columns and files: unnamed columns, and suggestions for missing ones."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence
from pathlib import Path

from seqclf.errors import InputError


def named(header: list[str]) -> list[str]:
    """Name unnamed columns by position, such as ``column_3``, with underscores added if the name is taken."""
    named = list(header)
    for place, name in enumerate(header):
        if not name.strip():
            named[place] = f"column_{place + 1}"
            while named[place] in header:
                named[place] += "_"
    return named


def column_hint(column: str, columns: Sequence[str]) -> str:
    """A suggestion for a missing column, or advice if the column names look wrong."""
    if len(columns) == 1 and (mark := next((mark for mark in ";\t,|" if mark in columns[0]), None)):
        name = "tabs" if mark == "\t" else f'"{mark}"'
        return f"; the fields seem to be separated by {name}: save the file with commas as csv, or with tabs as tsv"
    if close := difflib.get_close_matches(column, columns, n=1):
        return f'; did you mean "{close[0]}"?'
    return "; the first line must name the columns" if any(len(name.split()) > 3 for name in columns) else ""


def no_such_file(path: Path | str, hint: str = "") -> InputError:
    """The error for a missing file. It suggests the file in the same folder with the closest name, else ``hint``."""
    file = Path(path)
    try:
        siblings = [one.name for one in file.parent.iterdir()]
    except OSError:
        siblings = []
    by_lower_case = {name.lower(): name for name in sorted(siblings)}
    close = difflib.get_close_matches(file.name.lower(), by_lower_case, n=1, cutoff=0.8)
    meant = f"; did you mean {shlex.quote(str(file.with_name(by_lower_case[close[0]])))}?" if close else hint
    return InputError(f"{path}: no such file{meant}")
