"""Locks of folders, which the operating system releases when their process ends."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

_TRIALS, _SECONDS_BETWEEN_TRIALS = 4, 0.02


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the folder against other processes; the system releases the lock when this process ends.

    Raises ``BlockingIOError`` if another process has the lock, ``OSError`` if the folder does not exist.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        _lock(held)
        if not folder.exists() or not os.path.samestat(os.fstat(held), folder.stat()):
            raise BlockingIOError(errno.EWOULDBLOCK, "another process removed it")
        yield
    finally:
        os.close(held)


def _lock(opened: int) -> None:
    """Raises ``BlockingIOError`` if the lock stays taken: ``is_locked`` of another process has it for a moment only."""
    for trials_left in reversed(range(_TRIALS)):
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not trials_left:
                raise
            time.sleep(_SECONDS_BETWEEN_TRIALS)
        except OSError:
            return  # the file system does not support locks


def is_locked(folder: Path) -> bool | None:
    """Whether a process has the lock of the folder; None if that cannot be known, as on a file system without locks."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    else:
        return False
    finally:
        os.close(opened)
