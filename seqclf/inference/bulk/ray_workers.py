"""Workers that are actors of Ray, on one machine or many.

Actors, and not a pipeline of Ray Data: the unit of work is a file, which a worker reads, predicts and writes by the
code that writes any file. Ray Data would cut files into blocks, predict those of a lost machine again and write files
of its own; rows, their order and names would then need a second proof.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Hashable
from typing import Any

from seqclf.errors import InputError, SeqclfError
from seqclf.inference.bulk.dispatch import Job, Lost, News, Outcome, Ready
from seqclf.inference.bulk.local_workers import ONE_THREAD

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # tells nobody of its use
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # has a notice otherwise
}
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Ray's switch for machines without a cluster: it listens on the loopback interface only."""

_SHOWN = 300  # characters of an error of Ray, which lists all possible causes
_SECONDS_TO_ANSWER = 10.0


class _Actor:
    def __init__(self, job: Job[Any]) -> None:
        os.environ.update(ONE_THREAD)
        self._work: Callable[[Any], Outcome] = job.open()

    def ready(self) -> Ready:
        return Ready()

    def work(self, request: Any) -> Outcome:
        return self._work(request)


class RayWorkers:
    """A ``Pool`` of actors, which have one CPU each.

    Args:
        address: that of a running cluster, ``HOST:PORT`` or ``auto``; None: a new one on this machine, which ends with
            the block.
        count: the CPUs of a new one.

    Raises:
        SeqclfError: Ray is not installed, or does not start.
        InputError: there is no cluster at the address.
    """

    def __init__(self, job: Job[Any], address: str | None, count: int) -> None:
        self._job = job
        self._ray = _started(address, count)
        self._actor = self._ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Actor)
        self._actors: set[Any] = set()
        self._calls: dict[Any, Any] = {}

    @property
    def cpus(self) -> int:
        """CPUs of the cluster."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def start(self) -> Hashable:
        actor = self._actor.remote(self._job)
        self._actors.add(actor)
        self._calls[actor.ready.remote()] = actor
        return actor  # type: ignore[no-any-return]

    def send(self, worker: Any, request: Any) -> None:
        self._calls[worker.work.remote(request)] = worker

    def wait(self) -> list[tuple[Hashable, News]]:
        ended, _ = self._ray.wait(list(self._calls), num_returns=1)
        return [(self._calls[call], self._news_of(call, self._calls.pop(call))) for call in ended]

    def _news_of(self, call: Any, actor: Any) -> News:
        try:
            news = self._ray.get(call)
            assert isinstance(news, Ready | Outcome)
            return news
        except self._ray.exceptions.RayError as error:
            self._actors.discard(actor)
            with contextlib.suppress(Exception):  # unreachable, it may still work
                self._ray.kill(actor)
            return Lost(_in_short(error))

    def __enter__(self) -> RayWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        for actor in self._actors:
            with contextlib.suppress(Exception):
                self._ray.kill(actor)
        self._ray.shutdown()


def _started(address: str | None, count: int) -> Any:
    """The module ``ray``, joined to a cluster."""
    os.environ.update(_ENVIRONMENT if address else {**_ENVIRONMENT, **_LOOPBACK})
    try:
        import ray
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise SeqclfError('--engine ray needs Ray, an extra; install it with: pip install "seqclf[ray]"') from error
    if address is not None:
        _check_address(address)
    options: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    if address is None:  # "local", because $RAY_ADDRESS may name a cluster
        options |= {"address": "local", "num_cpus": count, "include_dashboard": False}
    else:
        options["address"] = address
    try:
        ray.init(**options)
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        if address is None:
            raise SeqclfError(f"Ray does not start: {_in_short(error)}") from error
        raise InputError(f"--address {address}: no cluster of Ray there ({_in_short(error)})") from error
    return ray


def _check_address(address: str) -> None:
    """Raise ``InputError`` if nothing answers there: Ray itself would try for minutes."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise InputError(f"--address {address}: expected HOST:PORT or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"--address {address}: no cluster of Ray there ({error})") from error


def _in_short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."
