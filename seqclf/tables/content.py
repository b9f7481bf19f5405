"""What a file really is, by its first bytes."""

from __future__ import annotations

import re
from pathlib import Path

from seqclf.errors import InputError

START = 512
"""Bytes that ``check_is_text`` looks at."""

_PACKED = {
    b"\x1f\x8b": ("a gzip file", ".gz"),
    b"BZh91AY&SY": ("a bzip2 file", ".bz2"),
    b"\xfd7zXZ\x00": ("an xz file", ".xz"),
    b"\x28\xb5\x2f\xfd": ("a zstd file", ".zst"),
}
_ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")
_ENDINGS = {".zip", *(ending for _, ending in _PACKED.values())}
_OTHERS = {
    b"version https://git-lfs.github.com/": "a pointer of Git LFS, not the file; get the file with `git lfs pull`",
    b"PAR1\x15": "a parquet file; rename it {parquet}",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel file or another document; rename it {xls}",
    b"%PDF-": "a PDF file; save its table as CSV (UTF-8)",
    b"SQLite format 3\x00": "an SQLite database; export its table as csv",
    b"ARROW1\x00\x00": "an Arrow file; save it as parquet, for example with pandas",
    b"\x89HDF": "an HDF5 file; save it as csv or parquet, for example with pandas",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
}
_SHEET = re.compile(rb"\[Content_Types\]\.xml|xl/|docProps/|_rels/")
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_XML_ERROR = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<Error>")
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def packing_by(start: bytes) -> tuple[str, str] | None:
    """What a packed file that starts with these bytes is, and its extension."""
    if start.startswith(_ZIPPED):
        return "a zip file", ".zip"
    return next((found for mark, found in _PACKED.items() if start.startswith(mark)), None)


def foreign(path: Path, start: bytes) -> str | None:
    """What a file that starts with these bytes is, and what to do; None for text and unknown content."""
    if start.startswith(_ZIPPED) and _SHEET.search(start):
        return office_document(path)
    if (packing := packing_by(start)) is not None:
        what, ending = packing
        if path.suffix.lower() in _ENDINGS:
            return f"contains {what}; unpack it first"
        if not path.exists() and ending != ".zip":  # a stream
            return f"is {what}; unpack it before it is read, for example with zcat"
        return f"is {what}, whatever its extension says; rename it {path.name}{ending}"
    for mark, what in _OTHERS.items():
        if start.startswith(mark):
            return f"is {what.format(parquet=_renamed(path, '.parquet'), xls=_renamed(path, '.xls'))}"
    if _XML_ERROR.match(start):
        return "is a server's error message (XML), not a table: download the file again"
    if _HTML.match(start.removeprefix(b"\xef\xbb\xbf")):
        return "is a web page (HTML), not a table: download the file itself, not the page that shows it"
    return None


def _renamed(path: Path, ending: str) -> str:
    """The name of a file with another extension for its format; a packed file keeps that of its packing."""
    packing = path.suffix if path.suffix.lower() in _ENDINGS else ""
    return path.with_name(path.name.removesuffix(packing)).with_suffix(ending).name + packing


def instead_of(path: Path, start: bytes, kind: str) -> str | None:
    """What a file that cannot be read as a ``kind`` is, by its first bytes, and what to do; None for unknown content.

    Text is taken for a table, and by its start for one of JSON or with tabs.
    """
    if (found := foreign(path, start)) is not None:
        return found
    if not start.strip() or _NOT_TEXT.search(start):
        return None
    ending = ".jsonl" if start.lstrip().startswith((b"{", b"[")) else ".tsv" if b"\t" in start else ".csv"
    cure = f"rename it {_renamed(path, ending)}" if path.exists() else f"read it as {ending[1:]}"
    return f"looks like text, not a {kind}, whatever its extension says; {cure}"


def office_document(path: Path) -> str:
    """What a zip file of an Office document is, and what to do."""
    return f"is an Excel file (or another Office document); rename it {_renamed(path, '.xlsx')}"


def check_is_text(path: Path, start: bytes, *, html: bool = True) -> None:
    """Raise ``InputError`` if these first bytes of a file belong to another kind than text.

    Args:
        html: HTML counts as another kind.
    """
    found = foreign(path, start)
    if found is not None and (html or "(HTML)" not in found):
        raise InputError(f"{path}: {found}")
