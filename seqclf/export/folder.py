"""Folders of exported models."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from seqclf.errors import InputError
from seqclf.files import making_folder

CARD = "MODEL_CARD.md"


def check_new_folder(target: Path) -> None:
    """Raise ``InputError`` if ``target`` exists and is not an empty folder: it may be the user's."""
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise InputError(f"{target}: already exists and is not empty; name a new folder with --to")


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes ``target`` when it is complete. Raises ``InputError`` as ``check_new_folder``."""
    check_new_folder(target)
    target = target.absolute()
    try:
        with making_folder(target) as temporary:
            yield temporary
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror or error})") from error


def copy_into(folder: Path, *sources: Path) -> None:
    """Copy files and folders into ``folder`` under their names."""
    for source in sources:
        if source.is_dir():
            shutil.copytree(source, folder / source.name)
        elif source.exists():
            shutil.copy2(source, folder / source.name)


def move_up(folder: Path) -> None:
    """Move the content of a folder into the one that contains it, and remove it."""
    for path in folder.iterdir():
        path.rename(folder.parent / path.name)
    folder.rmdir()
