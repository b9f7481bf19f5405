"""Run the implementations: one process each, in rounds, one at work at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np

from seqclf.benchmark.cases import EPOCH, WAYS, Case
from seqclf.data.encoded import EncodedTexts
from seqclf.errors import SeqclfError
from seqclf.runtime import usable_cores
from seqclf.training.environment import environment

_SAMPLED = 24  # batches of an epoch timed per round


def installed_ways() -> list[str]:
    """All implementations; those of PyTorch only if it is installed."""
    return [way for way in WAYS if not way.startswith("torch") or util.find_spec("torch") is not None]


def machine() -> dict[str, Any]:
    """The machine and versions that the figures belong to."""
    torch = {"torch": metadata.version("torch")} if util.find_spec("torch") else {}
    found = environment()
    return {**found["machine"], "cores": usable_cores(), "versions": found["versions"] | torch, "git": found["git"]}


class _Worker:
    def __init__(self, way: str, errors: Any) -> None:
        self.way = way
        command = [sys.executable, "-m", "seqclf.benchmark.worker", way]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1
        )
        self._errors = errors

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self._errors.seek(0)
            lines = self._errors.read().strip().splitlines()
            raise SeqclfError(
                f"{WAYS[self.way]}: the benchmark's process ended: {lines[-1] if lines else 'no message'}"
            )
        return dict(json.loads(answer))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


@contextmanager
def _workers(ways: Sequence[str]) -> Iterator[dict[str, _Worker]]:
    workers: dict[str, _Worker] = {}
    with tempfile.TemporaryFile("w+") as errors:
        try:
            for way in ways:
                workers[way] = _Worker(way, errors)
            yield workers
        finally:
            for worker in workers.values():
                worker.close()


def run(
    cases: Sequence[Case],
    ways: Sequence[str],
    rounds: int,
    texts: EncodedTexts | None = None,
    on_case: Callable[[Case], None] = lambda case: None,
) -> list[dict[str, Any]]:
    """Time every case with every implementation that supports it.

    Args:
        ways: names of implementations, from ``WAYS``.
        rounds: number of times that each implementation runs a case; they take turns.
        texts: of the ``epoch`` cases, at least 1,600.

    Returns:
        For each case its fields and ``ways``: for each implementation the ``seconds`` of every round (of a step, a
        forward pass or an epoch), and its ``tokens`` and ``cells`` (tokens including padding).

    Raises:
        SeqclfError: the process of an implementation failed.
    """
    results = []
    with tempfile.TemporaryDirectory() as folder, _workers(ways) as workers:
        if texts is not None:
            rows = (texts[place].astype(np.int32) for place in range(len(texts)))
            EncodedTexts.write(Path(folder), rows, texts.labels, vocabulary_size=2**31)
        for case in cases:
            on_case(case)
            timed: dict[str, dict[str, Any]] = {}
            for number in range(1, rounds + 1):
                for way in case.ways(list(workers)):
                    request: dict[str, Any] = {"case": case.as_dict(), "round": number}
                    if case.measure == EPOCH:
                        request |= {"texts": folder, "by_length": way != "notes", "sampled": _SAMPLED}
                    answer = workers[way].ask(request)
                    row = timed.setdefault(way, {**answer, "seconds": []})
                    row["seconds"].append(answer["seconds"])
            results.append({**case.as_dict(), "ways": timed})
    return results
