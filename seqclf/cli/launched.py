"""A worker that ``seqclf launch`` has started: what it knows of the launcher, and its end with it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping

_COLUMNS = "SEQCLF_LAUNCHER_COLUMNS"
"""An environment variable: the columns that a line of a worker may have, or nothing if they do not matter."""


def variables(columns: int | None) -> dict[str, str]:
    """The environment variables by which a worker knows its launcher.

    Args:
        columns: of the launcher's terminal, beside what it prints before a line; None: it is not a terminal.
    """
    return {_COLUMNS: "" if columns is None else str(columns)}


def is_launched(environment: Mapping[str, str] = os.environ) -> bool:
    return _COLUMNS in environment


def columns_of_launcher(environment: Mapping[str, str] = os.environ) -> int | None:
    """The columns that a line may have; None: any number, or there is no launcher."""
    given = environment.get(_COLUMNS, "")
    return int(given) if given.isdecimal() else None


def end_with_launcher() -> None:
    """Stop the training of this process, as SIGTERM does, when its launcher ends: even a killed one closes the pipe
    that is the worker's standard input. Does nothing in a process that has no launcher."""
    if is_launched():
        threading.Thread(target=_stop_at_end_of_input, daemon=True).start()


def _stop_at_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # nobody reads what this process still says
        os.dup2(nowhere, stream)
    os.kill(os.getpid(), signal.SIGTERM)
