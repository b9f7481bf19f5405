"""Which runs started from which others (``initialize``), learnt from others (``training.teacher``), or were made of
others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.config_option import section_of
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.query import natural
from seqclf.run_catalogue.scores import is_number
from seqclf.run_members import ENSEMBLE, SOUP


@dataclass(frozen=True)
class MadeOf:
    """The runs that a run was made of.

    Attributes:
        kind: ``ENSEMBLE``, or ``SOUP`` for a mean of weights.
        parts: the name of each run; of an ensemble with its weight in words, else "".
    """

    kind: str
    parts: tuple[tuple[str, str], ...]


def made_of(manifest: Mapping[str, Any]) -> MadeOf | None:
    """As a manifest says, however malformed its entries are; None for a run that was trained."""
    for kind, name in ((ENSEMBLE, "members"), (SOUP, "runs")):
        saved = manifest.get(kind)
        rows = saved.get(name) if isinstance(saved, dict) else None
        if isinstance(rows, list) and rows:
            return MadeOf(kind, tuple(map(_part, rows)))
    return None


def _part(row: Any) -> tuple[str, str]:
    if not isinstance(row, dict):
        return str(row), ""
    weight = row.get("weight")
    return str(row.get("name")), f"{weight:.3g}" if is_number(weight) else ""


def origins_of(entry: Entry) -> tuple[str, ...]:
    """The folders of the runs that a run started from, or will: as its manifest says, else its config.

    Both have absolute paths.
    """
    if entry.is_cross_validation:
        return ()
    taken = entry.manifest.get("initialize")
    rows: Any = taken.get("runs") if isinstance(taken, dict) else None
    if isinstance(rows, list):
        return tuple(str(row["folder"]) for row in rows if isinstance(row, dict) and "folder" in row)
    named = section_of(entry.run.config, "initialize")
    value = named.get("from") if isinstance(named, dict) else None
    values = value.values() if isinstance(value, dict) else [value]
    return tuple(one for one in values if isinstance(one, str))


def teachers_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the runs that a run learnt from (``training.teacher``), as a manifest says, however malformed."""
    saved = manifest.get("teacher")
    rows = saved.get("runs") if isinstance(saved, dict) else None
    return tuple(str(row.get("name")) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def started_from(entry: Entry, among: Iterable[Entry]) -> list[Entry]:
    """The runs that started from a run, or from a fold of a cross-validation."""
    return _related(entry, among, origins_of)


def learnt_from(entry: Entry, among: Iterable[Entry]) -> list[Entry]:
    """The runs that had a run, or a fold of a cross-validation, as a teacher."""
    return _related(entry, among, _folders_of_teachers)


def _folders_of_teachers(entry: Entry) -> tuple[str, ...]:
    """The absolute paths in its config. Those of a run whose manifest has no teachers are not read: that takes long."""
    if entry.is_cross_validation or not teachers_of(entry.manifest):
        return ()
    training = section_of(entry.run.config, "training")
    teacher = training.get("teacher") if isinstance(training, dict) else None
    named = teacher.get("runs") if isinstance(teacher, dict) else None
    return tuple(one for one in named if isinstance(one, str)) if isinstance(named, list) else ()


def _related(entry: Entry, among: Iterable[Entry], folders_of: Callable[[Entry], Iterable[str]]) -> list[Entry]:
    own = {_place(path) for path in (entry.fold_folders if entry.is_cross_validation else [entry.path])}
    return [one for one in among if own & {_place(Path(path)) for path in folders_of(one)}]


def needs_origin(entry: Entry) -> bool:
    """Whether a run still needs the run that it starts from: until its first checkpoint."""
    return not entry.run.has_checkpoint and not entry.run.model.is_file()


def names_of(entries: Sequence[Entry]) -> str:
    """Their names in a sentence."""
    return ", ".join(sorted((one.name for one in entries), key=natural))


def _place(path: Path) -> str:
    return os.path.realpath(path)
