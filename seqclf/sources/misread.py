"""Files in UTF-8 that are read in another encoding: a warning, as a run reads its texts like earlier versions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, conversion, is_utf8
from seqclf.tables.packed import open_binary, unpacking


def utf8_among(paths: Iterable[Path]) -> list[Path]:
    """The files that can only be UTF-8, packed or not; files that cannot be read are not among them."""
    return [path for path in paths if _is_utf8(path)]


def _is_utf8(path: Path) -> bool:
    try:
        with unpacking(path):
            return bool(is_utf8(path, opened=open_binary))
    except (InputError, OSError):  # reading the file reports it
        return False


def misread(encoding: str, paths: Iterable[Path], option: str) -> list[str]:
    """A sentence for a warning if files are UTF-8 although ``encoding`` is another: what to do.

    ``option``: how the user sets the encoding, as in ``file_encoding.suggestion``.
    """
    if canonical(encoding) == UTF8 or not (files := utf8_among(paths)):
        return []
    more = len(files) - 1
    which = f"{files[0]} and {more:,} more file{'s' * (more > 1)} are" if more else f"{files[0]} is"
    return [
        f"{which} UTF-8 text, but read as {encoding}, which garbles it: remove {option.rstrip(': ')}, and convert the "
        f"files in {encoding}, if there are any ({conversion(encoding)})"
    ]
