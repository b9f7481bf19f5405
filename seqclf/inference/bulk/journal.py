"""The progress of predicting a file, kept on disk to resume after an interruption.

A kill at any moment leaves one of these:

- no ``TARGET.partial``, or one without a journal or predictions: the next call starts from the beginning;
- a journal and at least the rows that it counts: ``--resume`` cuts what follows them, and continues;
- a journal that names the complete file: ``--resume`` only moves it, and the list of bad rows, to their places;
- the target, and no ``TARGET.partial``: done.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import is_temporary, remove_folder, replacing, sync, write_json
from seqclf.locks import locked

_JOURNAL, ERRORS = "journal.json", "errors.txt"
_CONTENTS = (("content of --input", "--input", "the file of --input"), ("model", "--run", "the model of --run"))
"""Parts of a job that can change though the command does not: name, the option that names the file, and what it is."""
_OWN_FILES = (ERRORS, "rows.*", "part-*.parquet", "complete*")


@dataclass
class Progress:
    """Attributes:
    rows: rows read so far, including bad ones.
    bad: rows among them without a prediction.
    written: the writer's position.
    errors: bytes of the list of bad rows.
    complete: name of the file with all rows; empty until it is complete.
    """

    rows: int = 0
    bad: int = 0
    written: int = 0
    errors: int = 0
    complete: str = ""


class Journal:
    """The folder ``TARGET.partial`` next to a target, which contains the output until it is complete.

    Args:
        job: everything that determines the output, as plain values; the journal of another job is rejected.
    """

    def __init__(self, target: Path, job: dict[str, Any]) -> None:
        self.folder = target.with_name(f"{target.name}.partial")
        self._target, self._job = target, job

    @property
    def errors(self) -> Path:
        """The list of bad rows so far."""
        return self.folder / ERRORS

    def is_complete(self) -> bool:
        """Whether only the moves to the final paths are missing."""
        try:
            content = json.loads((self.folder / _JOURNAL).read_text(encoding="utf-8"))
            return bool(content["progress"].get("complete"))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return False

    @contextlib.contextmanager
    def locked(self, *, resume: bool, again: bool = False) -> Iterator[Progress]:
        """Lock the folder for this process: a new one, or with ``resume`` an existing one if it has predictions.

        With ``again``, predictions of another job are deleted instead of rejected. Raises ``InputError`` if that would
        mix or lose predictions.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self.folder}: cannot be created ({error.strerror})") from error
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self.folder))
            except BlockingIOError as error:
                raise InputError(f"{self._target}: is being written by {self._holder()}") from error
            progress = self._read()
            if progress.rows == 0:
                self._clear()
            elif not resume:
                raise InputError(
                    f"{self.folder}: contains predictions of an interrupted command; continue with --resume, or delete "
                    "it"
                )
            elif again and not self._is_of_job():
                self._clear()
                progress = Progress()
            else:
                self._check_job()
            yield progress

    def _content(self) -> Any:
        """The journal; None if there is none. Raises ``InputError`` if it is malformed."""
        path = self.folder / _JOURNAL
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise self._malformed(error) from error

    def _malformed(self, error: Exception) -> InputError:
        path = self.folder / _JOURNAL
        return InputError(f"{path}: cannot be read ({error}); delete {self.folder} to start again")

    def _read(self) -> Progress:
        """The progress; none if there is no journal."""
        content = self._content()
        try:
            return Progress() if content is None else _progress_in(content["progress"])
        except (LookupError, TypeError, ValueError) as error:
            raise self._malformed(error) from error

    def _is_of_job(self) -> bool:
        try:
            self._check_job()
        except InputError:
            return False
        return True

    def _check_job(self) -> None:
        """Raise ``InputError`` if the journal belongs to another job."""
        try:
            before = dict(self._content()["job"])
        except (LookupError, TypeError, ValueError) as error:
            raise self._malformed(error) from error
        for content, option, what in _CONTENTS:
            if self._job.get(content) != before.get(content) and self._job.get(option) == before.get(option):
                raise InputError(
                    f"{self.folder}: has predictions of before {what} changed; delete this folder to start again"
                )
        contents = {content for content, *_ in _CONTENTS}
        names = [name for name in {**before, **self._job} if name not in contents]
        if changed := [name for name in names if self._job.get(name) != before.get(name)]:
            were = ", ".join(f"{name} {_shown(before.get(name))}" for name in changed)
            raise InputError(
                f"{self.folder}: was started with another {' and another '.join(changed)} (it was: {were}); repeat "
                "that command with --resume, or delete the folder"
            )

    def _clear(self) -> None:
        """Delete what a call left that was killed before its first prediction.

        Raises ``InputError`` for other files.
        """
        found = sorted(self.folder.iterdir())
        for path in found:
            is_own = path.name == _JOURNAL or is_temporary(path.name)
            if not is_own and not any(fnmatch.fnmatch(path.name, pattern) for pattern in _OWN_FILES):
                raise InputError(
                    f"{self.folder}: contains {path.name}, which is not of seqclf; move the folder, or name another "
                    "--output"
                )
        for path in found:
            path.unlink()

    def _holder(self) -> str:
        """The process that is writing."""
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            content = json.loads((self.folder / _JOURNAL).read_text(encoding="utf-8"))
            return f"process {content['process']} on {content['host']}"
        return "another process"

    def note(self, progress: Progress) -> None:
        """Record ``progress``, which is on disk."""
        who = {"process": os.getpid(), "host": socket.gethostname()}
        write_json(self.folder / _JOURNAL, {"job": self._job, "progress": asdict(progress), **who})

    def check_written(self, progress: Progress, position: int, errors: int) -> None:
        """Raise ``InputError`` if less is on disk than was noted, because the disk lost data."""
        if position < progress.written or errors < progress.errors:
            raise InputError(f"{self.folder}: has lost rows; delete the folder to start again")

    def is_moved(self, progress: Progress) -> bool:
        """Whether the complete file and the list of bad rows are at their final paths."""
        return progress.complete != "" and not (self.folder / progress.complete).exists()

    def move(self, progress: Progress, errors: Path | None) -> None:
        """Move the complete file and the list of bad rows to their final paths, unless they are there."""
        if not self.is_moved(progress):
            if errors is not None:
                with replacing(errors) as temporary:  # may be on another disk
                    shutil.copyfile(self.errors, temporary)
            (self.folder / progress.complete).replace(self._target)
            sync(self._target.absolute().parent)
        self.drop()

    def drop(self) -> None:
        remove_folder(self.folder)


def _progress_in(saved: Any) -> Progress:
    """Raises ``TypeError`` or ``ValueError`` for anything that ``Journal.note`` does not write."""
    progress = Progress(**saved)
    *counts, complete = asdict(progress).values()
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError("a count is not a whole number")
    if not isinstance(complete, str) or Path(complete).name != complete:
        raise ValueError("the complete file is not in this folder")
    return progress


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return "none" if value is None else str(value)
