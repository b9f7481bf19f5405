"""The time of a search: until when a trial may train, so that all that comes after it ends in time."""

from __future__ import annotations

import time
from dataclasses import dataclass

_RESERVE, _LARGEST_RESERVE, _SHARE, _TRACINGS = 5.0, 60.0, 0.04, 3.0
"""Kept for writing the models of the last trial before one was timed: a share of all time, within bounds in seconds,
and at least ``_TRACINGS`` times the tracing of the first step, since a SavedModel has graphs to trace as well."""

_SPARE = 1.3
"""A factor on what was timed."""


@dataclass
class Clock:
    """The time of a search. All times are in seconds, those of the clock by ``time.monotonic``.

    Attributes:
        began: when the time began.
        seconds: the time of the search; None: any.
        longer: how much longer an epoch of the last training is than one of a trial (``--refit``); 0: there is none.
        first_epoch: the shortest time from the start of a trial to the end of its first epoch; None before one ended.
        first_step: the longest time that a trial needed for its first step.
        writing: the longest time that a trial needed after its last step.
        validation: the longest validation.
        best: the time from the start of the best trial to the end of its best epoch.
    """

    began: float
    seconds: float | None
    longer: float = 0.0
    first_epoch: float | None = None
    first_step: float = 0.0
    writing: float = 0.0
    validation: float = 0.0
    best: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds left; None: any."""
        return None if self.seconds is None else self.began + self.seconds - time.monotonic()

    def has_time_for_one(self) -> bool:
        """Whether a trial could complete an epoch, by the fastest one so far."""
        return self.left is None or self.left > (self.first_epoch or 0.0) + self.after(self.best)

    def after(self, best: float) -> float:
        """What the end of the search needs if the best model took ``best`` seconds to train: to write the models of a
        trial, and to train and write the best one again."""
        assert self.seconds is not None
        usual = min(_LARGEST_RESERVE, max(_RESERVE, _SHARE * self.seconds))
        writing = self.writing or max(usual, _TRACINGS * self.first_step)
        return writing if not self.longer else 2 * writing + _SPARE * self.longer * best

    def note(self, *, first_epoch: float | None, writing: float, validation: float) -> None:
        """Learn from a trial what later ones will need; ``writing`` is 0 for one that wrote no models."""
        if first_epoch is not None:
            self.first_epoch = min(first_epoch, self.first_epoch or first_epoch)
        self.writing = max(self.writing, _SPARE * writing)
        self.validation = max(self.validation, validation)
