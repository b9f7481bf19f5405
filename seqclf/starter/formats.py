"""Detect the format of a user's file from its extension or its first bytes; advise on unsupported formats."""

from __future__ import annotations

import codecs
from pathlib import Path

from seqclf.errors import InputError
from seqclf.starter.labels_in_lines import advice_on_lines
from seqclf.tables.content import foreign
from seqclf.tables.formats import KINDS, UNREAD, USUAL, kind_of, plain_text_advice, unknown_ending
from seqclf.tables.names import check_is_file, no_such_file
from seqclf.tables.packed import PACKINGS, open_binary, unpacked_name, unpacking

_LOOKED_AT = 65_536  # bytes
_FRAMES = (".pkl", ".pickle", ".feather", ".arrow", ".h5", ".sav", ".dta", ".rds")


def is_data(path: Path) -> bool:
    """Whether a path given as a config is data: a table by its extension, packed or not, or a folder."""
    return path.is_dir() or path.suffix.lower() in (*KINDS, *PACKINGS, *UNREAD, *_FRAMES)


def format_of(path: str) -> str | None:
    """The option ``data.format`` that a file needs; None if its extension says it.

    Raises ``InputError`` if the file is missing or of an unsupported format; the message says what to type.
    """
    file = Path(path)
    if not file.exists():
        raise no_such_file(path)
    check_is_file(file)
    if kind_of(file) is not None:
        return None
    suffix = unpacked_name(file).suffix.lower()
    if suffix in UNREAD:
        raise InputError(unknown_ending(file, ""))
    if suffix in _FRAMES:
        raise InputError(f'{path}: "{suffix}" files are not supported; save it as csv, jsonl or parquet')
    if (kind := _sniffed(file)) is None:
        raise InputError(
            f'{path}: cannot detect the format from the extension "{suffix}" or from the first line; rename the file '
            f"with the extension of its format ({', '.join(USUAL)}){plain_text_advice(file)}"
        )
    return kind


def _as_utf8(start: bytes) -> bytes:
    """The first bytes of a file in UTF-16 with a BOM, as UTF-8; others unchanged."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start.decode("utf-16", "ignore").encode("utf-8", "replace")
    return start


def _sniffed(file: Path) -> str | None:
    with unpacking(file), open_binary(file) as opened:
        start = _as_utf8(opened.read(_LOOKED_AT))
    if start.startswith(b"PAR1"):
        return "parquet"
    if (what := foreign(file, start)) is not None:
        raise InputError(f"{file}: {what}")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"[", b"{")):
        return "jsonl"
    first = text.splitlines()[0] if text else b""
    if b"\0" in start:
        return None
    if (advice := advice_on_lines(file, text)) is not None:
        raise InputError(f"{file}: {advice}")
    marks = {b"\t": "tsv", b",": "csv", b";": "csv", b"|": "csv"}
    return next((kind for mark, kind in marks.items() if mark in first), None)
