"""Checkpoints of a training. Each file has a checksum. The last two are kept, or the final state."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.files import replacing

_MAGIC = b"seqclf checkpoint 1\n"
_KEPT = 2
FINAL = "final"
_NAME = re.compile(r"epoch(\d+)-step(\d+)\.state")


class Checkpoints:
    """A folder of checkpoints, named by completed epochs and by steps of the next epoch."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, epoch: int, step: int, content: bytes) -> None:
        """Write a checkpoint atomically and delete all but the newest two. Raises ``OSError``."""
        self._folder.mkdir(exist_ok=True)
        self._write(self._folder / f"epoch{epoch:06}-step{step:08}.state", content)
        for path in self._paths()[_KEPT:]:
            path.unlink()
        self._final.unlink(missing_ok=True)  # the new checkpoint supersedes it

    def save_final(self, content: bytes) -> None:
        """Write the final state of a training alongside the others. Raises ``OSError``."""
        self._folder.mkdir(exist_ok=True)
        self._write(self._final, content)

    def drop(self, *, final: bool) -> None:
        """Delete the numbered checkpoints; unless ``final``, the final state as well."""
        for path in self._paths():
            path.unlink()
        if not final:
            shutil.rmtree(self._folder, ignore_errors=True)

    def newest(self, on_damaged: Callable[[str], None] = lambda what: None) -> tuple[str, bytes] | None:
        """Name and content of the newest undamaged checkpoint; ``on_damaged`` is called for each damaged one.

        None if there are no checkpoints. Raises ``InputError`` if all are damaged. ``save_final`` writes the one named
        ``FINAL``.
        """
        paths = self._paths() or ([self._final] if self._final.is_file() else [])
        for path in paths:
            try:
                return path.stem, _content(path)
            except (OSError, ValueError) as error:
                on_damaged(f"{path}: damaged ({error})")
        if paths:
            raise InputError(f"{self._folder}: every checkpoint is damaged; train again")
        return None

    @property
    def _final(self) -> Path:
        return self._folder / f"{FINAL}.state"

    def _write(self, path: Path, content: bytes) -> None:
        checksum = hashlib.sha256(content).hexdigest().encode()
        with replacing(path) as temporary, temporary.open("wb") as file:
            file.writelines([_MAGIC, checksum, b"\n", content])

    def _paths(self) -> list[Path]:
        """Newest first."""
        found = ((_NAME.fullmatch(path.name), path) for path in self._folder.glob("*.state"))
        numbered = [((int(match[1]), int(match[2])), path) for match, path in found if match]
        return [path for _, path in sorted(numbered, reverse=True)]


def numbered(content: Mapping[str, NDArray[Any]], prefix: str) -> list[NDArray[Any]]:
    """The arrays ``<prefix>0``, ``<prefix>1``, ... of a checkpoint."""
    return [content[f"{prefix}{i}"] for i in range(sum(name.startswith(prefix) for name in content))]


def _content(path: Path) -> bytes:
    """Read and verify a checkpoint. Raises ``ValueError`` if the file is damaged."""
    data = path.read_bytes()
    header = len(_MAGIC) + 65
    if data[: len(_MAGIC)] != _MAGIC or len(data) < header:
        raise ValueError("its header is missing")
    content = data[header:]
    if hashlib.sha256(content).hexdigest().encode() + b"\n" != data[len(_MAGIC) : header]:
        raise ValueError("checksum mismatch")
    return content
