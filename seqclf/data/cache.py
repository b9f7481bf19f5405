"""Results that are costly to make, kept on disk under a key of everything that they depend on.

An entry is a folder, written beside its place and moved there whole. Deleting the cache, or any entry of it, is safe.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from seqclf.errors import SeqclfError


def cache_folder() -> Path:
    """``$SEQCLF_CACHE``, else ``seqclf`` in ``$XDG_CACHE_HOME`` or ``~/.cache``."""
    if named := os.environ.get("SEQCLF_CACHE"):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seqclf"


def cached(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """The entry's folder, after ``make`` has filled it if it was not there."""
    folder = cache_folder() / kind / key[:32]
    if folder.is_dir():
        return folder
    beside = folder.with_name(f".{folder.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        make(beside)
        if not folder.is_dir():  # another process may have been faster; its entry has the same content
            beside.rename(folder)
    except OSError as error:
        if not folder.is_dir():
            raise SeqclfError(
                f"{folder}: the cache cannot be written ({error.strerror or error}); set SEQCLF_CACHE to another folder"
            ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder
