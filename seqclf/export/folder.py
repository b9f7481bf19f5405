"""Copies of exported models."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from seqclf.errors import InputError


def copy_saved_model(source: Path, target: Path) -> None:
    """Copy a SavedModel's folder to ``target``, which appears when it is whole.

    Raises ``InputError`` where ``target`` is something else than an empty folder or nothing: it may be the user's.
    """
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise InputError(f"{target}: is there already and no empty folder; name a new one with --to")
    target = target.absolute()
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, beside)
        if target.is_dir():
            target.rmdir()
        beside.rename(target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
