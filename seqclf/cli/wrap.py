"""Wraps messages between words on a terminal, and leaves lines unbroken for files and other programs."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from pathlib import Path
from pkgutil import iter_modules
from typing import IO

import click

_INDENT = "  "
_NARROWEST = 20
_NAMES = "|".join(module.name.replace("_", "-") for module in iter_modules([str(Path(__file__).with_name("commands"))]))
_COMMAND = re.compile(rf"(?:(?<=: )|(?<=  )|^)seqclf (?:{_NAMES})\b.*$")
_SHELL_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*"|['"])+""")
_GOES_ON = " \\"

GLUE = "\0"
"""A non-breaking space in messages for ``say``."""


def width_of(stream: IO[str]) -> int | None:
    """Columns of the terminal that ``stream`` writes to, or ``$COLUMNS`` if set; None if it is not a terminal."""
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
    """Break ``text`` at blanks, so that no line is wider than ``width`` unless a single word is.

    Existing line breaks stay; continuation lines start with ``indent``. A command at the end of a line is broken as a
    shell reads it on. With ``width`` None the text is unchanged.
    """
    if width is None:
        return text
    lines = []
    for line in text.split("\n"):
        lines += [line] if len(line) <= width else _broken(line, width, indent)
    return "\n".join(lines)


def say(text: str, *, err: bool = False, indent: str = _INDENT) -> None:
    """Print a message, wrapped to the terminal's width; continuation lines start with ``indent``."""
    click.echo(wrapped(text, width_of(sys.stderr if err else sys.stdout), indent).replace(GLUE, " "), err=err)


def styled_wrapped(parts: list[tuple[str, str]], width: int | None) -> str:
    """``wrapped`` for one line in pieces, each given as plain text and as printed text (with colour codes)."""
    plain = "".join(text for text, _ in parts)
    printed = []
    at = 0
    broken = wrapped(plain, width)
    for text, shown in parts:
        piece, at = _piece(broken, at, text)
        printed.append(shown.replace(text, piece) if text else shown)
    return "".join(printed)


def _broken(line: str, width: int, indent: str) -> list[str]:
    """The lines of a line; a command at its end stays one that can be pasted."""
    found = _COMMAND.search(line)
    if found is None:
        return _broken_prose(line, width, indent)
    prose, command = line[: found.start()], found[0]
    lines = _broken_prose(prose.rstrip(), width, indent) if prose.strip() else []
    gap = prose[len(prose.rstrip()) :]
    if lines and len(lines[-1] + gap + command) <= width:
        return [*lines[:-1], lines[-1] + gap + command]
    return [*lines, *_broken_command(command, width, indent if lines else prose)]


def _broken_command(command: str, width: int, indent: str) -> list[str]:
    """The command between words of the shell; all lines but the last end with a backslash."""
    first, *words = _SHELL_WORD.findall(command)
    lines = [f"{indent}{first}"]
    for word in words:
        if len(f"{lines[-1]} {word}{_GOES_ON}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(f"{indent}{word}")
    return [*(f"{line}{_GOES_ON}" for line in lines[:-1]), lines[-1]]


def _broken_prose(line: str, width: int, indent: str) -> list[str]:
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
    """A line that a long word makes too wide, with its indent reduced as needed to fit."""
    return line[max(0, min(indent, len(line) - width)) :]


def _piece(broken: str, at: int, text: str) -> tuple[str, int]:
    """The part of ``broken`` from ``at`` that has the characters of ``text``, ignoring blanks; and where it ends."""
    end = at
    for character in text:
        if character.isspace():
            continue
        end = broken.index(character, end) + 1
    # If the text ends with blanks, the blanks or the line break that follow belong to the piece.
    if text and text[-1].isspace():
        while end < len(broken) and broken[end].isspace():
            end += 1
    return broken[at:end], end
