"""Handles Ctrl-C and SIGTERM during training."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from seqclf.training.events import Event

_FINISHING = "\nFinishing the step and saving the run; press Ctrl-C again to stop at once."


class StopRequest:
    """The first Ctrl-C or SIGTERM during training requests a stop; the next one stops at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> StopRequest:
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def __call__(self) -> bool:
        """Whether a stop was requested."""
        return self.signal is not None

    def update(self, event: Event) -> None:
        """Handle signals from the start of training: until then there is no step to finish."""
        from seqclf.training.events import TrainingStarted

        if isinstance(event, TrainingStarted) and not self._before:
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            # This ends the process: unfinished files must not print errors when they are discarded.
            sys.unraisablehook = lambda _: None
            raise KeyboardInterrupt(number)
        self.signal = number
        try:
            click.echo(_FINISHING, err=True)
        except RuntimeError:  # the signal came while the stream was being written, which cannot be entered twice
            with contextlib.suppress(OSError, ValueError):
                os.write(sys.stderr.fileno(), f"{_FINISHING}\n".encode())
