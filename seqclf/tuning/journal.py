"""The journal of a study: a file that several processes of one machine write, any of which may be killed."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

from seqclf.errors import SeqclfError

_NAME, _LOCK = "study.log", "study.lock"


def journal_storage(folder: Path) -> Any:
    """The storage in the journal of a folder, which is made if it does not exist.

    Raises ``SeqclfError`` if the journal is damaged.
    """
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _NAME
    try:
        return JournalStorage(JournalFileBackend(str(path), lock_obj=_Lock(path)))
    except (ValueError, KeyError, AssertionError) as error:
        raise SeqclfError(f"{path}: is damaged; to begin anew, remove {folder} or add --study NAME") from error


class _Lock:
    """A lock that the system releases when its process ends.

    Optuna's own lock is a link, which a killed process leaves behind: the next one waits for it, and for ever if the
    path of the journal is a relative one. On a file system without locks there is no waiting: each line of the
    journal is appended by one system call.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal.absolute()
        self._held: int | None = None

    def acquire(self) -> bool:
        self._held = os.open(self._journal.with_name(_LOCK), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX)
        except OSError:
            return True
        _drop_half_line(self._journal)
        return True

    def release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            os.close(held)


def _drop_half_line(journal: Path) -> None:
    """Cut what a process that was killed while it wrote has left: the next line would continue it."""
    with journal.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        if not end:
            return
        file.seek(end - 1)
        if file.read(1) != b"\n":
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
