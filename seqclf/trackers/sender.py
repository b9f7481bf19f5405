"""A tracker at work in a thread of its own, so that no training waits for a disk or a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from seqclf.runs import Run
from seqclf.trackers.base import Point, Tracker, without_secrets
from seqclf.trackers.record import Record, record_of

_LONGEST = 300  # characters of an error
_BEGINS: dict[str, threading.Lock] = {}
"""Of each tracker: folds that begin at the same time would each make the run that they are parts of."""


class Sender:
    """Passes on to a tracker, in order, what it is told; after the first failure it does nothing.

    ``files``: names of files of the run that the tracker is to keep; ``keep`` passes them on.

    Attributes:
        name: of the tracker.
        failure: what went wrong, in words; None while nothing has.
    """

    def __init__(self, name: str, tracker: Tracker, run: Run, files: Sequence[str] = ()) -> None:
        self.name = name
        self.failure: str | None = None
        self._tracker, self._run, self._files = tracker, run, tuple(files)
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
        """Nothing follows. Can be called again."""
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
        known, tracker = record_of(self._run, self.name), self._tracker
        if known is not None and tracker.about.project is None:
            tracker.about = replace(tracker.about, project=known.project)
        with _BEGINS.setdefault(self.name, threading.Lock()):
            found = tracker.begin(None if known is None else known.id)
        Record(found, tracker.project, self._files).write(self._run, self.name)
        self._last = dict(self._tracker.last_steps())

    def _send(self, points: Sequence[Point]) -> None:
        new = [point for point in points if point.step > self._last.get(point.kind, -1)]
        if new:
            self._tracker.write(new)
            self._last |= {point.kind: point.step for point in new}


def _in_words(error: Any) -> str:
    lines = str(error).strip().splitlines()
    text = without_secrets(lines[0]) if lines else ""
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
