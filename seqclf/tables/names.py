"""Names of columns and files: unnamed columns, and suggestions for missing ones."""

from __future__ import annotations

import codecs
import difflib
import glob
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from pathlib import Path

from seqclf.errors import InputError
from seqclf.tables.row import Notes

_REPEATED = re.compile(r"(.*) \(column \d+\)_*", re.DOTALL)
_UNNAMED = re.compile(r"column_\d+_*")


def named(header: Sequence[str], notes: Notes) -> list[str]:
    """Distinct names for the columns of a header.

    Unnamed columns are named by position, such as ``column_3``, with underscores added if the name is taken. Columns
    of the same name are told apart by position, too: ``id (column 1)`` and ``id (column 4)``.
    """
    counts = Counter(header)
    unnamed = []
    names = list(header)
    for place, name in enumerate(header, 1):
        if not name.strip():
            names[place - 1] = _free(f"column_{place}", counts)
            unnamed.append(names[place - 1])
        elif counts[name] > 1:
            names[place - 1] = _free(_repeated(name, place), counts)
    notes.unnamed = tuple(unnamed)
    return names


def as_written(name: str) -> str:
    """The field of the header that ``named`` gave this name."""
    repeated = _REPEATED.fullmatch(name)
    return repeated[1] if repeated else "" if _UNNAMED.fullmatch(name) else name


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _repeated(name: str, place: int) -> str:
    return f"{name} (column {place})"


def double_quoted(text: str) -> str:
    """The text in double quotes, with escapes for all but printable ASCII characters, as YAML reads it."""
    quoted = text.replace("\\", r"\\").replace('"', r"\"").encode("ascii", "backslashreplace").decode("ascii")
    printable = "".join(one if one.isprintable() else rf"\x{ord(one):02x}" for one in quoted)
    return f'"{printable}"'


_READ_BOMS = tuple(
    codecs.BOM_UTF8.decode(codec)
    for codec in (
        *("cp437", "cp850", "cp874", "koi8-r", "mac-roman", "iso8859-2", "iso8859-9", "iso8859-15"),
        *(f"cp{number}" for number in range(1250, 1259)),
    )
)
"""The BOM of UTF-8 read in single-byte encodings."""


def listed(columns: Iterable[str]) -> str:
    """Names of columns, separated by commas; in quotes where blanks surround them."""
    return ", ".join(column if column == column.strip() else f'"{column}"' for column in columns)


def column_hint(column: str, columns: Sequence[str]) -> str:
    """A suggestion for a missing column, or advice if the column names look wrong."""
    if columns and columns[0].startswith(_READ_BOMS):
        return "; the file is UTF-8: it starts with the BOM of UTF-8; remove data.encoding (or --encoding)"
    for name in columns:
        if _composed(name) == _composed(column):
            return f"; the file has it in another Unicode normal form: write {double_quoted(name)}, with the quotes"
    if same := [name for place, name in enumerate(columns, 1) if name.rstrip("_") == _repeated(column, place)]:
        return f'; {len(same)} columns have this name: rename one, or name one of them "{same[0]}"'
    if len(columns) == 1 and (mark := next((mark for mark in ";\t,|" if mark in columns[0]), None)):
        name = "tabs" if mark == "\t" else f'"{mark}"'
        return f"; the fields seem to be separated by {name}: save the file with commas as csv, or with tabs as tsv"
    several = [part.strip() for part in column.split(",")]
    if len(several) > 1 and set(several) <= set(columns):
        names = ", ".join(several)
        return f"; these are several columns: on the command line repeat the option, in a config write [{names}]"
    for name in columns:
        if name.strip().casefold() == column.strip().casefold():
            return f'; did you mean "{name}"{", with the blanks" if name != name.strip() else ""}?'
    if close := difflib.get_close_matches(column, columns, n=1):
        return f'; did you mean "{close[0]}"?'
    return "; the first line must name the columns" if any(len(name.split()) > 3 for name in columns) else ""


def similar_column(column: str, columns: Sequence[str]) -> str | None:
    """The column that is most likely meant: in another normal form or case, or with a similar name."""
    for form in (_composed, lambda name: _composed(name).casefold().strip()):
        if same := [name for name in columns if form(name) == form(column)]:
            return same[0]
    return next(iter(difflib.get_close_matches(column, columns, n=1)), None)


def is_same_but_normal_form(column: str, other: str) -> bool:
    """Whether two different names look the same: they differ only in their Unicode normal form."""
    return column != other and _composed(column) == _composed(other)


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def is_url(path: str) -> bool:
    """Whether a path is a URL, also after ``Path`` has joined its slashes."""
    return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:/{1,2}[^/]", path) is not None


def no_such_file(path: Path | str, hint: str = "") -> InputError:
    """The error for a missing file. It suggests the file in the same folder with the closest name, else ``hint``."""
    file = Path(path)
    if str(path).startswith("file:/"):
        local = "/" + str(path).removeprefix("file:").lstrip("/")
        return InputError(f"file://{local}: a local file is named by its path: {shlex.quote(local)}")
    if is_url(str(path)):
        url = re.sub(r":/+", "://", str(path), count=1)
        download = (
            "download its files first" if glob.has_magic(url) else f"download it first (curl -LO {shlex.quote(url)})"
        )
        return InputError(f"{url}: is a URL; only data in a config may be remote (data.train: URL): {download}")
    if glob.has_magic(str(path)):
        found = [name for name in sorted(glob.glob(str(path))) if Path(name).is_file()]
        such = f", such as {shlex.quote(found[0])}" if found else ""
        cure = "give one of the files that it matches" if found else "no file matches it"
        return InputError(f"{path}: expected one file here, not a pattern; {cure}{such}")
    try:
        siblings = [one.name for one in file.parent.iterdir()]
    except OSError:
        siblings = []
    by_lower_case = {name.lower(): name for name in sorted(siblings)}
    close = difflib.get_close_matches(file.name.lower(), by_lower_case, n=1, cutoff=0.8)
    meant = f"; did you mean {shlex.quote(str(file.with_name(by_lower_case[close[0]])))}?" if close else hint
    return InputError(f"{path}: no such file{meant}")


def check_is_file(path: Path) -> None:
    """Raise ``InputError`` for a pipe or a device, in place of a file that is read several times."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(f"{path}: is a pipe or a device, which cannot be read twice; save its content in a file")
