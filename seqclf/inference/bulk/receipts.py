"""What is known of the files of predictions in a folder: whether each is complete, and what it was made of.

A file has a receipt in ``FOLDER/.seqclf/``, whose name readers of folders of tables skip. A kill at any moment leaves:

- no receipt: the file was not begun. An existing file is one of the user's;
- a receipt without ``written``: the file was begun. Whatever is there is of seqclf;
- a receipt with ``written``, the size and the time of the file: it is complete.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import write_json

_FOLDER = ".seqclf"


class Receipts:
    """The receipts of the files in ``folder``, each under the file's path in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: dict[str, dict[str, Any]] = {}

    def is_complete(self, below: str, job: dict[str, Any], *, overwrite: bool = False) -> bool:
        """Whether the file was written by this job: everything that determines it, as plain values.

        Raises:
            InputError: another file is in its place, and not ``overwrite``.
        """
        path, receipt = self._folder / below, self._read(below)
        if not path.exists() or overwrite:
            return False
        if receipt is None:
            raise InputError(f"{path}: already exists, and is not of this command; use --overwrite to replace it")
        written = receipt.get("written")
        if written is None:
            return False
        if written != signature(path):
            raise InputError(f"{path}: was changed after it was written; use --overwrite to replace it")
        return bool(receipt.get("job") == json.loads(json.dumps(job)))

    def begin(self, below: str, job: dict[str, Any]) -> None:
        """Note that the file is about to be written."""
        self._begun[below] = job
        self._write(below, {"job": job, "written": None})

    def complete(self, below: str, written: list[int], rows: int) -> None:
        """Note that the begun file is complete. ``written``: its ``signature``; ``rows``: how many it has."""
        self._write(below, {"job": self._begun.pop(below), "written": written, "rows": rows})

    def _place(self, below: str) -> Path:
        return self._folder / _FOLDER / f"{below}.json"

    def _write(self, below: str, content: dict[str, Any]) -> None:
        path = self._place(below)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, content)

    def _read(self, below: str) -> dict[str, Any] | None:
        """None if there is no receipt; a malformed one says only that the file was begun."""
        try:
            content = json.loads(self._place(below).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


def signature(path: Path) -> list[int]:
    """Size in bytes and time of the last change in nanoseconds: what changes when a file does."""
    file = os.stat(path)
    return [file.st_size, file.st_mtime_ns]
