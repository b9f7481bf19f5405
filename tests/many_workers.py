"""Trainings of several processes on this machine. ``python tests/many_workers.py ADDRESSES FOLDER`` imports TensorFlow
and becomes all of them: each worker does the jobs of ``FOLDER/jobs.json``, one after another.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "CUDA_VISIBLE_DEVICES": "-1"}


def environment() -> dict[str, str]:
    """The environment of a process that uses this source tree, and one thread."""
    return os.environ | ONE_THREAD | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}


def job(config: dict[str, Any], *, stop: tuple[int, int] | None = None, resume: bool = False) -> dict[str, Any]:
    """A training of a config with a name of its own.

    Args:
        stop: a worker, and the number of steps after which it, and no other, asks for a stop.
        resume: afterwards, resume the run.
    """
    return {"config": config, "stop": stop, "resume": resume}


def train_with(count: int, jobs: Sequence[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Do jobs with ``count`` workers; the run of each, by the name of its config."""
    from seqclf.cli.local_workers import free_addresses
    from seqclf.runs import Run

    (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    addresses = ",".join(free_addresses(count))
    call = [sys.executable, str(TESTS / "many_workers.py"), addresses, str(folder)]
    done = subprocess.run(call, env=environment(), stderr=subprocess.PIPE, text=True, timeout=900)
    if done.returncode:
        raise AssertionError(done.stderr[-6000:])
    names = [one["config"]["name"] for one in jobs]
    return {name: Run(folder / "runs-0" / f"{name}-1") for name in names}


class _Stop:
    """Asks for a stop after a number of steps."""

    def __init__(self, steps: int | None) -> None:
        self._left = steps

    def listen(self, event: Any) -> None:
        from seqclf.training.events import StepDone

        if self._left is not None and isinstance(event, StepDone):
            self._left -= 1

    def __call__(self) -> bool:
        return self._left is not None and self._left <= 0


def main(addresses: str, folder: Path) -> None:
    """Fork the workers, which need not import everything again; fail if one of them fails."""
    from seqclf.tensorflow_startup import import_tensorflow

    import_tensorflow()
    import seqclf.training.session
    import seqclf.training.step  # noqa: F401

    for index in range(len(addresses.split(","))):
        if os.fork() == 0:
            work(addresses, index, folder)
            return
    failed = 0
    with contextlib.suppress(ChildProcessError):  # no worker is left
        while True:
            failed += os.wait()[1] != 0
    sys.exit(failed)


def work(addresses: str, index: int, folder: Path) -> None:
    """Do the jobs as the worker ``index``."""
    from trainings import without_saved_models

    from seqclf.config import checked_config
    from seqclf.errors import InputError
    from seqclf.runs import Run
    from seqclf.training.cluster import cluster_of
    from seqclf.training.options import Callbacks, TrainOptions
    from seqclf.training.session import resume, train_new
    from seqclf.training.workers import started

    cluster = cluster_of(addresses.split(","), index, seconds=240)
    options = TrainOptions(cluster=cluster, report=False, memory_check=False)
    for one in json.loads((folder / "jobs.json").read_text(encoding="utf-8")):
        config, stopper = checked_config(one["config"]), one["stop"] or [None, None]
        stop = _Stop(stopper[1] if stopper[0] == index else None)
        with without_saved_models():
            train_new(config, folder / f"runs-{index}", options, Callbacks(stop.listen, stop))
            if one["resume"]:
                resume(Run(folder / "runs-0" / f"{config.name}-1"), options)
    workers = started(cluster)
    assert workers.tell([f"from {index}", None]) == ["from 0", None]
    try:
        workers.compare({"the texts": f"those of {index}"})
    except InputError as error:
        assert f"worker 1 ({cluster.addresses[1]}) differs from worker 0: the texts is those of 1, not" in str(error)
    else:
        raise AssertionError("workers with different texts did not notice it")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
