"""Files and folders that are written whole or not at all, a power cut included: beside, synced, renamed."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqclf.errors import InputError

_BESIDE = re.compile(r"\..+\.(?P<process>\d+)-[0-9a-f]{8}(?:\.\w+)?")
"""Names that ``_name_beside`` makes."""
_SECONDS_KEPT = 3600.0


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; it takes ``path``'s place when the block ends well, else it goes."""
    beside = path.with_name(f"{_name_beside(path)}{path.suffix}")
    try:
        yield beside
        sync(beside)
        beside.replace(path)
        sync(path.parent)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def making_folder(path: Path) -> Iterator[Path]:
    """An empty folder beside ``path`` to fill; it becomes ``path`` when the block ends well, else it goes.

    Raises ``OSError`` where ``path`` is there already, unless as an empty folder.
    """
    beside = path.with_name(_name_beside(path))
    try:
        beside.mkdir(parents=True)
        yield beside
        for folder, _, names in os.walk(beside):
            for name in names:
                sync(Path(folder, name))
            sync(Path(folder))
        beside.rename(path)
        sync(path.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def remove_abandoned(folder: Path) -> None:
    """Remove what processes that were killed have left half-written in a folder.

    What was touched in the last hour stays: on a shared disk its process may run on another machine.
    """
    import psutil

    for left in folder.glob(".*.*-*"):
        name = _BESIDE.fullmatch(left.name)
        if name is None or psutil.pid_exists(int(name["process"])):
            continue
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime < _SECONDS_KEPT:
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()


def _name_beside(path: Path) -> str:
    return f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}"


def sync(path: Path) -> None:
    """Wait until a file, or which files a folder holds, is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from this folder; the system lets go of it when this one ends, however it does.

    Raises ``BlockingIOError`` where another one holds it, ``OSError`` where there is no such folder.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(held)


def write_text(path: Path, text: str) -> None:
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")


def check_new(path: Path) -> None:
    """What ``write_new`` raises where the file exists, before the work is done."""
    if path.exists() or path.is_symlink():
        raise _exists(path)


def _exists(path: Path) -> InputError:
    return InputError(f"{path}: already exists, and is never overwritten; name another file")


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet. Raises ``InputError`` where it does, or cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
