"""Which files can only be UTF-8."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import is_utf8
from seqclf.tables.packed import reading


def utf8_among(paths: Iterable[Path]) -> list[Path]:
    """The files that can only be UTF-8, packed or not; files that cannot be read are not among them."""
    return [path for path in paths if _is_utf8(path)]


def utf8_and_others(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files that can only be UTF-8, and those that cannot; ASCII and what cannot be read is in neither list."""
    found: dict[bool | None, list[Path]] = {True: [], False: [], None: []}
    for path in paths:
        found[_is_utf8(path)].append(path)
    return found[True], found[False]


def _is_utf8(path: Path) -> bool | None:
    """As ``is_utf8``; None for a file that cannot be read: reading it reports it."""
    try:
        return is_utf8(path, opened=reading)
    except (InputError, OSError):
        return None
