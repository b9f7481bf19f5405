"""Files that are in another encoding than the one they are read in: most of their non-ASCII lines do not decode."""

from __future__ import annotations

from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import canonical, suggestion
from seqclf.tables.decoding import NotDecoded
from seqclf.tables.packed import reading

_MOST_READ = 1 << 26
_FEWEST = 2
_LEAST_SHARE = 0.01


def check_encoding(path: Path, encoding: str, option: str) -> None:
    """Raise ``InputError`` if most non-ASCII lines are not text of the encoding, and they are not just a few.

    A few (one line, or less than 1 % of the lines) are damaged rows, which their reader reports. Reads at most the
    first 64 MB. A file that cannot be read passes: its reader reports that, too. So does UTF-16 or UTF-32, where no
    line is found before the bytes are decoded.

    Args:
        encoding: by Python's name.
        option: how the user sets the encoding, with a blank behind it.
    """
    name = canonical(encoding) or encoding
    if name.startswith(("utf-16", "utf-32")):
        return
    first = lines = good = bad = size = 0
    try:
        with reading(path) as file:
            for lines, line in enumerate(file, 1):
                size += len(line)
                if not line.isascii():
                    if _decodes(line, name):
                        good += 1
                    else:
                        bad += 1
                        first = first or lines
                if size > _MOST_READ:
                    break
    except (InputError, OSError):
        return
    if bad < _FEWEST or bad <= good or bad < _LEAST_SHARE * lines:
        return
    cure = suggestion(path, option, encoding, opened=reading)
    raise InputError(
        f"{NotDecoded(f'{path}:{first}', encoding)}, like {bad - 1:,} more line{'' if bad == 2 else 's'}; {cure}; "
        f"{option}{name} skips these rows"
    )


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeError:
        return False
    return True
