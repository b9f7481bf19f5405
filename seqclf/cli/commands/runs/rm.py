"""``seqclf runs rm``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import runs_option
from seqclf.cli.run_argument import check_confirmed, dry_run_option, run_argument, yes_option
from seqclf.cli.wrap import say


@click.command("rm", short_help="Delete runs.")
@run_argument("names", several=True)
@runs_option
@yes_option
@dry_run_option
def rm_command(names: tuple[str, ...], runs: Path, yes: bool, dry_run: bool) -> None:
    """Delete runs, given by their full names or paths, after a question. Never one that is being trained.

    A cross-validation is deleted with its folds. Of a link to a run, only the link is deleted. Runs that started from
    a deleted one, or learnt from it, keep working.
    """
    from seqclf.quantities import in_bytes
    from seqclf.run_catalogue.catalogue import entries, exact_entry
    from seqclf.run_catalogue.origins import learnt_from, names_of, needs_origin, started_from
    from seqclf.run_catalogue.removal import check_not_running, remove

    found = list({entry.path: entry for entry in (exact_entry(runs, name) for name in names)}.values())
    for entry in found:
        check_not_running(entry)
    chosen = {entry.path for entry in found}
    near = {folder: entries(folder) for folder in {path.parent for path in chosen}}
    for entry in found:
        others = [one for one in near[entry.path.parent] if one.path.absolute() not in chosen]
        folds = f", {len(entry.folds)} folds" if entry.folds else ""
        link = ", only the link" if entry.path.is_symlink() else ""
        say(f"{entry.path} ({entry.state}, {in_bytes(entry.size)}{folds}{link})", err=True)
        if entry.note:
            say(f"  its note: {entry.note}", err=True)
        if later := started_from(entry, others):
            say(f"  {names_of(later)} started from it, and could not be trained again", err=True)
        if waiting := [one for one in later if needs_origin(one)]:
            say(f"  warning: {names_of(waiting)} still needs it: no checkpoint yet", err=True)
        if students := learnt_from(entry, others):
            say(f"  {names_of(students)} learnt from it, and could not be trained again", err=True)
    what = found[0].name if len(found) == 1 else f"these {len(found):,} runs"
    size = in_bytes(sum(entry.size for entry in found))
    if dry_run:
        say(f"Would delete {what} ({size}).")
        return
    check_confirmed(f"Delete {what} ({size})?", yes=yes)
    for entry in found:
        remove(entry)
        say(f"Deleted {entry.name}")
