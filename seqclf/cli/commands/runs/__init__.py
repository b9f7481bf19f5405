"""``seqclf runs``: the runs of a folder, each command in a file."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import cast

import click

from seqclf.cli.commands import Commands


@click.group(
    "runs",
    commands=cast(MutableMapping[str, click.Command], Commands(__name__, __path__)),
    short_help="List, compare, follow and clean up runs.",
)
def runs_command() -> None:
    """List, show, compare, follow, name and delete runs.

    RUN is a run's name, with or without its number, or its path, or latest. "rm" and "rename" need the full name or
    the path.
    """
