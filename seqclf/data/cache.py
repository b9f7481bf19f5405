"""Results that are costly to make, kept on disk under a key of everything that they depend on.

An entry is a folder, written beside its place and moved there whole. Deleting the cache, or any entry of it, is safe.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from seqclf.errors import SeqclfError
from seqclf.files import making_folder, remove_abandoned


def cache_folder() -> Path:
    """``$SEQCLF_CACHE``, else ``seqclf`` in ``$XDG_CACHE_HOME`` or ``~/.cache``."""
    if named := os.environ.get("SEQCLF_CACHE"):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seqclf"


def found(kind: str, key: str) -> Path | None:
    """The entry's folder, if there is one."""
    folder = cache_folder() / kind / key[:32]
    return folder if folder.is_dir() else None


def cached(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """The entry's folder, after ``make`` has filled it if it was not there."""
    folder = cache_folder() / kind / key[:32]
    if folder.is_dir():
        return folder
    remove_abandoned(folder.parent)
    try:
        with making_folder(folder) as beside:
            make(beside)
    except OSError as error:
        if not folder.is_dir():  # another process may have been faster; its entry has the same content
            raise SeqclfError(
                f"{folder}: the cache cannot be written ({error.strerror or error}); set SEQCLF_CACHE to another folder"
            ) from error
    return folder
