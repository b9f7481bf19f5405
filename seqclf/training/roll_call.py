"""The roll call: worker 0 sees that all workers are there and train the same.

It takes place twice, on the ports that TensorFlow uses afterwards: before the texts are read, and when all have read
them. A worker sends what it is about to train, one line of JSON, and gets a verdict, the same for all; empty lines
until then say that worker 0 still waits. TensorFlow itself would wait for a missing worker without hearing Ctrl-C, and
would not notice other options.
"""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seqclf.errors import InputError, SeqclfError
from seqclf.training.cluster import Cluster, host_and_port

Say = Callable[[str], None]
Facts = Mapping[str, str]
"""What must be the same for all workers: names, and values in words."""

_MOST_BYTES = 1 << 22
_SECONDS_BETWEEN_CALLS = 0.25
_SECONDS_OF_A_LOOK = 1.0
_SECONDS_OF_A_REPORT = 10.0
_SECONDS_OF_SILENCE = 60.0  # after which worker 0 counts as lost
_ABSENT = "not set"
SAME = "start all workers with the same config, options, texts and versions"
_LOOK = "look at its output, and whether its host and port can be reached"


def call_roll(cluster: Cluster, facts: Facts, say: Say = lambda what: None, *, until: str = "") -> None:
    """Return once all workers are there with the same facts.

    Args:
        say: called with whom this worker waits for.
        until: what they do until they come, as in "Waiting for worker 1 to read the texts".

    Raises:
        InputError: a port is taken, facts differ, or two processes are the same worker.
        SeqclfError: a worker did not come in ``cluster.seconds``.
    """
    with _own_port(cluster) as own:
        if cluster.is_chief:
            _call_others(cluster, facts, own, lambda who: say(f"Waiting for {who}{until}"))
            return
    _answer(cluster, facts, lambda who: say(f"Waiting for {who}{until}"))


def differences(cluster: Cluster, facts_of_all: Sequence[Facts]) -> str | None:
    """What differs between worker 0 and the first other worker that differs from it, in words; None: nothing."""
    first = facts_of_all[0]
    for index, facts in enumerate(facts_of_all):
        names = [name for name in {**first, **facts} if first.get(name) != facts.get(name)]
        if names:
            told = [f"{name} is {facts.get(name, _ABSENT)}, not {first.get(name, _ABSENT)}" for name in names[:3]]
            more = f"; and {len(names) - 3} more" if len(names) > 3 else ""
            return f"{cluster.name(index)} differs from worker 0: {'; '.join(told)}{more}"
    return None


def _own_port(cluster: Cluster) -> socket.socket:
    """The port of this worker, taken. Raises ``InputError``."""
    _, port = host_and_port(cluster.addresses[cluster.index])
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    try:
        return socket.create_server(("", port), family=family, dualstack_ipv6=both, backlog=max(16, cluster.count))
    except OSError as error:
        why = "another program uses it" if error.errno == errno.EADDRINUSE else str(error.strerror)
        raise InputError(
            f"port {port} of {cluster.name(cluster.index)} cannot be opened: {why}; name another port in --workers"
        ) from error


def _call_others(cluster: Cluster, facts: Facts, own: socket.socket, waits_for: Say) -> None:
    """Worker 0: wait for all others, compare, and tell them the verdict."""
    ends = time.monotonic() + cluster.seconds
    facts_of: dict[int, Facts] = {0: facts}
    there: dict[socket.socket, int] = {}
    problem: tuple[str, bool] | None = None
    waits_for(_listed(cluster, facts_of))
    with contextlib.ExitStack() as open_ones:
        while len(facts_of) < cluster.count and problem is None:
            if time.monotonic() >= ends:
                missing = _listed(cluster, facts_of)
                problem = (f"{missing} did not come within {_limit(cluster)}; {_LOOK}", False)
                break
            one = _next_call(own, ends)
            for line in [line for line in there if not _still_waits(line)]:
                del facts_of[index := there.pop(line)]
                waits_for(f"{cluster.name(index)}, which ended and must be started again")
            answer = None if one is None else _read(open_ones.enter_context(one), _SECONDS_OF_A_REPORT)
            if one is None or answer is None:
                continue  # nobody, some other program, or a worker that was stopped
            problem = _noted(cluster, answer, facts_of)
            there[one] = answer.get("index", 0)
        own.close()  # whoever calls from here on calls for the next roll call
        if problem is None and (found := differences(cluster, [facts_of[i] for i in range(cluster.count)])):
            problem = (f"{found}; {SAME}", True)
        verdict = {"problem": None if problem is None else problem[0], "input": problem is not None and problem[1]}
        for line in there:
            with contextlib.suppress(OSError):
                line.settimeout(_SECONDS_OF_A_REPORT)
                line.sendall(json.dumps(verdict).encode() + b"\n")
    _judge(verdict)


