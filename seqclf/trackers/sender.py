"""A tracker at work in a thread of its own, so that no training waits for a disk or a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from seqclf.files import write_json
from seqclf.run_files import read_object
from seqclf.runs import Run
from seqclf.trackers.base import Point, Tracker, without_secrets

_LONGEST = 300  # characters of an error


class Sender:
    """Passes on to a tracker, in order, what it is told; after the first failure it does nothing.

    Attributes:
        name: of the tracker.
        failure: what went wrong, in words; None while nothing has.
    """

    def __init__(self, name: str, tracker: Tracker, run: Run) -> None:
        self.name = name
        self.failure: str | None = None
        self._tracker, self._run = tracker, run
        self._last: dict[str, int] = {}
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"seqclf-{name}", daemon=True)
        self._tasks.put(self._begin)
        self._thread.start()

    def send(self, points: Sequence[Point]) -> None:
        """Pass on the points that the tracker does not have yet."""
        self._put(lambda: self._send(points))

    def end(self, status: str) -> None:
        """As ``Tracker.end``."""
        self._put(lambda: self._tracker.end(status))

    def keep(self, path: Path) -> None:
        """As ``Tracker.keep``."""
        self._put(lambda: self._tracker.keep(path))

    def finish(self) -> None:
        """Nothing follows."""
        self._put(self._tracker.close)
        self._tasks.put(None)

    def is_done_by(self, until: float) -> bool:
        """Whether everything is passed on, at the latest at this time by ``time.monotonic``, after ``finish``."""
        self._thread.join(max(0.0, until - time.monotonic()))
        return not self._thread.is_alive()

    def wait(self, until: float) -> None:
        """Wait until everything is passed on; what is not at this time is given up."""
        if not self.is_done_by(until) and self.failure is None:
            self.failure = "did not answer in time"

    def _put(self, task: Callable[[], None]) -> None:
        if self.failure is None:
            self._tasks.put(task)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except BaseException as error:  # a library may raise anything, SystemExit included
                self.failure = _in_words(error)
                return

    def _begin(self) -> None:
        record = record_of(self._run, self.name)
        known = read_object(record).get("id") if record.is_file() else None
        found = self._tracker.begin(known if isinstance(known, str) else None)
        record.parent.mkdir(exist_ok=True)
        write_json(record, {"id": found})
        self._last = dict(self._tracker.last_steps())

    def _send(self, points: Sequence[Point]) -> None:
        new = [point for point in points if point.step > self._last.get(point.kind, -1)]
        if new:
            self._tracker.write(new)
            self._last |= {point.kind: point.step for point in new}


def record_of(run: Run, name: str) -> Path:
    """The file that has the id of a run in a tracker."""
    return run.folder / "tracking" / f"{name}.json"


def recorded(run: Run) -> list[str]:
    """The names of the trackers that a run has been tracked by."""
    return sorted(path.stem for path in (run.folder / "tracking").glob("*.json"))


def _in_words(error: Any) -> str:
    lines = str(error).strip().splitlines()
    text = without_secrets(lines[0]) if lines else ""
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
