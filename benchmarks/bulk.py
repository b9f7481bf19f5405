"""How much faster several workers predict many files: ``python benchmarks/bulk.py RUN [--engine ray] [--workers 2]``.

One worker and several take turns, each on the same files. The time counts from when all workers have ended a file, so
that it has no start of processes in it. Each has one thread. The ratio is the median over the rounds.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from seqclf.cli.predict_model import Asked
from seqclf.cli.predict_one import FileJob
from seqclf.cli.predict_request import FileRequest
from seqclf.inference.bulk.dispatch import Dispatcher
from seqclf.inference.bulk.local_workers import LocalWorkers
from seqclf.inference.bulk.ray_workers import RayWorkers


def _files(folder: Path, count: int, rows: int) -> list[Path]:
    """Files of texts of 100 words from a vocabulary of 2,000."""
    draw = random.Random(1)
    words = [f"w{number}" for number in range(2000)]
    paths = [folder / f"{number}.csv" for number in range(count)]
    for path in paths:
        lines = (" ".join(draw.choices(words, k=100)) for _ in range(rows))
        path.write_text("text\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return paths


def _request(path: Path, folder: Path) -> FileRequest:
    return FileRequest(
        input_path=str(path),
        columns=("text",),
        input_format=None,
        encoding=None,
        output_path=str(folder / path.name),
        output_format=None,
        errors_path=None,
        resume=True,
        overwrite=True,
        prefix="",
    )


def _rate(pool: Any, paths: list[Path], workers: int, rows: int) -> float:
    """Rows a second from when each worker has had a file."""
    with tempfile.TemporaryDirectory() as folder, pool:
        requests = [_request(path, Path(folder)) for path in paths]
        started, left = 0.0, 0
        for number, (request, outcome) in enumerate(Dispatcher(pool, requests, workers).results(), 1):
            if outcome.error:
                raise SystemExit(f"{request.input_path}: {outcome.error}")
            if number == workers:
                started, left = time.monotonic(), len(paths) - number
        return rows * left / (time.monotonic() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--engine", choices=["local", "ray"], default="local")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--rows", type=int, default=500, help="of each file")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    job = FileJob(asked.run.absolute(), Asked(), "", 1, Path.cwd())

    def pool(workers: int) -> Any:
        return LocalWorkers(job) if asked.engine == "local" else RayWorkers(job, None, workers)

    with tempfile.TemporaryDirectory() as folder:
        paths = _files(Path(folder), asked.files, asked.rows)
        ratios = []
        for _ in range(asked.rounds):
            one, several = (_rate(pool(count), paths, count, asked.rows) for count in (1, asked.workers))
            ratios.append(several / one)
            print(f"{one:,.0f} rows/s with 1 worker, {several:,.0f} with {asked.workers}: {several / one:.2f} x")
        print(f"median: {statistics.median(ratios):.2f} x")


if __name__ == "__main__":
    main()
