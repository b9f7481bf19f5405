"""A process with its wall time, its processor time, and how busy others kept its cores."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PATIENCE = 60.0  # seconds for a stopped process to end by itself


class MeasurementFailed(Exception):
    """A contender's process ended with an error, which it has printed."""


@dataclass(frozen=True)
class Process:
    """How a process went; ``processor`` and ``others`` as in ``Curve``. ``began``: in seconds since 1970."""

    began: float
    seconds: float
    processor: float
    others: float
    stopped: bool


def timed(command: Sequence[str], environment: Mapping[str, str], limit: float | None) -> Process:
    """Run a command, at most ``limit`` seconds; then it is asked to end. Raises ``MeasurementFailed`` if it fails.

    The process ends with this one, unless this one is killed.
    """
    busy, own = _busy_seconds(), _children_seconds()
    began = time.time()
    process = subprocess.Popen(command, env=dict(environment))
    stopped = False
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        stopped = True
    finally:
        _end(process)
    seconds = time.time() - began
    processor = _children_seconds() - own
    others = max(0.0, _busy_seconds() - busy - processor) / seconds
    if process.returncode != 0 and not stopped:
        raise MeasurementFailed(f"{' '.join(command[1:])}: ended with exit code {process.returncode}")
    return Process(began, round(seconds, 2), round(processor, 2), round(others, 2), stopped)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for it after a signal to end, for a minute; then kill it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _busy_seconds() -> float:
    """Time that all processes have spent on the cores that this one may use."""
    import psutil

    cores = psutil.cpu_times(percpu=True)
    used = ("user", "nice", "system", "irq", "softirq")
    return sum(getattr(cores[core], name, 0.0) for core in usable() if core < len(cores) for name in used)


def usable() -> set[int]:
    """The cores that this process may run on."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _children_seconds() -> float:
    """Time that ended children of this process, and theirs, have spent on processors."""
    spent = os.times()
    return spent.children_user + spent.children_system
