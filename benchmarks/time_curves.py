"""Validation accuracy by wall time, as ``time_to_accuracy.py`` keeps it: a JSON file per contender and data set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from seqclf.files import write_text
from seqclf.runs import Run

FORMAT = 2
"""Increased when the content of the files changes."""


@dataclass(frozen=True)
class Point:
    """The end of an epoch, or of a fit: the seconds since the process started, and the accuracy, from 0 to 1."""

    seconds: float
    accuracy: float


@dataclass(frozen=True)
class Curve:
    """What one contender reached on the validation texts of a data set, and when.

    Attributes:
        form: all that decides the contender; a curve of another form is out of date.
        texts: fingerprints of the training and validation texts.
        points: in the order of time, without ``before``.
        seconds: wall time of the whole process.
        before: wall time, in seconds, of trainings that this one started from; 0.0 without any.
        processor: processor time of the process and its children, in seconds; None: not measured.
        others: mean number of cores that other processes used meanwhile.
        cores: number of cores that the process could use.
        stopped: whether a time limit ended the process.
        machine: processor and versions of packages.
    """

    data: str
    contender: str
    form: Mapping[str, Any]
    texts: Mapping[str, str]
    points: tuple[Point, ...]
    seconds: float
    before: float = 0.0
    processor: float | None = None
    others: float = 0.0
    cores: int = 2
    stopped: bool = False
    machine: Mapping[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Point | None:
        """The first point with the highest accuracy, by its whole time; None without points."""
        return self._whole(max(self.points, key=lambda point: point.accuracy)) if self.points else None

    @property
    def best_so_far(self) -> tuple[Point, ...]:
        """The points with the highest accuracy until then, by their whole times."""
        highest = accumulate((point.accuracy for point in self.points), max)
        return tuple(
            self._whole(replace(point, accuracy=best)) for point, best in zip(self.points, highest, strict=True)
        )

    def minutes_until(self, percent: float) -> float | None:
        """Minutes until the first point of at least this accuracy, ``before`` included; None if there is none.

        The comparison allows for rounding: 440 of 500 texts are 88 %.
        """
        reached = (point for point in self.points if 100 * point.accuracy >= percent - 1e-9)
        first = next(reached, None)
        return None if first is None else self._whole(first).seconds / 60

    def _whole(self, point: Point) -> Point:
        return replace(point, seconds=self.before + point.seconds)

    def write(self, path: Path) -> None:
        """Write the file, complete or not at all. Raises ``OSError``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps({"format": FORMAT} | asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Curve | None:
        """The curve; None if the file is missing, or of an earlier format. Raises ``SystemExit`` if it is malformed."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values.pop("format") != FORMAT:
                return None
            points = tuple(Point(**point) for point in values.pop("points"))
            return cls(points=points, **values)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise SystemExit(f"{path}: is no measurement ({error}); delete it and measure again") from error


def path_of(folder: Path, data: str, contender: str) -> Path:
    """The file of a contender's curve."""
    return folder / f"{data}-{contender}.json"


def points_of_run(run: Run, began: float) -> tuple[Point, ...]:
    """The validation accuracy after each epoch of a run.

    An epoch's line has the time since the run began to read its texts. The process started before that, and imported
    packages; how long is known from the end of the training, whose clock time and wall time the manifest has.

    Args:
        began: when the process started, in seconds since 1970.

    Raises ``SystemExit`` for a run that was resumed: it repeats the start, so its times are too long.
    """
    manifest = run.manifest
    if "resumed" in manifest:
        raise SystemExit(f"{run.folder}: was resumed, so its times say nothing; train its config again")
    start = datetime.fromisoformat(manifest["ended"]).timestamp() - manifest["wall_seconds"] - began
    lines = (json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines())
    epochs = [line for line in lines if line["type"] == "epoch"]
    if any("wall_seconds" not in epoch for epoch in epochs):
        raise SystemExit(f"{run.history}: is of an earlier version, without wall_seconds; train the config again")
    return tuple(Point(round(start + epoch["wall_seconds"], 2), epoch["val_accuracy"]) for epoch in epochs)


def seconds_before(run: Run) -> float:
    """Wall time of all trainings that a run started from, and that those started from; 0.0 without any."""
    origins = [Run(Path(origin["folder"])) for origin in run.manifest.get("initialize", {}).get("runs", [])]
    return sum((float(origin.manifest["wall_seconds"]) + seconds_before(origin) for origin in origins), 0.0)


def points_of_file(path: Path, began: float) -> tuple[dict[str, str], tuple[Point, ...]]:
    """Fingerprints of the texts, and the points, of a file that ``time_models.py`` wrote.

    A process that was stopped may have left half of a last line, which is ignored, or no file.
    """
    texts: dict[str, str] = {}
    points = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []:
        if not line.endswith("\n"):
            break
        values: dict[str, Any] = json.loads(line)
        if "texts" in values:
            texts = values["texts"]
        else:
            points.append(Point(round(values["time"] - began, 2), values["accuracy"]))
    return texts, tuple(points)
