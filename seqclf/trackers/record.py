"""What a run notes of its trackers, ``tracking/<name>.json``: so that a resumed training continues as before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from seqclf.errors import InputError
from seqclf.files import write_json
from seqclf.run_files import read_object
from seqclf.runs import Run
from seqclf.trackers.kinds import NAMES


@dataclass(frozen=True)
class Record:
    """A run in a tracker.

    Attributes:
        id: of the run, given by the tracker.
        project: where the run is in the tracker; None: the tracker has no projects.
        files: names of files of the run that the tracker is to keep.
    """

    id: str
    project: str | None = None
    files: tuple[str, ...] = ()

    def write(self, run: Run, name: str) -> None:
        path = _path(run, name)
        path.parent.mkdir(exist_ok=True)
        write_json(path, asdict(self))


def record_of(run: Run, name: str) -> Record | None:
    """What the run notes of a tracker; None without a note, or with a malformed one."""
    try:
        found = read_object(_path(run, name))
    except (InputError, OSError):
        return None
    known, project, files = found.get("id"), found.get("project"), found.get("files")
    if not isinstance(known, str):
        return None
    kept = [one for one in files if isinstance(one, str)] if isinstance(files, list) else []
    return Record(known, project if isinstance(project, str) else None, tuple(kept))


def recorded(run: Run) -> dict[str, Record]:
    """The trackers that a run has been tracked by."""
    return {name: record for name in NAMES if (record := record_of(run, name)) is not None}


def _path(run: Run, name: str) -> Path:
    return run.folder / "tracking" / f"{name}.json"
