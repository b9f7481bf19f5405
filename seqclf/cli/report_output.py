"""Prints a report: fitted to a terminal, as wide as it is into a file, or as Markdown."""

from __future__ import annotations

from rich.console import Console

from seqclf.cli.grids import Grid, Report
from seqclf.cli.wrap import wrapped


def print_report(out: Console, report: Report, *, markdown: bool = False) -> None:
    if markdown:
        out.print(report.markdown(), markup=False, soft_wrap=True)
        return
    width = out.width if out.is_terminal else None
    for part in (report.title, *report.parts):
        if isinstance(part, Grid):
            out.print(part)
        else:
            text = wrapped(part, width) if isinstance(part, str) else part.terminal(width)
            out.print(text, markup=False, soft_wrap=True)
