"""The points of a run: the lines of its ``history.jsonl`` with steps over all epochs, and its final scores."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqclf.metrics.monitors import PREFIX
from seqclf.runs import Run
from seqclf.trackers.base import EPOCH, FINAL, TRAIN, Point

_PLACES = ("type", "epoch", "step", "best")
"""Entries of a line that are no measurements."""


class HistoryPoints:
    """Reads the points of a history while it is written: each call of ``new`` returns those since the last one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._restart()

    @property
    def step(self) -> int:
        """The last step that was read, over all epochs."""
        return self._before + self._within

    def new(self) -> list[Point]:
        """The points of the lines that are complete and were not read yet. Raises ``OSError`` or ``ValueError``."""
        try:
            if self._path.stat().st_size <= self._read:
                return []
        except FileNotFoundError:
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        text = text[: text.rfind(b"\n") + 1]
        self._read += len(text)
        found = [self._point(json.loads(line)) for line in text.splitlines()]
        return [point for point in found if point is not None]

    def restart_if_cut(self) -> None:
        """Read all lines again if the last ones were dropped, as when a training returns to a checkpoint.

        To be called before the next line is written.
        """
        if self._path.exists() and self._path.stat().st_size < self._read:
            self._restart()

    def _restart(self) -> None:
        self._read = self._before = self._within = 0

    def _point(self, line: dict[str, Any]) -> Point | None:
        if line.get("type") == "steps":
            self._within = int(line["step"])
            return Point(TRAIN, self.step, _numbers(line, TRAIN))
        if line.get("type") == "epoch":
            self._before, self._within = self.step, 0
            return Point(EPOCH, self.step, {f"{EPOCH}/number": float(line["epoch"]), **_numbers(line, EPOCH)})
        return None  # the baseline: it is one of the final scores


def final_point(run: Run, step: int) -> Point:
    """What a complete run says of itself: scores of the validation and of the linear model on the same texts, the kept
    epoch, times and memory. Raises ``InputError``."""
    manifest, scores = run.manifest, run.metrics.get("validation", {})
    of_run = ("epochs", "best_epoch", "wall_seconds", "processor_seconds", "peak_memory_bytes")
    values = {f"{FINAL}/{name}": manifest.get(name) for name in of_run}
    values |= {f"{FINAL}/{PREFIX}{name}": value for name, value in scores.items()}
    baseline = scores.get("baseline")
    for model, found in (baseline if isinstance(baseline, dict) else {}).items():
        if isinstance(found, dict):
            values |= {f"baseline/{model}_{name}": value for name, value in found.items()}
    return Point(FINAL, step, _finite(values))


def _numbers(line: Mapping[str, Any], kind: str) -> dict[str, float]:
    named = {
        f"val/{name.removeprefix(PREFIX)}" if name.startswith(PREFIX) else f"{kind}/{name}": value
        for name, value in line.items()
        if name not in _PLACES
    }
    return _finite(named)


def _finite(values: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }
