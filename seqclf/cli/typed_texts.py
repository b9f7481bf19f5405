"""The texts of ``seqclf predict`` on the command line and from standard input."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator

from seqclf.errors import InputError

_LINES_A_BATCH = 256


def typed_texts(arguments: tuple[str, ...]) -> Iterator[str]:
    """The texts of the command line; ``-`` stands for the lines of standard input.

    What is not UTF-8 becomes U+FFFD. Raises ``InputError`` if standard input cannot be read.
    """
    for argument in arguments:
        if argument == "-":
            for line in _lines_of_stdin():
                yield line.rstrip(b"\r\n").decode("utf-8", errors="replace")
        else:
            # Python decodes invalid UTF-8 on the command line to lone surrogates.
            yield argument.encode("utf-8", "surrogateescape").decode("utf-8", errors="replace")


def in_batches(texts: Iterator[str]) -> Iterator[list[str]]:
    """Some texts at a time; on a terminal, each as soon as it is entered."""
    size = 1 if sys.stdin.isatty() else _LINES_A_BATCH
    while batch := list(itertools.islice(texts, size)):
        yield batch


def shown_text(text: str, width: int = 80) -> str:
    """The beginning of a text on one line."""
    text = "".join(character if character.isprintable() else " " for character in text)
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 3] + "..."


def _lines_of_stdin() -> Iterator[bytes]:
    try:
        yield from sys.stdin.buffer
    except OSError as error:
        raise InputError(f"standard input: cannot be read ({error.strerror})") from error
