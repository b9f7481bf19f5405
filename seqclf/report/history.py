"""The history of a run as curves. What is malformed, as the last line of a killed training may be, is left out, and so
are numbers that no axis can show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.metrics.monitors import PREFIX
from seqclf.report.numbers import number_in
from seqclf.run_catalogue.scores import is_number

Points = tuple[tuple[float, float], ...]
_MOST_POINTS = 400  # of a curve: more cannot be seen
_LARGEST = 1e100  # of a number; axes of larger ones overflow


@dataclass(frozen=True)
class Epoch:
    """An epoch: its number, its scores by name (``val_`` before those of the validation), and its cost.

    Attributes:
        best: whether it was the best so far.
        seconds: of training and validation.
    """

    number: int
    scores: dict[str, float]
    best: bool = False
    seconds: float | None = None
    tokens: int | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True)
class History:
    """A run's history.

    Attributes:
        windows: the training loss of a window of steps, by the number of epochs that have passed.
        rates: the learning rate, in the same way.
    """

    epochs: tuple[Epoch, ...] = ()
    windows: Points = ()
    rates: Points = ()

    def curve(self, name: str) -> Points:
        """The score ``name`` of each epoch that has it."""
        return tuple((float(one.number), one.scores[name]) for one in self.epochs if name in one.scores)

    @property
    def validated(self) -> tuple[str, ...]:
        """The names of the scores on the validation texts, without ``val_``."""
        found = dict.fromkeys(name for one in self.epochs for name in one.scores if name.startswith(PREFIX))
        return tuple(name.removeprefix(PREFIX) for name in found)

    @property
    def tokens_per_second(self) -> float | None:
        """The mean over all epochs; None without any."""
        rated = [(one.tokens, one.tokens_per_second) for one in self.epochs]
        known = [(tokens, rate) for tokens, rate in rated if tokens and rate]
        seconds = sum(tokens / rate for tokens, rate in known)
        return sum(tokens for tokens, _ in known) / seconds if seconds else None


def read_history(path: Path) -> History:
    """The content of ``history.jsonl``; empty if the file is missing or cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return History()
    rows = [row for row in map(_row, lines) if row is not None]
    epochs = {one.number: one for one in (_epoch(row) for row in rows if row.get("type") == "epoch") if one is not None}
    steps = [row for row in rows if row.get("type") == "steps" and _is_shown(row.get("epoch"))]
    steps = [row for row in steps if _is_shown(row.get("step"))]
    longest = max((row["step"] for row in steps), default=1) or 1
    return History(
        tuple(epochs[number] for number in sorted(epochs)), _by_epoch(steps, "loss", longest),
        _by_epoch(steps, "learning_rate", longest),
    )  # fmt: skip


def _is_shown(value: Any) -> bool:
    return is_number(value) and abs(value) <= _LARGEST


def _row(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _epoch(row: dict[str, Any]) -> Epoch | None:
    number = row.get("epoch")
    if not isinstance(number, int) or not _is_shown(number):
        return None
    known = ("loss", "accuracy", "perplexity")
    scores = {
        name: float(value)
        for name, value in row.items()
        if _is_shown(value) and (name in known or name.startswith(PREFIX))
    }
    seconds = [one for name in ("seconds", "validation_seconds") if (one := number_in(row, name)) is not None]
    tokens = number_in(row, "tokens")
    return Epoch(
        number,
        scores,
        row.get("best") is True,
        sum(seconds) if seconds else None,
        None if tokens is None else int(tokens),
        number_in(row, "tokens_per_second"),
    )


def _by_epoch(steps: list[dict[str, Any]], name: str, longest: int) -> Points:
    found = [(row["epoch"] - 1 + row["step"] / longest, float(row[name])) for row in steps if _is_shown(row.get(name))]
    every = max(1, -(-len(found) // _MOST_POINTS))
    return tuple(found[::-1][::every][::-1])  # the last one stays
