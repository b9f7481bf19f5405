"""Cache of expensive results on disk, under a key of everything that they depend on.

An entry is a folder that is written atomically. It is safe to delete the cache or any entry in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from seqclf.errors import SeqclfError
from seqclf.files import expanded, making_folder, remove_abandoned


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
    """The folder of the entry; ``make`` fills it if it is missing."""
    folder = cache_folder() / kind / key[:32]
    if folder.is_dir():
        return folder
    remove_abandoned(folder.parent)
    try:
        with making_folder(folder) as temporary:
            make(temporary)
    except OSError as error:
        if not folder.is_dir():  # otherwise another process was faster; its entry has the same content
            raise SeqclfError(
                f"{folder}: the cache cannot be written ({error.strerror or error}); set SEQCLF_CACHE to another folder"
            ) from error
    return folder
