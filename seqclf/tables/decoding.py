"""Open files of rows: bytes, decoded lines, errors that name the file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, decoder_of
from seqclf.tables.content import START, check_is_text
from seqclf.tables.packed import unpacking
from seqclf.tables.row import ReadingStopped
from seqclf.tables.values import is_text

LOOKED_AT = 65_536
"""Characters before the first line end, in search of it."""

MOST_WITHOUT_LF = 2**26
"""Characters in which a file with a lone CR is searched for LF."""

Open = Callable[[Path], BinaryIO]
"""Opens a file for reading bytes."""


class NotDecoded(InputError):
    """Bytes that are not valid text in the given encoding."""

    def __init__(self, where: str, encoding: str) -> None:
        named = "UTF-8" if canonical(encoding) == UTF8 else encoding
        super().__init__(f"{where}: not {named} text")


class RestNotDecoded(NotDecoded, ReadingStopped):
    """In some encodings no line end can be found after such bytes."""


def text_of(path: Path, opened: Open, encoding: str, *, html: bool = True) -> io.TextIOWrapper:
    """A file as text. Undecodable bytes become lone surrogates, so that only their rows are lost.

    Raises ``InputError`` if the content is of another kind.

    Args:
        html: HTML is of another kind.
    """
    file = opened(path)
    try:
        check_is_text(path, file.peek(START)[:START] if isinstance(file, io.BufferedReader) else b"", html=html)
    except BaseException:
        file.close()
        raise
    return io.TextIOWrapper(file, encoding=decoder_of(encoding), errors="surrogateescape", newline="\n")


def physical_lines(file: io.TextIOWrapper, start: str | None = None) -> Iterator[str]:
    """Lines that end with LF or CRLF or, if the file's first line end is a lone CR and no LF follows, with CR.

    A CR within a line of a file with LF belongs to the line. Reads no more of a stream than it must: up to the first
    line end. After a lone CR, LF is sought within ``MOST_WITHOUT_LF`` characters.

    Args:
        start: the result of ``file.readline(LOOKED_AT)``, if it was called before.
    """
    first = file.readline(LOOKED_AT) if start is None else start
    if first and not first.endswith("\n"):
        first += file.readline(MOST_WITHOUT_LF if "\r" in first else -1)
        if "\r" in first and not first.endswith("\n"):
            return _ended_by_cr(file, first)
    return chain((first,), file) if first else iter(())


def _ended_by_cr(file: io.TextIOWrapper, rest: str) -> Iterator[str]:
    while True:
        *complete, rest = rest.split("\r")
        for line in complete:
            yield f"{line}\r"
        more = file.read(LOOKED_AT)
        if not more:
            break
        rest += more
    if rest:
        yield rest


def decoded_lines(
    path: Path, opened: Open, encoding: str, *, html: bool = True
) -> Iterator[tuple[int, str | InputError]]:
    """Each line with its number. An undecodable line is an error of that line only, if line ends can still be found.

    Raises ``RestNotDecoded`` if they cannot.
    """
    number = 0
    with unpacking(path), text_of(path, opened, encoding, html=html) as file:
        try:
            for number, line in enumerate(physical_lines(file), 1):
                if not (line.isascii() or is_text((line,))):
                    yield number, NotDecoded(f"{path}:{number}", encoding)
                else:
                    yield number, line.removeprefix("\ufeff") if number == 1 else line
        except UnicodeError as error:
            raise RestNotDecoded(f"{path}:{number + 1}", encoding) from error
