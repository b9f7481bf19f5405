"""Folders that one process of a test session fills for all of them: what is trained there is trained once."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Path:
    """The folder of this name, filled by ``make``. Tests only read it: other processes may, too."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = factory.mktemp(name)
        make(folder)
        return folder
    together = factory.getbasetemp().parent  # of the folders of all processes
    folder, complete = together / name, together / f"{name}-complete"
    with (together / f"{name}-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a process that failed to fill it
            folder.mkdir()
            make(folder)
            complete.touch()
    return folder


def own_copy(of: Path, folder: Path) -> Any:
    """A copy of a run in a folder of runs, for this process alone: its tests may add files."""
    from seqclf.runs import Run

    return Run(Path(shutil.copytree(of, folder / of.name)))
