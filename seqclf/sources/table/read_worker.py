"""A process that reads files: ``python -m seqclf.sources.table.read_worker LIFELINE SCRATCH`` (``by_processes.py``).

Each process takes the next file that nobody has, and writes its rows to a folder.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from seqclf.errors import InputError
from seqclf.files import making_folder
from seqclf.processes import end_with
from seqclf.sources.base import TableColumns
from seqclf.sources.rows.collected import Collected, LabelledRow
from seqclf.sources.table.by_processes import JOB, SEVERAL, STOPPED
from seqclf.sources.table.reader import TableSource


def work(scratch: Path) -> None:
    """Read files until all are taken, or until one has a malformed row."""
    job = json.loads((scratch / JOB).read_text(encoding="utf-8"))
    columns = TableColumns(**job["columns"])
    for number, file in enumerate(job["files"]):
        if (scratch / STOPPED).exists():
            return
        try:
            (scratch / f"taken-{number:06}").touch(exist_ok=False)
        except FileExistsError:
            continue
        source = TableSource.of(columns, job["file_format"], header=job["header"], encoding=job["encoding"])
        try:
            with making_folder(scratch / f"{number:06}") as part:
                _write(source.good_rows(file), columns, part)
        except InputError:
            (scratch / STOPPED).touch()


def _write(rows: Iterator[LabelledRow], columns: TableColumns, part: Path) -> None:
    """Write the rows of a file. Raises ``InputError`` if there are none."""
    collected, row = Collected(columns), None
    for row in rows:
        collected.add(row)
    if row is None:
        raise InputError("no rows")
    collected.write(part)
    if not isinstance(row.label, str):
        (part / SEVERAL).touch()


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    work(Path(sys.argv[2]))
