"""``tracking``: the listener that tells trackers of every training that it hears of."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from seqclf.errors import InputError
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, Run
from seqclf.trackers.about import about
from seqclf.trackers.base import Point, Tracker
from seqclf.trackers.kinds import kind_of
from seqclf.trackers.points import HistoryPoints, final_point
from seqclf.trackers.sender import Sender
from seqclf.training.events import EpochStarted, Event, RunEnded, TrainingDone, TrainingStarted

_SECONDS, _SHORT = 60.0, 2.0

Say = Callable[[str], None]


@contextlib.contextmanager
def tracking(
    names: Sequence[str],
    say: Say,
    *,
    project: str | None = None,
    group: str | None = None,
    files: Sequence[str] = (),
    seconds: float = _SECONDS,
) -> Iterator[Tracking]:
    """A listener for ``Callbacks.listen`` that tracks each training which starts within the block.

    Trainings may follow one another, as the folds of a cross-validation or the trials of a search do; each is a tracked
    run of its own.

    Args:
        names: of trackers; ``trackers.kinds.check`` has found their packages.
        say: is told, in the thread of the training, of each tracker that fails ("warning: ..."), and for which one it
            waits at the end. A training never fails with a tracker.
        project: experiment of MLflow, project of trackio; None: that of the environment, or ``seqclf``.
        group: the name of what the runs are parts of; None: their cross-validation, if they are its folds.
        files: names of files and folders of a run that trackers also keep, once the block ends.
        seconds: how long to wait at the end of the block until everything is stored.
    """
    kinds = {name: kind_of(name) for name in names}
    tracked = Tracking(kinds, say, project=project, group=group, files=files)
    try:
        yield tracked
    finally:
        tracked.close(seconds)


class Tracking:
    """The listener; see ``tracking``."""

    def __init__(
        self,
        kinds: Mapping[str, type[Tracker]],
        say: Say,
        *,
        project: str | None,
        group: str | None,
        files: Sequence[str],
    ) -> None:
        self._kinds, self._say = kinds, say
        self._project, self._group, self._files = project, group, files
        self._runs: list[_TrackedRun] = []
        self._failed: set[str] = set()

    def __call__(self, event: Event) -> None:
        try:
            self._hear(event)
        except Exception as error:  # files of the run that cannot be read, for example
            self._fail(self._kinds, f"{type(error).__name__}: {error}")
        self._report()

    def close(self, seconds: float) -> None:
        """Pass on the files and wait until everything is stored, at most this long."""
        try:
            self._end_last()
            for run in self._runs:
                self._keep_files(run)
        except Exception as error:
            self._fail(self._kinds, f"{type(error).__name__}: {error}")
        senders = [sender for run in self._runs for sender in run.senders]
        for sender in senders:
            sender.finish()
        self._wait(senders, seconds)
        self._report()

    def _wait(self, senders: Sequence[Sender], seconds: float) -> None:
        start = time.monotonic()
        for sender in senders:
            if not sender.is_done_by(start + min(_SHORT, seconds)):
                self._say(f"Waiting until {sender.name} has stored everything")
                sender.wait(start + seconds)

    def _hear(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._end_last()
            if event.folder is not None:
                self._begin(Run(event.folder), event.notes)
        elif self._runs and not self._runs[-1].ended:
            self._runs[-1].hear(event)
            self._finish_if_ended()

    def _begin(self, run: Run, notes: tuple[str, ...]) -> None:
        self._report()
        self._runs = [one for one in self._runs if not all(sender.is_done_by(0) for sender in one.senders)]
        described = about(run, notes=notes, project=self._project, group=self._group)
        kinds = {name: kind for name, kind in self._kinds.items() if name not in self._failed}
        self._runs.append(
            _TrackedRun(run, [Sender(name, kind(described), run, self._files) for name, kind in kinds.items()])
        )
        self._runs[-1].look()

    def _end_last(self) -> None:
        if self._runs and not self._runs[-1].ended:
            self._runs[-1].end(_status_of(self._runs[-1].run))
            self._finish_if_ended()

    def _finish_if_ended(self) -> None:
        """A search has many runs: their threads wait until the end only for files, such as reports."""
        if self._runs[-1].ended and not self._files:
            for sender in self._runs[-1].senders:
                sender.finish()

    def _keep_files(self, tracked: _TrackedRun) -> None:
        keeping = [sender for sender in tracked.senders if self._kinds[sender.name].keeps_files]
        for name in self._files if tracked.has_result and keeping else ():
            path = tracked.run.folder / name
            if not path.exists():
                self._say(f"warning: {path}: does not exist, so no tracker keeps it")
                continue
            for sender in keeping:
                sender.keep(path)

    def _report(self) -> None:
        """Say what went wrong, once for each tracker."""
        for run in self._runs:
            for sender in run.senders:
                if sender.failure is not None:
                    self._fail([sender.name], sender.failure)

    def _fail(self, names: Sequence[str] | Mapping[str, type[Tracker]], why: str) -> None:
        for name in names:
            if name not in self._failed:
                self._failed.add(name)
                self._say(f"warning: {name} no longer tracks the training: {why}")


class _TrackedRun:
    """A run and what is told of it."""

    def __init__(self, run: Run, senders: Sequence[Sender]) -> None:
        self.run, self.senders = run, senders
        self.ended = self.has_result = False
        self._points = HistoryPoints(run.history)

    def hear(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            self.end(event.status)
            return
        if isinstance(event, EpochStarted):
            self._points.restart_if_cut()
        if isinstance(event, TrainingDone) and event.why == INTERRUPTED:
            self._points.new()  # a window that was cut short: a resumed training drops it from its history
        self.look()

    def look(self) -> None:
        """Pass on the new lines of the history."""
        self._send(self._points.new())

    def end(self, status: str) -> None:
        self.ended, self.has_result = True, status in (FINISHED, INTERRUPTED)
        self.look()
        if self.has_result:
            self._send([final_point(self.run, self._points.step)])
        for sender in self.senders:
            sender.end(status)

    def _send(self, points: Sequence[Point]) -> None:
        for sender in self.senders if points else ():
            sender.send(points)


def _status_of(run: Run) -> str:
    """How a training ended that has not said so: by an error, or a kill that Python survived."""
    try:
        status = str(run.manifest["status"])
    except InputError:  # the folder is gone: nothing was kept
        return FAILED
    return status if status in (FINISHED, INTERRUPTED) else FAILED
