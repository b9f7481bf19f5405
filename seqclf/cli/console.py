"""Tables and lines on standard output, or in a file."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console

_WIDTH_OF_FILES = 200


def console() -> Console:
    """As wide as the terminal; wide enough for every table if the output is a file or another program."""
    made = Console(highlight=False)
    if not made.is_terminal:
        made.width = _WIDTH_OF_FILES
    return made


def file_console(file: TextIO) -> Console:
    """Writes to a file, without colours and wide enough for every table."""
    return Console(file=file, width=_WIDTH_OF_FILES, force_terminal=False, color_system=None, highlight=False)
