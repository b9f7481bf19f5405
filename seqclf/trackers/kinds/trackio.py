"""trackio: a SQLite file per project in its own folder, ``~/.cache/huggingface/trackio`` or ``$TRACKIO_DIR``.

``TRACKIO_PROJECT`` names another project, ``TRACKIO_SERVER_URL`` or ``TRACKIO_SPACE_ID`` a server.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from seqclf.files import shell_word
from seqclf.runs import FINISHED
from seqclf.trackers.base import PROBES, PROJECT, About, Point, Tracker, without_secrets

if TYPE_CHECKING:
    import trackio

_SERVERS = ("TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL")


class Trackio(Tracker):
    """A run of trackio, in the project. Its points wait up to half a second in a thread of trackio's own."""

    packages = ("trackio",)
    keeps_files = True

    def __init__(self, about: About) -> None:
        super().__init__(about)
        self._run: trackio.Run
        self._last = -1

    @property
    def project(self) -> str:
        return _project(self.about.project)

    @classmethod
    def how_to_look(cls, runs: Path, project: str | None) -> str:
        name = shell_word(_project(project))
        server = next((os.environ[variable] for variable in _SERVERS if os.environ.get(variable)), None)
        return f"trackio show --project {name}" if server is None else f"project {name} at {without_secrets(server)}"

    def begin(self, known: str | None) -> str:
        # Without points, trackio keeps no run. It tells of its failures by warnings: ``close`` looks for itself.
        warnings.filterwarnings("ignore", module=r"trackio\b")
        with _silent():
            if known is not None:
                run = self._init(resume="allow")
                if run.id == known:
                    self._run = run
                    return known
                run.finish()
            self._run = self._init(resume="never")
        return str(self._run.id)

    def last_steps(self) -> Mapping[str, int]:
        found = {kind: max(steps) for kind, name in PROBES.items() if (steps := self._stored_steps(name))}
        return found or dict.fromkeys(PROBES, self._run._next_step - 1)  # of a server, nothing else is known

    def write(self, points: Sequence[Point]) -> None:
        for point in points:
            self._run.log(dict(point.values), step=point.step)
            self._last = point.step

    def end(self, status: str) -> None:
        if status != FINISHED:  # trackio has no states of runs
            with _silent():
                self._run.alert(title=f"training {status}", text=self.about.name)

    def keep(self, path: Path) -> None:
        # A name may have letters, digits, dots, dashes and underscores, as the names of runs do.
        self._run.log_artifact(path, name=f"{self.about.name}-{path.name}")

    def close(self) -> None:
        with _silent():
            self._run.finish()
        if self._run._is_local and self._last >= 0 and self._last not in self._stored_steps(None):
            raise OSError("could not store the last points; is the disk full?")

    def _init(self, resume: str) -> trackio.Run:
        import trackio

        about = self.about
        return trackio.init(
            self.project,
            about.name,
            about.group,
            config={**about.config, **about.facts, "note": about.note},
            resume=resume,
            embed=False,
            auto_log_gpu=False,
            auto_log_cpu=False,
        )

    def _stored_steps(self, name: str | None) -> list[int]:
        """The steps at which a number, or any, is stored on this machine."""
        from trackio.sqlite_storage import SQLiteStorage

        if name is not None:
            rows = SQLiteStorage.get_metric_values(self._run.project, self._run.name, name, run_id=self._run.id)
            return [int(row["step"]) for row in rows]
        last = SQLiteStorage.get_max_step_for_run(self._run.project, self._run.name, run_id=self._run.id)
        return [] if last is None else [last]


def _project(project: str | None) -> str:
    return project or os.environ.get("TRACKIO_PROJECT") or PROJECT


class _OtherThreads:
    """A stream that drops what the thread which made it writes: standard output belongs to the command."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._silent = stream, threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self._silent else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _silent() -> Iterator[None]:
    """Within the block, this thread prints nothing; all others do."""
    before = sys.stdout
    sys.stdout = cast("TextIO", _OtherThreads(before))
    try:
        yield
    finally:
        sys.stdout = before


TRACKER = Trackio
