"""Workers that are processes of this machine, with one thread each."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Hashable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from seqclf.inference.bulk.dispatch import Job, Lost, News, Outcome, Ready

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",  # tokenizers
}


class LocalWorkers:
    """A ``Pool`` of new processes (not forks, which threads do not survive). They end with this one."""

    def __init__(self, job: Job[Any]) -> None:
        self._job = job
        self._context = multiprocessing.get_context("spawn")
        self._processes: dict[Connection, BaseProcess] = {}

    def start(self) -> Hashable:
        mine, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._job), daemon=True)
        self._processes[mine] = process
        process.start()
        theirs.close()
        return mine

    def send(self, worker: Any, request: Any) -> None:
        with contextlib.suppress(OSError):  # it has ended, as ``wait`` will tell
            worker.send(request)

    def wait(self) -> list[tuple[Hashable, News]]:
        return [(pipe, self._news_of(pipe)) for pipe in wait(list(self._processes)) if isinstance(pipe, Connection)]

    def _news_of(self, pipe: Connection) -> News:
        try:
            news = pipe.recv()
            assert isinstance(news, Ready | Outcome)
            return news
        except (EOFError, OSError):
            process = self._processes.pop(pipe)
            pipe.close()
            process.join()
            return Lost(_reason(process.exitcode))

    def __enter__(self) -> LocalWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
            process.join()


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"killed by {name}{', perhaps for want of memory' if -code == signal.SIGKILL else ''}"
    return f"exit code {code}"


def _serve(pipe: Connection, job: Job[Any]) -> None:
    """Answer requests until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(ONE_THREAD)
    work: Callable[[Any], Outcome] = job.open()
    with contextlib.suppress(EOFError, OSError):
        pipe.send(Ready())
        while True:
            pipe.send(work(pipe.recv()))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
