"""The lines of a text file, packed or not, with one kind of line end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import canonical, decoder_of, encoding_of, suggestion
from seqclf.runtime import available_memory_bytes
from seqclf.tables.content import foreign, packing_by
from seqclf.tables.decoding import NotDecoded
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.values import is_text

OPTION = "data.encoding: "
"""How the user sets the encoding, for messages."""

_SNIFFED = 8_192  # bytes
_PIECE = 1 << 24  # characters of a long line that are read at once
_WIDE = ("utf-16", "utf-32")

BYTES_A_CHARACTER = 12
"""Memory that a long document takes until it is token ids. It was 8 for characters and bytes, and 12 for words."""


def is_wide(encoding: str) -> bool:
    """Whether each character takes several bytes, some of which may be 0."""
    return (canonical(encoding) or "").startswith(_WIDE)


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Each line with its line end, which is LF whatever the file has: LF, CR LF or CR. No line is empty.

    Raises ``InputError`` if the file cannot be read, is not text in the encoding, or has a line longer than memory.
    """
    number = 0
    with unpacking(path), _opened(path, encoding) as file:
        try:
            while line := _line(path, file):
                number += 1
                if not (line.isascii() or is_text((line,))):  # undecodable bytes have become lone surrogates
                    raise _undecodable(path, number, encoding)
                yield line.removeprefix("\ufeff") if number == 1 else line
        except UnicodeError as error:
            raise _undecodable(path, number + 1, encoding) from error


def _opened(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file as text. Raises ``InputError`` if it is not text, such as a parquet file."""
    file = open_binary(path)
    try:
        assert isinstance(file, io.BufferedReader)
        _check_is_text(path, file.peek(_SNIFFED)[:_SNIFFED], encoding)
    except BaseException:
        file.close()
        raise
    return io.TextIOWrapper(file, encoding=decoder_of(encoding), errors="surrogateescape", newline=None)


def _line(path: Path, file: io.TextIOWrapper) -> str:
    pieces, size = [], 0
    while piece := file.readline(_PIECE):
        pieces.append(piece)
        if piece.endswith("\n"):
            break
        size += len(piece)
        if size >= _PIECE:
            check_memory(path, size, "a line", "cut it into shorter lines")
    return pieces[0] if len(pieces) == 1 else "".join(pieces)


def check_memory(path: Path, characters: int, what: str, cure: str) -> None:
    """Raise ``InputError`` if the free memory is too small for a document, or for the rest of it.

    Args:
        what: what takes the memory, such as "a line".
        cure: what to do.
    """
    free = available_memory_bytes()
    if free is not None and characters * BYTES_A_CHARACTER > free:
        found = f"{what} of {characters:,} characters needs {characters * BYTES_A_CHARACTER / 1e9:,.1f} GB of memory"
        raise InputError(f"{path}: {found}, and {free / 1e9:,.1f} GB are free; {cure}")


def check_start(path: Path, encoding: str) -> None:
    """Raise ``InputError`` if the file cannot be read, or if its first characters are not text in the encoding."""
    with unpacking(path), _opened(path, encoding) as file:
        try:
            start = file.read(_SNIFFED)
        except UnicodeError as error:
            raise _undecodable(path, 1, encoding) from error
        if not is_text((start,)):
            raise _undecodable(path, 1 + _before_surrogate(start).count("\n"), encoding)


def _check_is_text(path: Path, start: bytes, encoding: str) -> None:
    """Raise ``InputError`` if a file that starts with these bytes is of another kind. HTML and XML are text."""
    found = foreign(path, start)
    if found is not None and "(HTML)" not in found and "(XML)" not in found:
        if "git lfs" in found or (packing_by(start) is not None and "Excel" not in found):
            raise InputError(f"{path}: {found}")
        kind = found.partition("; ")[0]
        raise InputError(f"{path}: {kind}; expected plain text: export its text, or for a table set data.source: table")
    if b"\0" in start and not is_wide(encoding):
        if is_wide(encoding_of(path, opened=open_binary) or ""):
            raise _undecodable(path, 1, encoding)
        raise InputError(f"{path}: is not text, it has NUL bytes; expected plain text")


def _before_surrogate(text: str) -> str:
    """The text before its first lone surrogate, which stands for an undecodable byte."""
    return next((text[:place] for place, one in enumerate(text) if "\ud800" <= one <= "\udfff"), text)


def _undecodable(path: Path, line: int, encoding: str) -> InputError:
    cure = suggestion(path, OPTION, encoding, opened=open_binary)
    return InputError(f"{NotDecoded(f'{path}:{line}', encoding)}; {cure}")
