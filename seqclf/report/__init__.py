"""Reports: ``report.html`` of a run, and pages that compare runs. One self-contained file each, without scripts.

``write_report`` writes the report of a run. Nothing here needs TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.runs import Run

if TYPE_CHECKING:
    from seqclf.run_catalogue.entry import Entry


def write_report(run: Run) -> Path:
    """Write ``report.html`` of a run, from its metrics, history and evidence, and return its path.

    It is complete or not there at all. Raises ``InputError`` if the manifest cannot be read or another file is at the
    path, and ``OSError`` if the file cannot be written.
    """
    from seqclf.files import write_text

    path, text = report_of(run)
    write_text(path, text)
    return path


def report_of(run: Run, output: Path | None = None) -> tuple[Path, str]:
    """The path and the content of a run's report. Raises ``InputError``, also if another file is at the path."""
    from seqclf.report.run_page import run_page
    from seqclf.report.targets import check_replaceable

    path = output or run.report
    check_replaceable(path)
    return path, run_page(run)


def comparison_of(entries: Sequence[Entry], runs: Path, output: Path | None = None) -> tuple[Path, str]:
    """The path and the content of a page that compares runs; ``runs``: the folder that it is in by default.

    Raises ``InputError``, also if another file is at the path.
    """
    from seqclf.report.several import several_page
    from seqclf.report.targets import check_replaceable, comparison_path, identity

    path = output or comparison_path(runs, identity(str(one.path.absolute()) for one in entries))
    check_replaceable(path)
    return path, several_page(entries, path)


def folds_of(entry: Entry, output: Path | None = None) -> tuple[Path, str]:
    """The path and the content of the page of a cross-validation, ``<name>-folds.html`` beside its summary by default.

    Raises ``InputError``, also if another file is at the path.
    """
    from seqclf.report.folds import folds_page
    from seqclf.report.targets import check_replaceable

    path = output or entry.folds_page
    check_replaceable(path)
    return path, folds_page(entry, path)
