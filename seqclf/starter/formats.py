"""Detect the format of a user's file from its extension or its first bytes; advise on unsupported formats."""

from __future__ import annotations

import shlex
from pathlib import Path

from seqclf.errors import InputError
from seqclf.tables.decoding import open_binary, opening
from seqclf.tables.formats import KINDS, PACKED, SHEETS, unknown_ending
from seqclf.tables.names import no_such_file

_LOOKED_AT = 65_536  # bytes
_FRAMES = (".pkl", ".pickle", ".feather", ".arrow", ".h5", ".sav", ".dta", ".rds")


def is_data(path: Path) -> bool:
    """Whether a path given as a config is data: a table by its extension, compressed or not, or a folder."""
    suffix = path.suffix.lower()
    return path.is_dir() or suffix in KINDS or suffix in (".json", *PACKED, *SHEETS, *_FRAMES)


def format_of(path: str) -> str | None:
    """The option ``data.format`` that a file needs; None if its extension says it.

    Raises ``InputError`` if the file is missing or of an unsupported format; the message says what to type.
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
        raise InputError(f'{path}: "{suffix}" files are not supported; save it as csv, jsonl or parquet')
    if (kind := _sniffed(file)) is None:
        raise InputError(
            f'{path}: cannot detect the format from the extension "{suffix}" or from the first line; rename the file '
            f"with the extension of its format ({', '.join(KINDS)})"
        )
    return kind


def _sniffed(file: Path) -> str | None:
    with opening(file), open_binary(file) as opened:
        start = opened.read(_LOOKED_AT)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        raise InputError(f"{file}: is a compressed file or a spreadsheet; unpack it, or save it as csv")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        name = shlex.quote(str(file))
        raise InputError(
            f"{file}: is one JSON list; write one object per line instead: jq -c '.[]' {name} > "
            f"{shlex.quote(str(file.with_suffix('.jsonl')))}"
        )
    first = text.split(b"\n", 1)[0]
    if first.startswith(b"{"):
        if first.rstrip().endswith(b"}"):
            return "jsonl"
        raise InputError(
            f"{file}: is multi-line JSON; write one object per line instead: jq -c . {shlex.quote(str(file))} > "
            f"{shlex.quote(str(file.with_suffix('.jsonl')))}"
        )
    if b"\0" in start:
        return None
    return "tsv" if b"\t" in first else "csv" if b"," in first else None