def _next_call(own: socket.socket, ends: float) -> socket.socket | None:
    """The connection of the next worker; None if none comes in a moment, or before ``ends``."""
    own.settimeout(max(0.01, min(_SECONDS_OF_A_LOOK, ends - time.monotonic())))
    try:
        return own.accept()[0]
    except TimeoutError:
        return None


def _still_waits(line: socket.socket) -> bool:
    """Whether the worker at the other end is there; it learns that worker 0 is."""
    line.setblocking(False)
    try:
        line.send(b"\n")
        return line.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _noted(cluster: Cluster, answer: dict[str, Any], facts_of: dict[int, Facts]) -> tuple[str, bool] | None:
    """Note what a worker said; returns what is wrong with it, and whether the input is to blame."""
    index, facts, count = answer.get("index"), answer.get("facts"), answer.get("count")
    if count != cluster.count:
        return f"a worker was started with {count} workers, worker 0 with {cluster.count}; give all the same list", True
    if not isinstance(index, int) or not 0 < index < cluster.count or not isinstance(facts, dict):
        return "a worker of another version of seqclf called; install the same version everywhere", True
    if index in facts_of:
        return f"two processes were started as {cluster.name(index)}; each needs an --index of its own", True
    facts_of[index] = facts
    return None


def _answer(cluster: Cluster, facts: Facts, waits_for: Say) -> None:
    """Another worker: report to worker 0, and wait for its verdict. Worker 0 is the one to say who is missing."""
    ends = time.monotonic() + cluster.seconds
    chief = host_and_port(cluster.addresses[0])
    content = {"index": cluster.index, "count": cluster.count, "facts": dict(facts)}
    waits_for(cluster.name(0))
    why: OSError | None = None
    while (left := ends - time.monotonic()) > 0:
        try:
            with socket.create_connection(chief, timeout=min(10.0, left)) as line:
                line.sendall(json.dumps(content).encode() + b"\n")
                verdict = _read(line, _SECONDS_OF_SILENCE, patient=True)
        except OSError as error:  # not there yet, or its name is not known yet
            why = error
            time.sleep(_SECONDS_BETWEEN_CALLS)
            continue
        if verdict is None:
            raise SeqclfError(f"{cluster.name(0)} ended before the training began; its own output says why")
        _judge(verdict)
        return
    reason = "" if why is None else f" ({why.strerror or why})"
    raise SeqclfError(f"{cluster.name(0)} did not come within {_limit(cluster)}{reason}; {_LOOK}")


def _limit(cluster: Cluster) -> str:
    """How long a worker waits, in words."""
    return f"{cluster.seconds:g} second{'' if cluster.seconds == 1 else 's'}"


def _judge(verdict: Mapping[str, Any]) -> None:
    if verdict.get("problem") is not None:
        raise (InputError if verdict.get("input") else SeqclfError)(str(verdict["problem"]))


def _read(line: socket.socket, seconds: float, *, patient: bool = False) -> dict[str, Any] | None:
    """A line of JSON from another worker, after any empty ones; None if there is none in time, or something else.

    ``patient``: the time starts again with everything that arrives.
    """
    content, ends = b"", time.monotonic() + seconds
    with contextlib.suppress(OSError):
        while not content.endswith(b"\n") and len(content) < _MOST_BYTES:
            line.settimeout(max(0.01, ends - time.monotonic()))
            part = line.recv(1 << 16)
            if not part:
                break
            content = (content + part).lstrip(b"\n")
            ends = time.monotonic() + seconds if patient else ends
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _listed(cluster: Cluster, known: Mapping[int, object]) -> str:
    """The workers that are not known yet."""
    names = [cluster.name(index) for index in range(cluster.count) if index not in known]
    more = "" if len(names) <= 3 else f" and {len(names) - 3} more"
    return ", ".join(names[:3]) + more
