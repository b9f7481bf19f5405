"""Helper processes: modules of this package that share out some work, and end when their parent does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from seqclf.errors import SeqclfError

_SECONDS_BETWEEN_LOOKS = 0.05
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TOKENIZERS_PARALLELISM"), "1")


class Processes:
    """Several processes ``python -m MODULE LIFELINE ARGUMENT...`` with the same arguments.

    They are new ones, not forks, as TensorFlow's threads do not survive a fork. Leaving the block ends them. If this
    process is killed, they end, too: ``end_with`` watches the pipe ``LIFELINE``.

    Args:
        module: run as ``__main__``.
        scratch: a folder for their standard error.
        what: what they do, after "a process that", for messages.
        files: descriptors that they inherit.
    """

    def __init__(
        self, module: str, arguments: Sequence[str], count: int, scratch: Path, *, what: str, files: Sequence[int] = ()
    ) -> None:
        self._what = what
        self._stack = contextlib.ExitStack()
        self._errors: list[IO[bytes]] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        watched, lifeline = os.pipe()
        self._stack.callback(os.close, lifeline)
        try:
            for _ in range(count):
                errors = self._stack.enter_context(tempfile.TemporaryFile(dir=scratch))  # noqa: SIM115
                self._errors.append(errors)
                self._processes.append(
                    subprocess.Popen(
                        [sys.executable, "-P", "-m", module, str(watched), *arguments],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=errors,
                        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": _python_path()},
                        pass_fds=(watched, *files),
                        start_new_session=True,  # Ctrl-C is for this process, which ends them
                    )
                )
        except BaseException:
            self._end()
            raise
        finally:
            os.close(watched)

    def wait(self) -> None:
        """Wait until all have ended. Raises ``SeqclfError`` if one fails."""
        while any(one.poll() is None for one in self._processes):
            self._check()
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        self._check()

    def _check(self) -> None:
        for process, errors in zip(self._processes, self._errors, strict=True):
            code = process.poll()
            if code:
                errors.seek(0)
                lines = errors.read().decode("utf-8", "replace").strip().splitlines()
                why = f"was killed by {signal.Signals(-code).name}" if code < 0 else "failed"
                found = f" ({lines[-1]})" if lines and code > 0 else ""
                raise SeqclfError(f"a process that {self._what} {why}{found}; start again: what is complete is kept")

    def _end(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self._stack.close()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()


def end_with(lifeline: int) -> None:
    """End this process when the pipe closes, because its parent has ended."""

    def watch() -> None:
        os.read(lifeline, 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _python_path() -> str:
    """A module path that has this package but not the working directory."""
    mine = str(Path(__file__).parents[1])
    return os.pathsep.join(filter(None, (mine, os.environ.get("PYTHONPATH"))))
