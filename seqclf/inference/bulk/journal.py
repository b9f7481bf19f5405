"""How far a prediction of a file has come: what it takes to go on after an interruption."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import write_json

_JOURNAL, ERRORS = "journal.json", "errors.txt"


@dataclass
class Progress:
    """Attributes:
    rows: read so far, bad ones too.
    bad: of them, those without a prediction.
    written: the writer's position.
    errors: bytes of the list of bad rows.
    """

    rows: int = 0
    bad: int = 0
    written: int = 0
    errors: int = 0


class Journal:
    """The folder beside a target, ``TARGET.partial``, that holds what is written until it is whole.

    Args:
        job: everything that decides what is written, as plain values: a journal of another job is not continued.
    """

    def __init__(self, target: Path, job: dict[str, Any]) -> None:
        self.folder = target.with_name(f"{target.name}.partial")
        self._target, self._job = target, job

    def begin(self, *, resume: bool) -> Progress:
        """Make the folder, or with ``resume`` go on in the one that is there. Raises ``InputError`` where that would
        mix or lose predictions."""
        if not self.folder.exists():
            if resume:
                raise InputError(f"{self.folder}: is not there, so that there is nothing to resume")
            try:
                self.folder.mkdir(parents=True)
            except OSError as error:
                raise InputError(f"{self.folder}: cannot be made ({error.strerror})") from error
            progress = Progress()
            self.note(progress)
            return progress
        if not resume:
            raise InputError(
                f"{self.folder}: holds predictions of an interrupted call; go on with --resume, or delete it"
            )
        path = self.folder / _JOURNAL
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            progress = Progress(**content["progress"])
            before = content["job"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise InputError(f"{path}: cannot be read ({error}); delete {self.folder} to begin anew") from error
        changed = [name for name in self._job.keys() | before.keys() if self._job.get(name) != before.get(name)]
        if changed:
            raise InputError(
                f"{self.folder}: was begun with another {' and another '.join(sorted(changed))}; "
                "repeat the call that was interrupted with --resume, or delete the folder"
            )
        return progress

    def note(self, progress: Progress) -> None:
        """Say that so much is on disk."""
        write_json(self.folder / _JOURNAL, {"job": self._job, "progress": asdict(progress)})

    def end(self, whole: Path, errors: Path | None) -> None:
        """Put the whole file, and the list of bad rows, where they belong."""
        if errors is not None:
            shutil.move(self.folder / ERRORS, errors)
        whole.replace(self._target)
        self.drop()

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
