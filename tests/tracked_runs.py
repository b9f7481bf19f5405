"""A tracker that remembers what it is told, and a run whose training is made up event by event."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from conftest import small_config

from seqclf.config import checked_config, write_config
from seqclf.runs import RUNNING, Run
from seqclf.trackers import tracking as module
from seqclf.trackers.base import PROBES, About, Point, Tracker
from seqclf.trackers.kinds import kind_of
from seqclf.training.events import EpochDone, EpochStarted, Event, RunEnded, StepDone, TrainingDone, TrainingStarted
from seqclf.training.history import History


@dataclass
class Told:
    """What a tracker has of a run."""

    about: About
    points: list[Point] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    begun: int = 0
    closed: int = 0


class Remembering(Tracker):
    """A tracker in memory.

    Attributes:
        fails_in: the name of the method that raises.
        hangs: waits in ``write`` until it is set.
    """

    keeps_files = True
    runs: ClassVar[dict[str, Told]]
    fails_in: ClassVar[str | None]
    hangs: ClassVar[threading.Event | None]

    @classmethod
    def how_to_look(cls, runs: Path, project: str | None) -> str:
        return f"remember {project}"

    def begin(self, known: str | None) -> str:
        self._may_fail("begin")
        found = known if known in self.runs else f"id-{len(self.runs)}"
        self.told = self.runs.setdefault(found, Told(self.about))
        self.told.about, self.told.begun = self.about, self.told.begun + 1
        return found

    def last_steps(self) -> Mapping[str, int]:
        kinds = {name: kind for kind, name in PROBES.items()}
        found: dict[str, int] = {}
        for point in self.told.points:
            found |= {kinds[name]: point.step for name in point.values if name in kinds}
        return found

    def write(self, points: Sequence[Point]) -> None:
        self._may_fail("write")
        if self.hangs is not None:
            self.hangs.wait(60)
        self.told.points += points

    def end(self, status: str) -> None:
        self._may_fail("end")
        self.told.statuses.append(status)

    def keep(self, path: Path) -> None:
        self._may_fail("keep")
        self.told.files.append(path.name)

    def close(self) -> None:
        self._may_fail("close")
        self.told.closed += 1

    def _may_fail(self, method: str) -> None:
        if self.fails_in == method:
            raise ConnectionError("https://user:secret@example.org refused\nmore lines")


@contextmanager
def remembering(monkeypatch: Any, *names: str) -> Iterator[list[type[Remembering]]]:
    """Trackers of these names, each with a memory of its own."""
    made: dict[str, type[Remembering]] = {
        name: type(name, (Remembering,), {"runs": {}, "fails_in": None, "hangs": None}) for name in names
    }
    with monkeypatch.context() as patch:
        patch.setattr(module, "kind_of", lambda name: made.get(name) or kind_of(name))
        yield list(made.values())


def begun_run(folder: Path, **changes: Any) -> Run:
    """A run as it is when its first step begins."""
    folder.mkdir(parents=True)
    run = Run(folder)
    config = checked_config(small_config(**{"data__train": str(folder / "x.csv"), **changes}))
    write_config(run.config, config)
    versions = {"seqclf": "1.2", "python": "3.11"}
    run.update_manifest(status=RUNNING, seed=config.seed, versions=versions, data_fingerprint={"train": "a" * 64})
    return run


class MadeUp:
    """The events of a training, with a history that is written as in a real one.

    Args:
        steps: in each epoch.
        every: steps between lines.
    """

    def __init__(self, run: Run, steps: Sequence[int], every: int = 2) -> None:
        self.run, self._steps = run, steps
        self.history = History(run.history, every, ("loss",), clock=lambda: 1.0)

    def events(self, since: tuple[int, int] = (1, 0)) -> Iterator[Event]:
        """From after a step of an epoch on; each event is in the history before it is yielded."""
        first, done = since
        self.run.update_manifest(status=RUNNING)
        yield TrainingStarted("data", len(self._steps), 10, 2, 5, notes=("a note",), folder=self.run.folder)
        for epoch, steps in enumerate(self._steps, 1):
            if epoch < first:
                continue
            yield EpochStarted(epoch, steps)
            for step in range(done + 1, steps + 1):
                yield self._heard(StepDone(epoch, step, epoch + step / 100, 1.0, 2, 8, 0.5, 0.01))
            done = 0
            validation: Any = SimpleNamespace(headline=lambda loss=1 / epoch: (("loss", loss),))
            yield self._heard(EpochDone(epoch, 0.5 / epoch, 0.7, validation, True, 80, 2.0, 1.0))
        yield self._heard(TrainingDone("finished", 1))

    def end(self, status: str) -> Event:
        """The last event, with what the run's files say then."""
        self.run.update_manifest(status=status, epochs=len(self._steps), best_epoch=1, wall_seconds=3.5)
        scores = {"loss": 0.5, "labels": {"a": 1}, "low": None}
        self.run.write_metrics("validation", {**scores, "baseline": {"score": "loss", "linear": {"loss": 0.25}}})
        return RunEnded(status)

    def _heard(self, event: Event) -> Event:
        self.history(event)
        return event


def tell(listener: Any, events: Iterable[Event]) -> None:
    for event in events:
        listener(event)
