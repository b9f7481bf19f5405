"""Checks of comma-separated options, and of the files that a command will write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

_MOST = 65_536


def numbers(context: click.Context, parameter: click.Parameter, value: str) -> list[int]:
    """Parse ``64,256``; a repeated number counts once."""
    found = [int(part) if part.strip().isdecimal() else 0 for part in value.split(",")]
    if not all(1 <= number <= _MOST for number in found):
        raise click.BadParameter(f"{value!r} is not a list of numbers from 1 to {_MOST}, such as 64,256")
    return list(dict.fromkeys(found))


def cells(known: Callable[[], Sequence[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """A click callback for types of layers, which must be in ``known()``."""

    def callback(context: click.Context, parameter: click.Parameter, value: str) -> list[str]:
        from seqclf.config.guesses import did_you_mean

        found = [part.strip() for part in value.split(",")]
        for cell in found:
            if cell not in known():
                raise click.BadParameter(f"unknown cell {cell!r}{did_you_mean(cell, known())}")
        return list(dict.fromkeys(found))

    return callback


def check_outputs(json_path: Path | None, plot_path: Path | None) -> None:
    """Raise ``InputError`` if a file cannot be written."""
    from seqclf.errors import InputError

    for path in (json_path, plot_path):
        if path is not None and not path.parent.is_dir():
            raise InputError(f"{path}: the folder {path.parent} does not exist")
