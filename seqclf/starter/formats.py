"""What a user's file is, by its ending or else by its first bytes; what to do with one that is not read."""

from __future__ import annotations

import shlex
from pathlib import Path

from seqclf.errors import InputError
from seqclf.table_rows import KINDS, PACKED, SHEETS, no_such_file, open_binary, opening, unknown_ending

_LOOKED_AT = 65_536  # bytes
_FRAMES = (".pkl", ".pickle", ".feather", ".arrow", ".h5", ".sav", ".dta", ".rds")


def is_data(path: Path) -> bool:
    """Whether a path that was given for a config is data: a table by its ending, packed or not, or a folder."""
    suffix = path.suffix.lower()
    return path.is_dir() or suffix in KINDS or suffix in (".json", *PACKED, *SHEETS, *_FRAMES)


def format_of(path: str) -> str | None:
    """The option ``data.format`` that a file needs; None where its ending says it.

    Raises ``InputError`` where there is no such file, or where it is of no kind that is read: it says what to type.
    """
    file = Path(path)
    if not file.exists():
        raise no_such_file(path)
    suffix = file.suffix.lower()
    if suffix in KINDS:
        return None
    if suffix in (*PACKED, *SHEETS):
        raise InputError(unknown_ending(file, ""))
    if suffix in _FRAMES:
        raise InputError(f'{path}: files of the ending "{suffix}" are not read; save it as csv, jsonl or parquet')
    if (kind := _sniffed(file)) is None:
        raise InputError(
            f'{path}: cannot tell the format from the ending "{suffix}" or from its first line; give it the ending of '
            f"what it is ({', '.join(KINDS)})"
        )
    return kind


def _sniffed(file: Path) -> str | None:
    with opening(file), open_binary(file) as opened:
        start = opened.read(_LOOKED_AT)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        raise InputError(f"{file}: a packed file, or a spreadsheet; unpack it, or save it as csv")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        name = shlex.quote(str(file))
        raise InputError(
            f"{file}: one JSON list; write an object a line instead: jq -c '.[]' {name} > "
            f"{shlex.quote(str(file.with_suffix('.jsonl')))}"
        )
    first = text.split(b"\n", 1)[0]
    if first.startswith(b"{"):
        if first.rstrip().endswith(b"}"):
            return "jsonl"
        raise InputError(
            f"{file}: JSON over several lines; write an object a line instead: jq -c . {shlex.quote(str(file))} > "
            f"{shlex.quote(str(file.with_suffix('.jsonl')))}"
        )
    if b"\0" in start:
        return None
    return "tsv" if b"\t" in first else "csv" if b"," in first else None
