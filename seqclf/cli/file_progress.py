"""The progress of work on the rows of a file, on standard error."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from seqclf.cli.wrap import say
from seqclf.inference.bulk.job import Report

_SECONDS_BETWEEN_LINES = 10.0


@contextlib.contextmanager
def file_progress() -> Iterator[Callable[[Report], None]]:
    """Rows, rate and time left: a bar on a terminal, an occasional line elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    first: tuple[float, Report] | None = None

    def rate(report: Report) -> str:
        nonlocal first
        first = first or (time.monotonic(), report)
        seconds = time.monotonic() - first[0]
        malformed = f" ({report.bad:,} malformed)" if report.bad else ""
        speed = f", {(report.rows - first[1].rows) / seconds:,.0f} rows/s" if seconds > 1 else ""
        return f"{report.rows:,} rows{malformed}{speed}"

    if not console.is_terminal:
        last = time.monotonic()

        def line(report: Report) -> None:
            nonlocal last
            shown = rate(report)
            if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                share = "" if report.share is None else f", {report.share:.0%} of the file"
                say(f"{shown}{share}", err=True)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("Reading", total=None)

        def move(report: Report) -> None:
            total = None if report.share is None else 1.0
            bar.update(task, description=rate(report), total=total, completed=report.share or 0.0)

        yield move
