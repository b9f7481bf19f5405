"""The table of ``seqclf runs list``: columns that fit a terminal, or values separated by tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from seqclf.cli.columns import Column, table
from seqclf.labels import on_one_line
from seqclf.metrics.scores import number_of, words_of
from seqclf.quantities import duration, in_bytes
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.query import shown_score, value_of
from seqclf.run_catalogue.scores import SPLITS, VALIDATION

_MOST_DATA, _MOST_NOTE = 28, 40
_NARROW, _NARROWEST = 100, 60
"""Below these widths, the source of the texts gets a third less room; the heading of validation scores is shorter."""
_NONE = "-"
_PLAIN: Mapping[str, Callable[[Entry, str | None], Any]] = {
    "name": lambda entry, score: entry.name,
    "state": lambda entry, score: entry.state,
    "task": lambda entry, score: entry.task,
    "data": lambda entry, score: entry.data,
    "score": shown_score,
    "validation": lambda entry, score: value_of(entry, "validation", score),
    "test": lambda entry, score: value_of(entry, "test", score),
    "seconds": lambda entry, score: None if entry.seconds is None else round(entry.seconds, 2),
    "bytes": lambda entry, score: entry.size,
    "started": lambda entry, score: entry.started,
    "folds": lambda entry, score: len(entry.folds) or None,
    "note": lambda entry, score: entry.note,
}
"""The columns of output for other programs: heading -> value."""


def plain_rows(entries: Sequence[Entry], score: str | None) -> list[str]:
    """A line of headings and one for each run, separated by tabs. A missing value is a dash."""
    rows = [[_plain(value(entry, score)) for value in _PLAIN.values()] for entry in entries]
    return ["\t".join(row) for row in [list(_PLAIN), *rows]]


def as_json(entry: Entry) -> dict[str, Any]:
    """All that is known of a run, as plain values."""
    return {
        "name": entry.name,
        "path": str(entry.path),
        "state": entry.state,
        "task": entry.task,
        "data": entry.data,
        "scores": {split: dict(scores) for split, scores in entry.scores.items()},
        "seconds": None if entry.seconds is None else round(entry.seconds, 2),
        "bytes": entry.size,
        "started": entry.started,
        "ended": entry.ended,
        "folds": list(entry.folds),
        "fold_of": entry.fold_of,
        "note": entry.note,
        "problem": entry.problem,
    }


def run_table(entries: Sequence[Entry], score: str | None, width: int) -> list[str]:
    """The lines of a table for people, without columns that do not fit or say the same of all runs."""
    scores = {name for entry in entries if (name := shown_score(entry, score))}
    columns = [
        Column("name", [_name(entry) for entry in entries], left=True),
        Column("state", [entry.state for entry in entries], left=True),
    ]
    if len({entry.task for entry in entries if entry.task}) > 1:
        columns.append(Column("task", [(entry.task or _NONE).replace("_", " ") for entry in entries], True, 6))
    if len(scores) > 1:
        cells = [words_of(name) if (name := shown_score(entry, score)) else _NONE for entry in entries]
        columns.append(Column("score", cells, left=True))
    for place, split in enumerate(SPLITS):
        heading = "valid." if split == VALIDATION and width < _NARROWEST else split
        heading += f" {words_of(next(iter(scores)))}" if len(scores) == 1 else ""
        columns.append(Column(heading, [_score(entry, split, score) for entry in entries], spare=place))
    most = _MOST_DATA if width >= _NARROW else _MOST_DATA * 2 // 3
    columns += [
        Column("time", [_NONE if entry.seconds is None else duration(entry.seconds) for entry in entries], spare=3),
        Column("size", [in_bytes(entry.size) for entry in entries], spare=4),
        Column("data", [short_data(entry.data, most) for entry in entries], True, 2),
        Column("started", [local_time(entry.started) for entry in entries], True, 5),
    ]
    if any(entry.note for entry in entries):
        columns.append(Column("note", [on_one_line(entry.note or "", _MOST_NOTE) for entry in entries], True, 7))
    return table(columns, width)


def local_time(value: str | None) -> str:
    """A time of a manifest to the minute, in the local time zone."""
    try:
        return datetime.fromisoformat(value or "").astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return _NONE


def short_data(data: str | None, most: int = _MOST_DATA) -> str:
    """The source of the texts; of a path, only the name of the file or folder."""
    if not data:
        return _NONE
    name = data.rstrip("/").rpartition("/")[2] if data.startswith("/") else data
    return on_one_line(name or data, most)


def _name(entry: Entry) -> str:
    folds = f" ({len(entry.folds)} folds)" if entry.folds else ""
    return on_one_line(entry.name, None) + folds


def _score(entry: Entry, split: str, score: str | None) -> str:
    name, value = shown_score(entry, score), value_of(entry, split, score)
    return _NONE if name is None or value is None else number_of(name, value)


def _plain(value: Any) -> str:
    return _NONE if value is None else on_one_line(value, None) if isinstance(value, str) else str(value)
