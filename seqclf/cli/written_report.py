"""Writes ``report.html`` at the end of ``seqclf train`` and ``seqclf eval``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqclf.runs import Run


def written_report(run: Run, say: Callable[[str], None]) -> Path | None:
    """Write the report of a run; None, after a warning to ``say``, if that fails: all else is written by then."""
    try:
        return write_page(run)
    except Exception as error:
        say(f"warning: the report is not written: {error or type(error).__name__}")
    return None


def write_page(run: Run) -> Path:
    """Write the report of a run, and return its path."""
    from seqclf.report import write_report  # matplotlib takes a second to import

    return write_report(run)
