"""What ``init --from`` and ``train DATA`` say of a user's data, and of the model that they chose for it."""

from __future__ import annotations

import shlex
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from seqclf.errors import InputError

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig, Override
    from seqclf.starter.make import Request, Starter


def made_from(request: Request, tried: bool = False) -> Starter:
    """The config for a user's data, said on stderr. Raises ``InputError``."""
    from seqclf.starter.make import starter

    made = starter(request)
    say(f"Seen: {made.seen.summary}.")
    for note in made.notes:
        say(f"  {note}")
    return made


def load_or_make(path: Path, overrides: Sequence[Override]) -> tuple[LoadedConfig, str | None]:
    """The config of a file; for data, one that is made for them, and its text. Raises ``InputError``."""
    from seqclf.config import read_config
    from seqclf.starter.formats import is_data

    if not is_data(path):
        return read_config(path, overrides), None
    if (path / "manifest.json").is_file():
        run = shlex.quote(str(path))
        raise InputError(
            f"{path}: is a run; `seqclf train --resume {run}` resumes it, `seqclf train {run}/config.yaml` repeats it"
        )
    from seqclf.starter.make import Request

    text = made_from(Request(str(path))).text
    return read_config("starter.yaml", overrides, text), text


def say(line: str) -> None:
    """On stderr; on a terminal broken between words, with what goes on indented."""
    if not sys.stderr.isatty():
        click.echo(line, err=True)
        return
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    width = get_terminal_size().columns
    click.echo(textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False), err=True)
