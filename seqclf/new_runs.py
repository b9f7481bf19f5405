"""Folders of new runs, with names that no other process takes."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.runs import RUNNING, Run


def check_runs_folder(runs: Path) -> None:
    """Raise ``InputError`` if ``begin_run`` could not create a folder; creates none itself."""
    existing = next(path for path in (runs.absolute(), *runs.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise InputError(f"{runs}: cannot store runs ({existing} is not writable); choose another folder with --runs")


def begin_run(runs: Path, name: str) -> Run:
    """Create the next free folder ``<name>-<n>``. Raises ``InputError`` if it cannot be created."""
    return _begun(runs / _next(runs, name, lambda numbered: (runs / numbered).mkdir()))


@dataclass(frozen=True)
class FoldRuns:
    """The runs of one cross-validation, ``<name>-<n>-fold<i>``, and its summary, ``<name>-<n>-folds.json``."""

    runs: Path
    name: str

    @property
    def summary(self) -> Path:
        return self.runs / f"{self.name}-folds.json"

    def begin(self, fold: int) -> Run:
        folder = self.runs / f"{self.name}-fold{fold}"
        try:
            folder.mkdir()
        except OSError as error:
            raise InputError(f"{folder}: cannot be created ({error.strerror})") from error
        return _begun(folder)


def begin_folds(runs: Path, name: str) -> FoldRuns:
    """Reserve the next free ``<name>-<n>`` by an empty summary. Raises ``InputError`` if it cannot be written."""

    def take(numbered: str) -> None:
        FoldRuns(runs, numbered).summary.touch(exist_ok=False)

    return FoldRuns(runs, _next(runs, name, take))


def _next(runs: Path, name: str, take: Callable[[str], None]) -> str:
    """The next name whose number no run or cross-validation of that name has and that ``take`` can reserve."""
    try:
        runs.mkdir(parents=True, exist_ok=True)
        pattern = re.compile(rf"{re.escape(name)}-(\d+)(-fold\d+|-folds\.json)?")
        taken = [pattern.fullmatch(path.name) for path in runs.iterdir()]
        number = max((int(match[1]) for match in taken if match), default=0)
        while True:
            number += 1
            try:
                take(f"{name}-{number}")
                return f"{name}-{number}"
            except FileExistsError:  # another process took it
                continue
    except OSError as error:
        raise InputError(f"{runs}: cannot store runs ({error.strerror}); choose another folder with --runs") from error


def _begun(folder: Path) -> Run:
    run = Run(folder)
    try:
        run.update_manifest(status=RUNNING, started=now(), **this_process())
    except BaseException:  # including Ctrl-C: leave no empty run behind
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return run


def this_process() -> dict[str, Any]:
    """The process that trains, for manifests."""
    return {"process": os.getpid(), "host": socket.gethostname()}


def now() -> str:
    """The time in UTC, ISO 8601 with microseconds: sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
