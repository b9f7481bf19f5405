"""Ctrl-C and SIGTERM while a model is trained."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from seqclf.training.events import Event


class StopRequest:
    """The first Ctrl-C or SIGTERM after training has begun asks it to stop; the next one stops at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> StopRequest:
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def __call__(self) -> bool:
        """Whether training was asked to stop."""
        return self.signal is not None

    def update(self, event: Event) -> None:
        """Begin to handle signals once there are steps to finish."""
        from seqclf.training.events import TrainingStarted

        if isinstance(event, TrainingStarted) and not self._before:
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            # This ends the process: files that are half-written have nothing to say when they are thrown away.
            sys.unraisablehook = lambda _: None
            raise KeyboardInterrupt(number)
        self.signal = number
        click.echo("\nFinishing the step and saving the run; press Ctrl-C again to stop at once.", err=True)
