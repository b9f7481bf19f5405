"""Writes ``report.html`` at the end of ``seqclf train`` and ``seqclf eval``, and after ``seqclf runs rename``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqclf.runs import Run


def written_report(run: Run, say: Callable[[str], None]) -> Path | None:
    """Write the report of a run; None, after a warning to ``say``, if that fails: all else is written by then."""
    return _tried(lambda: write_page(run), say)


def written_folds_report(summary: Path, say: Callable[[str], None]) -> Path | None:
    """Write the page of a cross-validation, as ``written_report`` does that of a run. ``summary``: its path."""
    return _tried(lambda: _write_folds_page(summary), say)


def _tried(write: Callable[[], Path], say: Callable[[str], None]) -> Path | None:
    try:
        return write()
    except Exception as error:
        say(f"warning: the report is not written: {error or type(error).__name__}")
    return None


def _write_folds_page(summary: Path) -> Path:
    from seqclf.files import write_text
    from seqclf.report import folds_of
    from seqclf.run_catalogue.catalogue import exact_entry

    path, text = folds_of(exact_entry(summary.parent, str(summary.absolute())))
    write_text(path, text)
    return path


def write_page(run: Run) -> Path:
    """Write the report of a run, and return its path."""
    from seqclf.report import write_report  # matplotlib takes a second to import

    return write_report(run)
