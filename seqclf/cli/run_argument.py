"""The argument RUN of ``seqclf runs``, and the question before something is deleted."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from seqclf.cli.options import Decorator
from seqclf.cli.wrap import say
from seqclf.errors import InputError


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from seqclf.run_catalogue.catalogue import entries

    found = entries(context.params.get("runs") or Path("runs"))
    return [CompletionItem(one.name, help=one.state) for one in found if one.name.startswith(incomplete)]


def run_argument(name: str = "run", *, required: bool = True, several: bool = False) -> Decorator:
    """``RUN``, or with ``several`` ``RUN...``; in brackets if it can be left out."""
    metavar, nargs = ("RUN...", -1) if several else ("RUN", 1)
    metavar = metavar if required else f"[{metavar}]"
    return click.argument(name, metavar=metavar, required=required, nargs=nargs, shell_complete=_complete)


yes_option: Decorator = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="Only say what would be deleted; delete nothing."
)


def check_confirmed(question: str, *, yes: bool) -> None:
    """Ask before something is deleted, unless ``yes``. Ends the command with 1 if the answer is no.

    Raises ``InputError`` if nobody answers.
    """
    if yes:
        return
    try:
        answer = click.confirm(question, default=False, err=True)
    except (click.Abort, InputError) as error:  # the end of standard input, or it is closed
        click.echo(err=True)
        raise InputError(
            "nothing was deleted, for lack of an answer; add --yes to delete without a question"
        ) from error
    if not answer:
        say("Nothing was deleted.", err=True)
        raise click.exceptions.Exit(1)
