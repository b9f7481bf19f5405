"""Open files of rows: bytes, decoded text, errors that name the file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, decoder_of
from seqclf.tables.values import is_text

Open = Callable[[Path], BinaryIO]
"""Opens a file for reading bytes."""


def open_binary(path: Path) -> BinaryIO:
    return path.open("rb")


class NotDecoded(InputError):
    """Bytes that are not valid text in the given encoding."""

    def __init__(self, where: str, encoding: str) -> None:
        named = "UTF-8" if canonical(encoding) == UTF8 else encoding
        super().__init__(f"{where}: not {named} text")


class opening:
    """Converts an ``OSError`` into an ``InputError`` that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise InputError(f"{self._path}: cannot be read ({error.strerror or error})") from error


def text_of(path: Path, opened: Open, encoding: str, newline: str = "") -> TextIO:
    """Undecodable bytes become lone surrogates, so that only their rows are lost."""
    return io.TextIOWrapper(opened(path), encoding=decoder_of(encoding), errors="surrogateescape", newline=newline)


def decoded_lines(path: Path, opened: Open, encoding: str) -> Iterator[tuple[int, str | InputError]]:
    """Each line with its number. An undecodable line is an error of that line only, if line ends can still be found."""
    number = 0
    with opening(path), text_of(path, opened, encoding, newline="\n") as file:
        try:
            for number, line in enumerate(file, 1):
                if not is_text((line,)):
                    yield number, NotDecoded(f"{path}:{number}", encoding)
                else:
                    yield number, line.removeprefix("\ufeff") if number == 1 else line
        except UnicodeError:
            yield number + 1, NotDecoded(f"{path}:{number + 1}", encoding)
