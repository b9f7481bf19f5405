"""``seqclf runs note``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import check_utf8, runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.wrap import say


@click.command("note", short_help="Note something about a run.")
@run_argument()
@click.argument("text", required=False, callback=check_utf8)
@click.option("--remove", is_flag=True, help="Remove the note.")
@runs_option
def note_command(run: str, text: str | None, remove: bool, runs: Path) -> None:
    """Note TEXT about RUN, in place of an earlier note; without TEXT, print the note.

    The note is the file note.txt of the run. "seqclf runs list" and "show" have it, and "gc" keeps runs with a note.
    """
    from seqclf.errors import InputError
    from seqclf.run_catalogue.catalogue import find_entry
    from seqclf.run_catalogue.notes import write_note

    entry = find_entry(runs, run)
    if entry.is_cross_validation:
        first = next(iter(entry.folds), "its runs")
        raise InputError(f"{entry.name}: is a cross-validation; note something about a fold, such as {first}")
    before = entry.note
    if text is None and not remove:
        if before is None:
            say(f"{entry.name} has no note.", err=True)
        else:
            click.echo(before)
        return
    if text is not None and remove:
        raise click.UsageError("give either TEXT or --remove")
    if text is not None and not text.strip():
        raise click.UsageError("expected a text, found nothing; --remove removes the note")
    write_note(entry.run, text or "")
    if before is not None and before != (text or "").strip():
        say(f"{entry.name} had this note before: {before}", err=True)
