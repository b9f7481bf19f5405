"""A job of workers for tests: files predicted by the length of their texts, by workers that end before their time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bulk_files import of_length, predict, read_rows, written

from seqclf.inference.bulk import job
from seqclf.inference.bulk.dispatch import Outcome

Request = tuple[str, str]


@dataclass(frozen=True)
class Deadly:
    """Predicts in blocks of five rows.

    Attributes:
        folder: has a file for each time that a worker began a file.
        fatal: name of the file whose second block kills the worker.
        lives: how many workers it kills.
        pause: seconds that each block takes.
    """

    folder: Path
    fatal: str = ""
    lives: int = 0
    pause: float = 0.0

    def open(self) -> Callable[[Request], Outcome]:
        job._blocks.__defaults__ = (5,)
        return self._work

    def _work(self, request: Request) -> Outcome:
        source, target = map(Path, request)
        begun = len(list(self.folder.glob(f"{source.name}-*")))
        (self.folder / f"{source.name}-{begun}-{os.getpid()}").touch()
        blocks = 0

        def compute(texts: Sequence[str]) -> np.ndarray:
            nonlocal blocks
            blocks += 1
            if source.name == self.fatal and begun < self.lives and blocks == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(self.pause)
            return of_length(texts)

        report = predict(source, target, call=compute, resume=True, again=True, overwrite=True)
        return Outcome(report.rows, report.bad)


def files_of(folder: Path, count: int, rows: int = 40) -> list[Request]:
    """``count`` files with their outputs. The texts are numbers, so that tests see the order of rows."""
    (folder / "in").mkdir()
    (folder / "out").mkdir()
    (folder / "model").write_bytes(b"model")
    (folder / "in" / "model").write_bytes(b"model")
    for name in range(count):
        content = [{"id": f"{name}-{row}", "text": f"{name} {row}"} for row in range(rows)]
        written(folder / "in" / f"{name}.csv", content)
    return [(str(folder / "in" / f"{name}.csv"), str(folder / "out" / f"{name}.csv")) for name in range(count)]


def assert_each_row_once(requests: Sequence[Request]) -> None:
    """Each output has the rows of its input, in their order."""
    for source, target in requests:
        assert [row["id"] for row in read_rows(Path(target))] == [row["id"] for row in read_rows(Path(source))]
        assert not Path(f"{target}.partial").exists()
