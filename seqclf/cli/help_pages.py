"""Help pages for terminals that are narrower than click expects."""

from __future__ import annotations

import re
import sys

import click

from seqclf.cli.wrap import width_of

_MARGIN = 2
_MOST = 80
_INDENT = 6
_SIDE_BY_SIDE = 60
"""The minimum terminal width, in columns, at which click's two-column list of options is readable."""


class _Formatter(click.HelpFormatter):
    """Fits pages to the terminal; click's are at least 50 columns wide."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        terminal = width_of(sys.stdout)
        if width is None and terminal is not None:
            width = min(terminal, max_width or _MOST) - _MARGIN
        super().__init__(indent_increment, width, max_width)

    def write_dl(self, rows: list[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:  # type: ignore[override]
        """Entries longer than ``col_max`` have their own line."""
        if self.width < _SIDE_BY_SIDE:
            room = self.width - self.current_indent
            rows = [(_broken_at_bars(first, room), second) for first, second in rows]
            col_max = min(col_max, self.width // 4)
        super().write_dl(rows, col_max, col_spacing)


def _broken_at_bars(option: str, width: int) -> str:
    """Break ``--layers [bag|lstm|gru]`` between its choices into lines of at most ``width`` columns, if possible."""
    lines = [""]
    for part in re.findall(r"[^|]+\|?|\|", option):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append(" " * _INDENT)
        lines[-1] += part
    return "\n".join(lines)


class Context(click.Context):
    """A context whose help pages fit the terminal."""

    formatter_class = _Formatter


def use_narrow_pages(command: click.Command) -> None:
    """Make the command and all its subcommands print pages that fit the terminal."""
    command.context_class = Context
    below = getattr(command, "commands", None)
    for one in below.values() if isinstance(below, dict) else ():  # ``Commands`` does it itself when it imports one
        use_narrow_pages(one)
