"""Gives files to workers, one at a time each, and gives those of a lost worker to another one.

A worker that is killed leaves its file as ``journal.py`` says, so that the next one continues it: each row is in the
output once. A worker gets a file only when its model is open. Of a cluster that has lost a machine, workers may never
start again; the others then do their files.
"""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from seqclf.errors import SeqclfError

TRIALS = 3
"""How many workers a file may end before it counts as failed, and how many may end one after another at their start."""


@dataclass(frozen=True)
class Outcome:
    """What came of a file.

    Attributes:
        rows: rows read, including malformed ones.
        bad: malformed rows.
        said: what there is to say about the file, in lines.
        error: why there is no output; "": there is one.
        exit_code: that of the error.
        written: ``receipts.signature`` of the output.
    """

    rows: int = 0
    bad: int = 0
    said: str = ""
    error: str = ""
    exit_code: int = 0
    written: tuple[int, ...] = ()


R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
Work = Callable[[R], Outcome]


class Job(Protocol[R_contra]):
    """What a worker does with requests. It is pickled for the worker, which opens it once."""

    def open(self) -> Callable[[R_contra], Outcome]: ...


@dataclass(frozen=True)
class Ready:
    """A worker has opened its job."""


@dataclass(frozen=True)
class Lost:
    """A worker has ended. ``why``: what is known of the reason."""

    why: str


News = Ready | Lost | Outcome


class Pool(Protocol):
    """Processes on one machine or many. Leaving its block ends them all."""

    def start(self) -> Hashable:
        """Start a worker."""

    def send(self, worker: Any, request: Any) -> None:
        """Give a request to a worker that is ready and idle."""

    def wait(self) -> list[tuple[Hashable, News]]:
        """Wait until there is news of workers."""


class Dispatcher(Generic[R]):
    """``results`` of a pool of at most ``count`` workers."""

    def __init__(self, pool: Pool, requests: Iterable[R], count: int) -> None:
        self._pool, self._requests, self._count = pool, iter(requests), count
        self._waiting: deque[R] = deque()
        self._starting: set[Hashable] = set()
        self._idle: list[Hashable] = []
        self._busy: dict[Hashable, R] = {}
        self._lost: Counter[int] = Counter()
        self._lost_at_start = 0

    def results(self) -> Iterator[tuple[R, Outcome]]:
        """Each request with its outcome, in the order in which they end.

        Raises:
            SeqclfError: workers end before they are ready.
        """
        while self._give_out() or self._busy:
            for worker, news in self._pool.wait():
                if isinstance(news, Ready):
                    self._starting.discard(worker)
                    self._idle.append(worker)
                    self._lost_at_start = 0
                elif isinstance(news, Outcome):
                    self._idle.append(worker)
                    yield self._busy.pop(worker), news
                elif (failed := self._without(worker, news)) is not None:
                    yield failed

    def _give_out(self) -> bool:
        """Give requests to idle workers, start workers for others; whether there are requests left that wait."""
        while self._idle and self._has(1):
            worker = self._idle.pop()
            self._busy[worker] = self._waiting.popleft()
            self._pool.send(worker, self._busy[worker])
        while self._has(len(self._starting) + 1) and self._workers < self._count:
            self._starting.add(self._pool.start())
        return self._has(1)

    @property
    def _workers(self) -> int:
        return len(self._starting) + len(self._idle) + len(self._busy)

    def _has(self, count: int) -> bool:
        """Whether at least ``count`` requests wait."""
        while len(self._waiting) < count and (request := next(self._requests, None)) is not None:
            self._waiting.append(request)
        return len(self._waiting) >= count

    def _without(self, worker: Hashable, news: Lost) -> tuple[R, Outcome] | None:
        """Forget a lost worker. Returns its request if that has ended too many workers."""
        if worker in self._starting:
            self._starting.discard(worker)
            self._lost_at_start += 1
            if self._lost_at_start == TRIALS:
                raise SeqclfError(f"the workers end before they are ready: {news.why}")
        with contextlib.suppress(ValueError):
            self._idle.remove(worker)
        request = self._busy.pop(worker, None)
        if request is None:
            return None
        self._lost[id(request)] += 1
        if self._lost[id(request)] < TRIALS:
            self._waiting.append(request)
            return None
        return request, Outcome(error=f"ended {TRIALS} workers, one after another: {news.why}", exit_code=1)
