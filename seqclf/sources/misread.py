"""Files in UTF-8 that are read in another encoding: a warning, as a run reads its texts like earlier versions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from seqclf.file_encoding import UTF8, canonical, conversion
from seqclf.tables.utf8_files import utf8_among


def misread(encoding: str, paths: Iterable[Path], option: str) -> list[str]:
    """What to do if some files are UTF-8, but ``encoding`` names another encoding: a sentence for a warning.

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
