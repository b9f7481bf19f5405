"""Lines that end between words on a terminal, and stay whole where another program reads them."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import IO

import click

_INDENT = "  "
_NARROWEST = 20

GLUE = "\0"
"""A blank in what ``say`` prints at which no line ends."""


def width_of(stream: IO[str]) -> int | None:
    """Columns of the terminal that ``stream`` writes to (of ``$COLUMNS`` where it is set); None where it is none."""
    try:
        if not stream.isatty():
            return None
        columns = os.environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns) > 0:
            return max(_NARROWEST, int(columns))
        return max(_NARROWEST, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):
        return None


def wrapped(text: str, width: int | None, indent: str = _INDENT) -> str:
    """``text`` with line breaks in place of blanks, so that no line is wider than ``width`` unless a single word is.

    Lines of ``text`` stay apart; broken lines continue after ``indent``. ``width`` None: the text as it is.
    """
    if width is None:
        return text
    lines = []
    for line in text.split("\n"):
        lines += [line] if len(line) <= width else _broken(line, width, indent)
    return "\n".join(lines)


def say(text: str, *, err: bool = False, indent: str = _INDENT) -> None:
    """Print a message for people, wrapped to the terminal it is printed on; broken lines go on after ``indent``."""
    click.echo(wrapped(text, width_of(sys.stderr if err else sys.stdout), indent).replace(GLUE, " "), err=err)


def styled_wrapped(parts: list[tuple[str, str]], width: int | None) -> str:
    """The same for one line in pieces, each given as plain text and as printed text (with codes for colours)."""
    plain = "".join(text for text, _ in parts)
    printed = []
    at = 0
    broken = wrapped(plain, width)
    for text, shown in parts:
        piece, at = _piece(broken, at, text)
        printed.append(shown.replace(text, piece) if text else shown)
    return "".join(printed)


def _broken(line: str, width: int, indent: str) -> list[str]:
    wrapper = textwrap.TextWrapper(
        width=width,
        initial_indent="",
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        expand_tabs=False,
    )
    lines = wrapper.wrap(line) or [line]
    return [lines[0], *(_moved_left(line, width, len(indent)) for line in lines[1:])]


def _moved_left(line: str, width: int, indent: int) -> str:
    """A line that a long word makes too wide, with as much less indent as brings it within the width."""
    return line[max(0, min(indent, len(line) - width)) :]


def _piece(broken: str, at: int, text: str) -> tuple[str, int]:
    """The part of ``broken`` from ``at`` on that has the characters of ``text``, blanks aside; and where it ends."""
    end = at
    for character in text:
        if character.isspace():
            continue
        end = broken.index(character, end) + 1
    # Blanks, or the break, after the last character belong to the piece if they do in the text.
    if text and text[-1].isspace():
        while end < len(broken) and broken[end].isspace():
            end += 1
    return broken[at:end], end
