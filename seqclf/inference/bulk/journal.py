"""The progress of predicting a file, kept on disk to resume after an interruption."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import locked, write_json

_JOURNAL, ERRORS = "journal.json", "errors.txt"


@dataclass
class Progress:
    """Attributes:
    rows: rows read so far, including bad ones.
    bad: rows among them without a prediction.
    written: the writer's position.
    errors: bytes of the list of bad rows.
    """

    rows: int = 0
    bad: int = 0
    written: int = 0
    errors: int = 0


class Journal:
    """The folder ``TARGET.partial`` next to a target, which contains the output until it is complete.

    Args:
        job: everything that determines the output, as plain values; the journal of another job is rejected.
    """

    def __init__(self, target: Path, job: dict[str, Any]) -> None:
        self.folder = target.with_name(f"{target.name}.partial")
        self._target, self._job = target, job

    @contextlib.contextmanager
    def locked(self, *, resume: bool) -> Iterator[Progress]:
        """Lock the folder for this process: a new one, or with ``resume`` an existing one if there is one.

        Raises ``InputError`` if that would mix or lose predictions.
        """
        found = self.folder.exists()
        if found and not resume and self._holder() is None:
            raise InputError(
                f"{self.folder}: contains predictions of an interrupted command; continue with --resume, or delete it"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self.folder}: cannot be created ({error.strerror})") from error
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self.folder))
            except BlockingIOError as error:
                who = self._holder() or "another process"
                raise InputError(f"{self._target}: is being written by {who}") from error
            progress = self._read() if found else Progress()
            self.note(progress)
            yield progress

    def _read(self) -> Progress:
        """Read the journal. Raises ``InputError`` if it belongs to another job."""
        path = self.folder / _JOURNAL
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            progress = Progress(**content["progress"])
            before = dict(content["job"])
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            raise InputError(f"{path}: cannot be read ({error}); delete {self.folder} to start again") from error
        changed = [name for name in {**before, **self._job} if self._job.get(name) != before.get(name)]
        if changed:
            were = ", ".join(f"{name} {_shown(before.get(name))}" for name in changed)
            raise InputError(
                f"{self.folder}: was started with another {' and another '.join(changed)} (it was: {were}); repeat "
                "that command with --resume, or delete the folder"
            )
        return progress

    def _holder(self) -> str | None:
        """The process that is writing; None if there is none."""
        try:
            with locked(self.folder):
                return None
        except BlockingIOError:
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
                content = json.loads((self.folder / _JOURNAL).read_text(encoding="utf-8"))
                return f"process {content['process']} on {content['host']}"
            return "another process"

    def note(self, progress: Progress) -> None:
        """Record ``progress``, which is on disk."""
        who = {"process": os.getpid(), "host": socket.gethostname()}
        write_json(self.folder / _JOURNAL, {"job": self._job, "progress": asdict(progress), **who})

    def end(self, complete: Path, errors: Path | None) -> None:
        """Move the complete file and the list of bad rows to their final paths."""
        if errors is not None:
            shutil.move(self.folder / ERRORS, errors)
        complete.replace(self._target)
        self.drop()

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)[:80]
