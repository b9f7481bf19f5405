"""``seqclf runs rename``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.wrap import say


@click.command("rename", short_help="Give a run another name.")
@run_argument()
@click.argument("name", metavar="NAME")
@runs_option
def rename_command(run: str, name: str, runs: Path) -> None:
    """Rename RUN, given by its full name or path, to NAME in the same folder. Never one that is being trained.

    Renaming a cross-validation renames its folds and its summary. Configs of later runs that start from RUN
    (initialize) keep the old path: their weights are not affected, but training them again needs the new one.
    """
    from seqclf.run_catalogue.catalogue import entries, exact_entry
    from seqclf.run_catalogue.origins import names_of, needs_origin, started_from
    from seqclf.run_catalogue.renaming import rename

    entry = exact_entry(runs, run)
    later = started_from(entry, entries(entry.path.parent))
    for line in rename(entry, name):
        say(f"Renamed {line}")
    if later:
        say(f"The old path stays in the configs of {names_of(later)}: change it before you train them again.", err=True)
    if waiting := [one for one in later if needs_origin(one)]:
        say(f"warning: {names_of(waiting)} cannot be resumed: no checkpoint yet, and the old path is gone", err=True)
