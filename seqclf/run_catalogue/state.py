"""Whether a run is being trained, and how its training ended if it is not."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from seqclf.files import is_recent
from seqclf.locks import is_locked
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, RUNNING, Run

KILLED = "killed"
"""State of a run whose training ended without a word: its manifest still says that it is running."""
DAMAGED = "damaged"
"""State of a run whose manifest is missing or malformed."""
STATES = (RUNNING, FINISHED, INTERRUPTED, FAILED, KILLED, DAMAGED)

_SECONDS_UNLOCKED = 60.0
"""For so long, a run that just began may have no lock yet."""


def state_of(run: Run, manifest: Mapping[str, Any]) -> str:
    """One of ``STATES``, but never ``DAMAGED``.

    A training process holds the lock of its run. On a file system without locks, its process decides; if that is one of
    another machine, the run counts as running while its files change.
    """
    has_lock = is_locked(run.folder)
    if has_lock:
        return RUNNING
    if manifest["status"] != RUNNING:
        return str(manifest["status"])
    began = last_start(manifest) or time.time()
    if has_lock is None:
        lives = process_lives(manifest, began)
        is_running = _has_recent_files(run) if lives is None else lives
    else:
        is_running = time.time() - began < _SECONDS_UNLOCKED and process_lives(manifest, began) is True
    return RUNNING if is_running else KILLED


def last_start(manifest: Mapping[str, Any]) -> float | None:
    """When the training was started or last resumed, in seconds since 1970; None if that is not known."""
    resumed = manifest.get("resumed")
    return timestamp([manifest.get("started"), *(resumed if isinstance(resumed, list) else [])][-1])


def timestamp(value: Any) -> float | None:
    """A time in a manifest in seconds since 1970; None if it is malformed."""
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def process_lives(found: Mapping[str, Any], at: float) -> bool | None:
    """Whether the process that a manifest names is still there; None if it names none of this machine.

    Args:
        at: a time at which it was there, in seconds since 1970. A process that began later only has its number.
    """
    number = found.get("process")
    if not isinstance(number, int) or isinstance(number, bool) or found.get("host") != socket.gethostname():
        return None
    import psutil

    try:
        began: float = psutil.Process(number).create_time()
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError, OverflowError):
        return False
    return began <= at + 1


def _has_recent_files(run: Run) -> bool:
    return any(is_recent(path) for path in (run.history, run.checkpoints, run.folder / "manifest.json", run.folder))


def is_run(folder: Path) -> bool:
    """Whether a folder is a run, perhaps a damaged one: not a folder that ``seqclf export`` wrote, or anything else."""
    run = Run(folder)
    if os.path.exists(folder / "manifest.json"):  # false for a folder that cannot be read
        return True
    return os.path.isfile(run.config) and (os.path.isfile(run.history) or os.path.isdir(run.tokenizer))
