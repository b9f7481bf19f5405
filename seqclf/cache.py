"""Cache of expensive results on disk, under a key of everything that they depend on.

An entry is a folder that is written atomically, by one process at a time: others wait for it, and take its place if it
is killed. It is safe to delete the cache or any entry in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from seqclf.errors import SeqclfError
from seqclf.files import expanded, making_folder, remove_abandoned
from seqclf.listener import tell

_SECONDS_BETWEEN_TRIALS, _SECONDS_TO_TELL = 0.1, 3.0


def cache_folder() -> Path:
    """``$SEQCLF_CACHE``, else ``seqclf`` in ``$XDG_CACHE_HOME`` or ``~/.cache``."""
    if named := os.environ.get("SEQCLF_CACHE"):
        return expanded(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seqclf"


def found(kind: str, key: str) -> Path | None:
    """The folder of the entry, if it exists."""
    folder = cache_folder() / kind / key[:32]
    return folder if folder.is_dir() else None


def cached(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder of the entry; ``make`` fills it if it is missing.

    If another process is filling it, this one waits. ``make`` must not ask for the same entry.
    """
    folder = cache_folder() / kind / key[:32]
    if folder.is_dir():
        return folder
    remove_abandoned(folder.parent)
    try:
        with only_writer(folder):
            if not folder.is_dir():
                with making_folder(folder) as temporary:
                    make(temporary)
    except OSError as error:
        if not folder.is_dir():  # otherwise another process was faster; its entry has the same content
            raise SeqclfError(
                f"{folder}: the cache cannot be written ({error.strerror or error}); set SEQCLF_CACHE to another folder"
            ) from error
    return folder


def key_of(*parts: object) -> str:
    """A key of all these parts, by their ``repr``."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


@contextlib.contextmanager
def only_writer(path: Path, *, waits: bool = True) -> Iterator[bool]:
    """Wait until no other process is in such a block for the same path. The system ends the wait if that one is killed.

    On a file system without locks there is no waiting: entries stay complete, but may be made twice.

    Args:
        waits: false: do not wait, but yield whether no other process is in such a block.

    Raises:
        OSError: the folder of the path cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f".{path.name}.lock")
    held = _acquired(lock, waits=waits)
    try:
        yield held is not None
    finally:
        if held is not None and held >= 0:
            lock.unlink(missing_ok=True)
            os.close(held)


def _acquired(lock: Path, *, waits: bool) -> int | None:
    """The open lock file; -1 if nothing can be locked there; None if it is taken and nobody waits."""
    told, started = False, time.monotonic()
    while True:
        try:
            held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return -1  # writing the entry will say why
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if lock.exists() and os.path.samestat(os.fstat(held), lock.stat()):
                return held
        except BlockingIOError:
            if not waits:
                os.close(held)
                return None
            if not told and time.monotonic() - started > _SECONDS_TO_TELL:
                tell(f"Waiting for another process that prepares the same ({lock.parent.name})")
                told = True
            time.sleep(_SECONDS_BETWEEN_TRIALS)
        except OSError:
            os.close(held)
            return -1
        os.close(held)
