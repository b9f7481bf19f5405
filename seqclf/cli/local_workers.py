"""Workers on this machine: their processes, their joined output, and their common end."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import IO

from seqclf.cli import launched
from seqclf.cli.wrap import say, width_of
from seqclf.errors import InputError
from seqclf.runtime import available_memory_bytes, usable_cores

_THREADS = "SEQCLF_THREADS"
_SECONDS_TO_END = 60.0
_SECONDS_TO_OBEY = 10.0
_LOOK_EVERY = 0.2
_LEAST_MEMORY = 400_000_000  # bytes of a process that has imported TensorFlow


def check_count(count: int) -> None:
    """Raise ``InputError`` for more workers than the memory holds before any of them has a model."""
    available = available_memory_bytes()
    if available is not None and count > 1 and count * _LEAST_MEMORY > available:
        most = max(1, available // _LEAST_MEMORY)
        raise InputError(
            f"--local {count}: each worker needs 0.4 GB or more, but {available / 1e9:.1f} GB are free; "
            f"use --local {most} or fewer (this machine has {usable_cores()} cores)"
        )


def free_addresses(count: int) -> list[str]:
    """Addresses of this machine whose ports nothing uses now. Raises ``InputError``."""
    try:
        with ExitStack() as taken:
            sockets = [taken.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
            return [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    except OSError as error:
        raise InputError(f"this machine has no {count} free ports ({error.strerror})") from error


def environment_of(count: int) -> dict[str, str]:
    """The environment of each worker: the cores are divided, unless the user has set a number of threads."""
    width = width_of(sys.stderr)
    columns = None if width is None else width - len(_marked(count - 1, ""))
    usual = {_THREADS: str(max(1, usable_cores() // count)), "PYTHONUNBUFFERED": "1"}
    return usual | os.environ | launched.variables(columns)


class LocalWorkers:
    """The processes of a training, which end together.

    Args:
        commands: of each worker; worker 0 is the first.
    """

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._commands = commands
        self._lines: queue.SimpleQueue[tuple[int, bool, str]] = queue.SimpleQueue()
        self._workers: list[subprocess.Popen[str]] = []
        self._readers: list[threading.Thread] = []
        self._signal: int | None = None

    def run(self) -> int:
        """Start all, print what they say until they have ended, and return the exit code of the training.

        It is the first one that is not 0: of the workers that ended by themselves, else of those that had to be ended.
        If one fails, the others have a minute to end by themselves, which they do when they notice that it is gone.
        """
        with self._signals_passed_on():
            try:
                for number in range(len(self._commands)):
                    self._start(number)
                if self._signal is not None:  # it came when some were not there yet
                    self._send(self._signal)
                self._wait()
                codes = [worker.poll() for worker in self._workers]
            finally:
                self._end()
        codes += [worker.returncode for worker in self._workers]
        return next((_exit_code(code) for code in codes if code), 0)

    def _start(self, number: int) -> None:
        # A session of its own: Ctrl-C reaches a worker through this process alone, and so only once. The pipe of its
        # standard input stays open as long as this process lives.
        worker = subprocess.Popen(
            self._commands[number],
            env=environment_of(len(self._commands)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._workers.append(worker)
        assert worker.stdout is not None and worker.stderr is not None
        for stream, is_error in ((worker.stdout, False), (worker.stderr, True)):
            reader = threading.Thread(target=self._read, args=(number, stream, is_error), daemon=True)
            reader.start()
            self._readers.append(reader)

    def _read(self, number: int, stream: IO[str], is_error: bool) -> None:
        for line in stream:
            self._lines.put((number, is_error, line.rstrip("\n")))

    def _wait(self) -> None:
        """Print lines until all workers have ended, or one has failed and the others do not end."""
        failed_at: float | None = None
        while True:
            codes = [worker.poll() for worker in self._workers]
            if None not in codes and not any(one.is_alive() for one in self._readers):
                break
            if failed_at is None and any(codes):
                failed_at = time.monotonic()
            if failed_at is not None and time.monotonic() > failed_at + _SECONDS_TO_END:
                return
            self._print(_LOOK_EVERY)
        self._print(0)

    def _print(self, seconds: float) -> None:
        """Print what was said; wait up to ``seconds`` for the first line."""
        try:
            number, is_error, line = self._lines.get(timeout=seconds) if seconds else self._lines.get_nowait()
            while True:
                if line.strip():
                    say(_marked(number, line), err=is_error, indent="    ")
                number, is_error, line = self._lines.get_nowait()
        except queue.Empty:
            return

    def _end(self) -> None:
        """End those that still run, and the processes that they have started."""
        self._send(signal.SIGTERM)
        ends = time.monotonic() + _SECONDS_TO_OBEY
        for worker in self._workers:
            try:
                worker.wait(max(0.1, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill(worker)
            if worker.stdin is not None:
                worker.stdin.close()
        self._print(0)

    def _send(self, number: int) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                worker.send_signal(number)

    @contextmanager
    def _signals_passed_on(self) -> Iterator[None]:
        """Within the block, Ctrl-C and SIGTERM go to all workers, which finish the step, as one process would."""

        def pass_on(number: int, frame: FrameType | None) -> None:
            self._signal = number
            self._send(number)

        before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def command_of(arguments: Sequence[str], addresses: Sequence[str], index: int) -> list[str]:
    """The command line of a worker; ``arguments`` are those of ``seqclf train``."""
    workers = ["--workers", ",".join(addresses), "--index", str(index)]
    return [sys.executable, "-m", "seqclf", "train", *workers, *arguments]


def _marked(number: int, line: str) -> str:
    """A line that a worker wrote, with its number."""
    return f"[{number}] {line}"


def _kill(worker: subprocess.Popen[str]) -> None:
    """End a worker at once, and all processes of its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _exit_code(returned: int) -> int:
    """The exit code that a shell gives for a process which a signal has ended."""
    return 128 - returned if returned < 0 else returned
