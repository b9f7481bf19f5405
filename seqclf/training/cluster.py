"""The workers of a training: their addresses, and which of them this process is. Imports no TensorFlow."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqclf.errors import InputError

VARIABLE = "TF_CONFIG"
"""The environment variable in which Kubernetes, Vertex AI and others describe a cluster to TensorFlow's programs."""

_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.%\w]+\]|[^\s:/,\[\]]+):(\d{1,5})")
_EXAMPLE = "expected host:port, such as node1:2222"


@dataclass(frozen=True)
class Cluster:
    """The workers, as one of them sees them.

    Attributes:
        addresses: ``host:port`` of every worker, in the same order for all of them.
        index: which of them this process is. Worker 0 writes the run.
        seconds: how long to wait for the others.
    """

    addresses: tuple[str, ...]
    index: int
    seconds: float = 600.0

    @property
    def count(self) -> int:
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        return self.index == 0

    def name(self, index: int) -> str:
        """A worker, for messages."""
        return f"worker {index} ({self.addresses[index]})"

    @property
    def place_on_machine(self) -> int:
        """How many workers before this one have the same host: it takes another GPU than they do."""
        return self._with_this_host(self.addresses[: self.index])

    @property
    def on_machine(self) -> int:
        """How many workers have this one's host, with this one: each needs memory of its own."""
        return self._with_this_host(self.addresses)

    def _with_this_host(self, addresses: Sequence[str]) -> int:
        host = host_and_port(self.addresses[self.index])[0]
        return sum(host_and_port(one)[0] == host for one in addresses)


def host_and_port(address: str) -> tuple[str, int]:
    """The two parts of a checked address; an IPv6 address loses its brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def cluster_of(addresses: Sequence[str], index: int | None, *, seconds: float = 600.0) -> Cluster:
    """The checked cluster of ``--workers`` and ``--index``. Raises ``InputError``."""
    for address in addresses:
        match = _ADDRESS.fullmatch(address)
        if match is None:
            raise InputError(f'--workers: "{address}" is not an address; {_EXAMPLE}')
        if not 1 <= int(match[2]) <= 65535:
            raise InputError(f'--workers: "{address}" has the port {match[2]}; expected 1 to 65535')
    if twice := [one for place, one in enumerate(addresses) if one in addresses[:place]]:
        raise InputError(f"--workers: {twice[0]} is there twice; each worker needs a host and a port of its own")
    last = len(addresses) - 1
    if index is None:
        raise InputError(
            f"--workers needs --index: which of the {len(addresses)} workers this process is, from 0 to {last}"
        )
    if not 0 <= index <= last:
        raise InputError(f"--index {index}: is out of range; --workers names {len(addresses)} workers, 0 to {last}")
    return Cluster(tuple(addresses), index, seconds)


def cluster_of_environment(*, seconds: float = 600.0, environment: Mapping[str, str] = os.environ) -> Cluster | None:
    """The cluster of ``TF_CONFIG``; None if it is not set or names one worker alone. Raises ``InputError``.

    Its tasks ``chief`` and ``worker`` are workers; the chief, if there is one, is worker 0.
    """
    given = environment.get(VARIABLE, "").strip()
    if not given:
        return None
    try:
        tasks, task = json.loads(given)["cluster"], json.loads(given)["task"]
        addresses = [str(one) for kind in ("chief", "worker") for one in tasks.get(kind, [])]
        kind, number = str(task["type"]), int(task["index"])
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(
            f'{VARIABLE}: is not a description of a cluster; expected {{"cluster": {{"worker": ["host:port", ...]}}, '
            f'"task": {{"type": "worker", "index": 0}}}}; unset it to train with one process'
        ) from error
    if others := sorted(set(tasks) - {"chief", "worker"}):
        raise InputError(f"{VARIABLE}: has tasks of the type {others[0]}; seqclf has workers only: chief and worker")
    if kind not in tasks:
        raise InputError(f'{VARIABLE}: "task" has the type {kind}, which "cluster" does not name')
    if not 0 <= number < len(tasks[kind]):
        raise InputError(f"{VARIABLE}: is {kind} {number}, but its cluster has {len(tasks[kind])} of them")
    if len(addresses) == 1:
        return None
    before = len(tasks.get("chief", [])) if kind == "worker" else 0
    try:
        return cluster_of(addresses, before + number, seconds=seconds)
    except InputError as error:
        raise InputError(str(error).replace("--workers", VARIABLE)) from error
