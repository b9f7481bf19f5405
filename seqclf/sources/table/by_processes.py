"""Read the files of a large part in several processes, a file each.

This is for files without any malformed row. Where a process finds one, nothing here is kept: reading one file after
another finds it again, and reports it beside all others.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seqclf.cache import cache_folder
from seqclf.files import scratch_folder, write_json
from seqclf.processes import Processes
from seqclf.runtime import usable_cores
from seqclf.sources.base import TableColumns
from seqclf.sources.rows.collected import Collected

LEAST_BYTES = 64_000_000
"""The size of files from which processes pay: starting them takes half a second."""
_MOST_PROCESSES = 8
_WORKER = "seqclf.sources.table.read_worker"
JOB, STOPPED, SEVERAL = "job.json", "stopped", "several_labels"


def processes_for(files: Sequence[Path]) -> int:
    """How many processes pay for these files; 1: this one reads them."""
    try:
        size = sum(os.path.getsize(file) for file in files)
    except OSError:  # reading the file reports it
        return 1
    return 1 if size < LEAST_BYTES else min(usable_cores(), len(files), _MOST_PROCESSES)


def collected_by(
    processes: int, files: Sequence[Path], columns: TableColumns, how: Mapping[str, Any]
) -> tuple[Collected, list[int], bool] | None:
    """The rows of the files, in order; where the rows of each file start, and whether they have several labels.

    None if a row is malformed, or if only some files have several labels or any row.

    Args:
        how: ``file_format``, ``header`` and ``encoding``, as ``TableSource`` takes them.

    Raises:
        SeqclfError: a process was killed.
    """
    folder = cache_folder() / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    with scratch_folder(folder / "part") as scratch:
        paths = [os.fspath(file) for file in files]
        write_json(scratch / JOB, {"files": paths, "columns": asdict(columns), **how})
        with Processes(_WORKER, [str(scratch)], processes, scratch, what="reads texts") as running:
            running.wait()
        parts = [scratch / f"{number:06}" for number in range(len(files))]
        several = {(part / SEVERAL).exists() for part in parts}
        if (scratch / STOPPED).exists() or len(several) > 1:
            return None
        collected, starts = Collected(columns), list[int]()
        for part in parts:
            starts.append(len(collected))
            collected.extend_by(part)
            shutil.rmtree(part)  # the texts are on disk once more
        return collected, starts, several.pop()
