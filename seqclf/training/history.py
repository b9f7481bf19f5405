"""``history.jsonl``: one line per window of steps and per epoch, written as training proceeds."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import sync
from seqclf.training.events import BaselineDone, EpochDone, Event, StepDone, TrainingDone


class History:
    """A listener. Lines have ``type`` ``steps`` or ``epoch``; the last one may be a ``baseline``.

    A ``steps`` line has means over the window since the last line, and the learning rate of the window's last step.
    """

    def __init__(self, path: Path, every: int) -> None:
        self._path = path
        self._every = every
        self._window: list[StepDone] = []

    @property
    def place(self) -> dict[str, Any]:
        """The current position, as plain values."""
        written = self._path.stat().st_size if self._path.exists() else 0
        return {"written": written, "window": [asdict(step) for step in self._window]}

    def sync(self) -> None:
        """Flush all lines to disk."""
        if self._path.exists():
            sync(self._path)

    def restore(self, place: dict[str, Any]) -> None:
        """Drop all lines after ``place``. Raises ``InputError`` if lines before it are missing."""
        with self._path.open("ab") as file:
            if file.tell() < place["written"]:
                raise InputError(f"{self._path}: lines are missing at the end, so the run cannot be resumed")
            file.truncate(place["written"])
        self._window = [StepDone(**step) for step in place["window"]]

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepDone):
            self._window.append(event)
            if len(self._window) == self._every:
                self._write_window()
        elif isinstance(event, TrainingDone):
            self._write_window()
        elif isinstance(event, BaselineDone) and event.scores is not None:
            self._write(type="baseline", **event.scores)
        elif isinstance(event, EpochDone):
            self._write_window()
            validation = event.validation or {}
            self._write(
                type="epoch",
                epoch=event.epoch,
                loss=event.loss,
                accuracy=event.accuracy,
                val_loss=validation.get("loss"),
                val_accuracy=validation.get("accuracy"),
                **({"val_micro_f1": validation["micro_f1"]} if "micro_f1" in validation else {}),
                val_macro_f1=validation.get("macro_f1"),
                best=event.best,
                seconds=round(event.seconds, 3),
                validation_seconds=round(event.validation_seconds, 3),
                tokens=event.tokens,
                tokens_per_second=round(event.tokens / event.seconds, 1),
            )

    def _write_window(self) -> None:
        if not self._window:
            return
        texts = sum(step.texts for step in self._window)
        last = self._window[-1]
        self._write(
            type="steps",
            epoch=last.epoch,
            step=last.step,
            loss=sum(step.loss * step.texts for step in self._window) / texts,
            accuracy=sum(step.correct for step in self._window) / texts,
            learning_rate=last.learning_rate,
            tokens_per_second=round(
                sum(step.tokens for step in self._window) / sum(step.seconds for step in self._window), 1
            ),
        )
        self._window.clear()

    def _write(self, **entries: Any) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entries) + "\n")
