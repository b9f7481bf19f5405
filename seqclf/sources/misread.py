"""Files in UTF-8 that are read in another encoding: a warning, as a run reads its texts like earlier versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, conversion, decoded
from seqclf.tables.packed import reading, unpacked_name
from seqclf.tables.utf8_files import utf8_and_others


def misread(encoding: str, paths: Iterable[Path], option: str, *, guessed: bool = False) -> list[str]:
    """What to do if some files are UTF-8, but ``encoding`` names another encoding: a sentence for a warning.

    The fewer files are to be converted.

    Args:
        option: how the user sets the encoding, as in ``file_encoding.suggestion``.
        guessed: nobody has set it.
    """
    if canonical(encoding) == UTF8:
        return []
    files, others = utf8_and_others(paths)
    if not files:
        return []
    more = len(files) - 1
    which = f"{files[0]} and {more:,} more file{'s' * (more > 1)} are" if more else f"{files[0]} is"
    if len(files) < len(others) and all(_fits(path, encoding) for path in files):
        cure = _convert(files, UTF8, encoding)
    else:
        cures = [] if guessed else [f"remove {option.rstrip(': ')}"]
        cures += [_convert(others, encoding, UTF8)] if others else []
        cure = ", and ".join(cures)
    return [f"{which} UTF-8 text, but read as {encoding}, which garbles it: {cure}"]


def _convert(files: Sequence[Path], encoding: str, to: str) -> str:
    """The advice to convert files, with the command for one of them."""
    what, its = (f"the {len(files):,} files in {encoding}", "their") if len(files) > 1 else (str(files[0]), "its")
    is_one = len(files) == 1 and unpacked_name(files[0]) == files[0]
    how = conversion(encoding, files[0] if is_one else "FILE", to=to)
    return f"convert {what} to {to}, and put NEW in {its} place ({how})"


def _fits(path: Path, encoding: str) -> bool:
    """Whether the file can be written in the encoding."""
    try:
        with reading(path) as file:
            decoded(file.read(), UTF8).encode(encoding)
    except (InputError, OSError, UnicodeError):
        return False
    return True
