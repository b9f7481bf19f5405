"""Tables and lines on stdout."""

from __future__ import annotations

from rich.console import Console

_WIDTH_OF_FILES = 200


def console() -> Console:
    """As wide as the terminal; wide enough for every table if the output is a file or another program."""
    made = Console(highlight=False)
    if not made.is_terminal:
        made.width = _WIDTH_OF_FILES
    return made
