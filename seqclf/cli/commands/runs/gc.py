"""``seqclf runs gc``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import json_option, runs_option
from seqclf.cli.run_argument import check_confirmed, dry_run_option, yes_option
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say


@click.command("gc", short_help="Delete what killed trainings left.")
@runs_option
@yes_option
@dry_run_option
@json_option
def gc_command(runs: Path, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Delete what is of no use, after a question: runs that ended before their first checkpoint, and files that
    killed processes left.

    Runs that are being trained, that can be resumed, that have a model or a note, or whose manifest is damaged are
    never deleted. Files that somebody wrote to in the last hour stay, too. --json only lists.
    """
    from seqclf.quantities import in_bytes
    from seqclf.run_catalogue.catalogue import entries
    from seqclf.run_catalogue.removal import remove_waste, waste_in

    found = waste_in(runs, entries(runs))
    if as_json:
        print_json([{"path": str(one.path), "why": one.why, "bytes": one.size} for one in found])
        return
    if not found:
        say(f"Nothing to delete in {runs}.", err=True)
        return
    for one in found:
        say(f"{one.path} ({one.why}, {in_bytes(one.size)})", err=True)
    what = f"all {len(found):,}" if len(found) > 1 else "it"
    size = in_bytes(sum(one.size for one in found))
    if dry_run:
        say(f"Would delete {what} ({size}).")
        return
    check_confirmed(f"Delete {what} ({size})?", yes=yes)
    freed = [one for one in found if remove_waste(one)]
    say(f"Deleted {len(freed):,} of {len(found):,}, {in_bytes(sum(one.size for one in freed))}")
