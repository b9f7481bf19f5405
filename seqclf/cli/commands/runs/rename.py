"""``seqclf runs rename``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.run_catalogue.entry import Entry


@click.command("rename", short_help="Give a run another name.")
@run_argument()
@click.argument("name", metavar="NAME")
@runs_option
def rename_command(run: str, name: str, runs: Path) -> None:
    """Rename RUN, given by its full name or path, to NAME in the same folder. Never one that is being trained.

    Renaming a cross-validation renames its folds and its summary. Reports are written again with the new name. Configs
    of later runs that start from RUN (initialize), or learn from it (training.teacher), keep the old path: their
    weights are not affected, but training them again needs the new one.
    """
    from seqclf.run_catalogue.catalogue import entries, exact_entry
    from seqclf.run_catalogue.origins import learnt_from, names_of, needs_origin, started_from
    from seqclf.run_catalogue.renaming import rename

    entry = exact_entry(runs, run)
    near = entries(entry.path.parent)
    later, students = started_from(entry, near), learnt_from(entry, near)
    for line in rename(entry, name):
        say(f"Renamed {line}")
    _write_reports_again(exact_entry(entry.path.parent, name))
    if later or students:
        named = names_of(list({one.path: one for one in (*later, *students)}.values()))
        say(f"The old path stays in the configs of {named}: change it before you train them again.", err=True)
    if waiting := [one for one in later if needs_origin(one)]:
        say(f"warning: {names_of(waiting)} cannot be resumed: no checkpoint yet, and the old path is gone", err=True)


def _write_reports_again(renamed: Entry) -> None:
    """Write the reports of renamed runs with their new names; what fails is a warning."""
    from seqclf.cli.written_report import written_folds_report, written_report
    from seqclf.run_catalogue.catalogue import exact_entry
    from seqclf.run_catalogue.entry import summary_of
    from seqclf.run_files import report_about
    from seqclf.runs import Run

    def warn(warning: str) -> None:
        say(warning, err=True)

    for folder in renamed.fold_folders if renamed.is_cross_validation else [renamed.path]:
        if report_about(Run(folder).report) is not None:  # not a page of the user
            written_report(Run(folder), warn)
    group = renamed if renamed.is_cross_validation else None
    if renamed.fold_of is not None:
        group = exact_entry(renamed.path.parent, str(summary_of(renamed.path.parent, renamed.fold_of)))
    if group is not None and report_about(group.folds_page) is not None:
        written_folds_report(group.path, warn)
