"""What is known of a run or a cross-validation, read from its small files."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.new_runs import FoldRuns
from seqclf.run_catalogue.notes import note_of
from seqclf.run_catalogue.scores import SplitScores, is_number, scores_in, scores_of
from seqclf.run_catalogue.state import DAMAGED, KILLED, STATES, last_start, process_lives, state_of, timestamp
from seqclf.run_teachers import KnownTexts, known_to_teachers, most_known, sentence_of_folds
from seqclf.runs import CLASSIFICATION, RUNNING, Run

FOLDS = "-folds.json"
"""How the name of a cross-validation's summary ends."""


@dataclass(frozen=True)
class Entry:
    """A run, or a cross-validation with its folds.

    Attributes:
        path: the folder of the run, or the summary of the cross-validation.
        state: one of ``STATES``.
        data: the source of the texts, in words.
        scores: for a cross-validation, means over its finished folds.
        seconds: wall time of the training; of a running one, the time since its start.
        started, ended: in UTC, ISO 8601.
        problem: what is wrong with its files; None if nothing is.
        folds: names of the runs of a cross-validation.
        fold_of: the cross-validation that the run is a fold of.
        known_in_folds: of a cross-validation, what the teachers of its folds knew of their held-out texts, by split.
        manifest: the content of the manifest or of the summary; empty if it cannot be read.
    """

    path: Path
    state: str
    task: str | None = None
    data: str | None = None
    scores: SplitScores = field(default_factory=dict)
    seconds: float | None = None
    started: str | None = None
    ended: str | None = None
    problem: str | None = None
    folds: tuple[str, ...] = ()
    fold_of: str | None = None
    known_in_folds: tuple[Mapping[str, KnownTexts], ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_cross_validation(self) -> bool:
        return self.path.name.endswith(FOLDS)

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(FOLDS) if self.is_cross_validation else self.path.name

    @property
    def run(self) -> Run:
        """The run itself. A cross-validation has none, but its folds do."""
        return Run(self.path)

    @property
    def fold_folders(self) -> list[Path]:
        """The folders of its folds that exist."""
        return [folder for folder in (self.path.parent / name for name in self.folds) if folder.is_dir()]

    @property
    def folds_page(self) -> Path:
        """The page of a cross-validation that ``seqclf report`` writes: ``<name>-folds.html`` beside its summary."""
        return self.path.with_suffix(".html")

    @cached_property
    def known_to_teachers(self) -> Mapping[str, KnownTexts]:
        """By split, the texts that its teachers knew: its scores on that split do not compare with those of others.

        For a cross-validation: the texts of the fold whose teachers knew the most.
        """
        return most_known(self.known_in_folds) if self.is_cross_validation else known_to_teachers(self.manifest)

    def about_teachers(self, split: str) -> str | None:
        """What its teachers knew of a split, in a sentence without a full stop; None if nothing."""
        if (known := self.known_to_teachers.get(split)) is None:
            return None
        if not self.is_cross_validation:
            return known.sentence(split)
        return sentence_of_folds([fold[split] for fold in self.known_in_folds if split in fold], split)

    @cached_property
    def size(self) -> int:
        """Bytes of its files; links are not followed."""
        return sum(map(size_of, [self.path, *self.fold_folders]))

    @cached_property
    def note(self) -> str | None:
        """What its user noted; None without a note."""
        return None if self.is_cross_validation else note_of(self.run)


def read_run(folder: Path) -> Entry:
    """The facts of a run, whatever state its files are in."""
    run = Run(folder)
    try:
        manifest = run.manifest
        if manifest["status"] not in STATES:
            raise InputError(f"{folder / 'manifest.json'}: unknown status {str(manifest['status'])[:40]!r}")
    except InputError as error:
        return Entry(folder, DAMAGED, problem=str(error))
    state, problem, metrics = state_of(run, manifest), None, {}
    try:
        metrics = run.metrics
    except InputError as error:
        problem = str(error)
    return Entry(
        folder,
        state,
        task=_text(manifest.get("task", CLASSIFICATION)),
        data=_text(manifest.get("data")),
        scores=scores_in(metrics),
        seconds=_seconds(manifest, state),
        started=_text(manifest.get("started")),
        ended=None if state in (RUNNING, KILLED) else _text(manifest.get("ended")),
        problem=problem,
        manifest=manifest,
    )


def read_folds(summary: Path, named_like_folds: Iterable[Entry]) -> Entry:
    """The facts of a cross-validation. ``named_like_folds``: the runs ``<name>-fold<i>``, in their order."""
    folds = list(named_like_folds)
    names = [one.name for one in folds]
    try:
        found = _summary(summary)
    except InputError as error:
        return Entry(summary, DAMAGED, problem=str(error), folds=tuple(names))
    rows = [row for row in found.get("runs", []) if isinstance(row, dict) and isinstance(row.get("run"), str)]
    spreads = found.get("validation")
    means = {name: one.get("mean") for name, one in spreads.items() if isinstance(one, dict)} if spreads else {}
    scores = scores_of(means)
    seconds = [float(row["seconds"]) for row in rows if is_number(row.get("seconds"))]
    return Entry(
        summary,
        _state_of_folds(summary, found, folds),
        task=CLASSIFICATION,
        data=_text(found.get("data")) or next((one.data for one in folds if one.data), None),
        scores={"validation": scores} if scores else {},
        seconds=sum(seconds) if seconds else None,
        started=min((one.started for one in folds if one.started), default=None),
        ended=max((one.ended for one in folds if one.ended), default=None),
        folds=tuple(dict.fromkeys([*(row["run"] for row in rows), *names])),
        known_in_folds=tuple(one.known_to_teachers for one in folds),
        manifest=found,
    )


def _summary(path: Path) -> dict[str, Any]:
    """The content of a summary; of an empty one, which reserves the name, only its status. Raises ``InputError``."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if text else {"status": RUNNING}
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    if not isinstance(found, dict) or found.get("status") not in STATES or not isinstance(found.get("runs", []), list):
        raise InputError(f"{path}: not the summary of a cross-validation")
    if not isinstance(found.get("validation"), dict | None):
        raise InputError(f'{path}: "validation" is not a JSON object')
    return found


def _state_of_folds(summary: Path, found: Mapping[str, Any], folds: Iterable[Entry]) -> str:
    if any(one.state == RUNNING for one in folds):
        return RUNNING
    if found["status"] != RUNNING:
        return str(found["status"])
    with contextlib.suppress(OSError):  # between two folds, no run is being trained
        written = summary.stat().st_mtime
        lives = process_lives(found, written)
        if lives or (lives is None and time.time() - written < _SECONDS_BETWEEN_FOLDS):
            return RUNNING
    return KILLED


_SECONDS_BETWEEN_FOLDS = 3600.0
"""A cross-validation whose process cannot be asked counts as running for so long after its last fold."""


def _seconds(manifest: Mapping[str, Any], state: str) -> float | None:
    began = last_start(manifest)
    if state == RUNNING:
        return None if began is None else max(0.0, time.time() - began)
    if is_number(manifest.get("wall_seconds")):
        return float(manifest["wall_seconds"])
    ended = timestamp(manifest.get("ended"))
    return None if began is None or ended is None else max(0.0, ended - began)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; what cannot be read counts as nothing. Links are not followed."""
    with contextlib.suppress(OSError):
        if not path.is_dir() or path.is_symlink():
            return path.lstat().st_size
    size, folders = 0, [str(path)]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    folders.append(one.path)
                else:
                    size += one.stat(follow_symlinks=False).st_size
    return size


def summary_of(runs: Path, name: str) -> Path:
    """The path of the summary of a cross-validation."""
    return FoldRuns(runs, name).summary
