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


def _is_utf8(path: Path) -> bool:
    try:
        return bool(is_utf8(path, opened=reading))
    except (InputError, OSError):  # reading the file reports it
        return False
