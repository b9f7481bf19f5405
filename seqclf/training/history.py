"""``history.jsonl``: one line per window of steps and per epoch, written as training proceeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import sync
from seqclf.metrics.language_model import perplexity
from seqclf.metrics.monitors import PREFIX
from seqclf.training.events import BaselineDone, EpochDone, Event, StepDone, TrainingDone


@dataclass(frozen=True)
class EpochLine:
    """An epoch's line, as far as others read it. The scores of the validation are None without one.

    Attributes:
        accuracy: None for a language model.
        val_micro_f1: None with one label per text.
    """

    epoch: int
    loss: float
    accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    val_micro_f1: float | None = None

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> EpochLine:
        """Raises ``TypeError`` if an entry is missing that every line has."""
        return cls(**{name: value for name, value in line.items() if name in cls.__dataclass_fields__})


def epochs_of(path: Path) -> list[EpochLine]:
    """The epoch lines of ``history.jsonl``; empty if the file is missing.

    Raises ``ValueError`` or ``TypeError`` if a line is malformed.
    """
    return [EpochLine.from_json(line) for line in _lines(path) if line.get("type") == "epoch"]


def steps_of(path: Path) -> int | None:
    """Steps of the longest epoch in ``history.jsonl``; None if it has no line of steps.

    Raises ``ValueError`` or ``TypeError`` if a line is malformed.
    """
    return max(
        (int(line["step"]) for line in _lines(path) if line.get("type") == "steps" and "step" in line), default=None
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


class History:
    """A listener. Lines have ``type`` ``steps`` or ``epoch``; the last one may be a ``baseline``.

    A ``steps`` line has means over the window since the last line, and the learning rate of the window's last step.

    Args:
        every: number of steps in a window.
        scores: names of the scores in the headline of a validation: an epoch's line has each of them, after ``val_``.
        clock: returns the wall time of the training, in seconds; an epoch's line has it as ``wall_seconds``.
        perplexity: whether lines have the exponential of the training loss in place of the accuracy.
    """

    def __init__(
        self, path: Path, every: int, scores: Sequence[str], *, clock: Callable[[], float], perplexity: bool = False
    ) -> None:
        self._path = path
        self._clock = clock
        self._every = every
        self._perplexity = perplexity
        self._no_validation = dict.fromkeys(scores)
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
            self._write(type="baseline", **event.scores.to_json())
        elif isinstance(event, EpochDone):
            self._write_window()
            validation = self._no_validation if event.validation is None else dict(event.validation.headline())
            self._write(
                type="epoch",
                epoch=event.epoch,
                **self._of_training(event.loss, event.accuracy),
                **{f"{PREFIX}{name}": value for name, value in validation.items()},
                best=event.best,
                seconds=round(event.seconds, 3),
                validation_seconds=round(event.validation_seconds, 3),
                wall_seconds=round(self._clock(), 3),
                tokens=event.tokens,
                tokens_per_second=round(event.tokens / event.seconds, 1),
            )

    def _write_window(self) -> None:
        if not self._window:
            return
        weight = sum(step.counted for step in self._window)
        last = self._window[-1]
        loss = sum(step.loss * step.counted for step in self._window) / weight
        self._write(
            type="steps",
            epoch=last.epoch,
            step=last.step,
            **self._of_training(loss, sum(step.correct for step in self._window) / weight),
            learning_rate=last.learning_rate,
            tokens_per_second=round(
                sum(step.tokens for step in self._window) / sum(step.seconds for step in self._window), 1
            ),
        )
        self._window.clear()

    def _of_training(self, loss: float, accuracy: float) -> dict[str, float]:
        """The entries of the scores on training batches."""
        return {"loss": loss, **({"perplexity": perplexity(loss)} if self._perplexity else {"accuracy": accuracy})}

    def _write(self, **entries: Any) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entries) + "\n")
