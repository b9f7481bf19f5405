"""Which runs to list or compare, and in which order."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.scores import TEST, VALIDATION, goodness, main_score

_Key = Callable[[Entry], Any]


@dataclass(frozen=True)
class Filters:
    """What a run must have. An empty sequence fits every run; of several values, one must fit.

    Attributes:
        names: patterns of the whole name (``imdb-*``), or parts of it if they have no wildcard; upper and lower case
            are the same.
        data: the same of the source of the texts.
        folds: also the folds of cross-validations.
    """

    names: Sequence[str] = ()
    states: Sequence[str] = ()
    tasks: Sequence[str] = ()
    data: Sequence[str] = ()
    folds: bool = False

    def of(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries that fit."""
        return [entry for entry in entries if self._fits(entry)]

    def _fits(self, entry: Entry) -> bool:
        return (
            (self.folds or entry.fold_of is None)
            and _one_of(self.names, entry.name)
            and (not self.states or entry.state in self.states)
            and (not self.tasks or entry.task in self.tasks)
            and _one_of(self.data, entry.data or "")
        )


def _one_of(patterns: Sequence[str], text: str) -> bool:
    return not patterns or any(_matches(pattern.lower(), text.lower()) for pattern in patterns)


def _matches(pattern: str, text: str) -> bool:
    return fnmatch.fnmatchcase(text, pattern) if re.search(r"[*?\[]", pattern) else pattern in text


def shown_score(entry: Entry, name: str | None) -> str | None:
    """The score to show of a run: ``name``, or its main one."""
    return name or main_score(entry.scores)


def value_of(entry: Entry, split: str, name: str | None) -> float | None:
    """A score of a run; for the name None, its main one."""
    chosen = shown_score(entry, name)
    return None if chosen is None else entry.scores.get(split, {}).get(chosen)


def natural(name: str) -> tuple[Any, ...]:
    """Sort key of names: ``run-2`` comes before ``run-10``."""
    parts = re.split(r"([0-9]+)", name.lower())  # every second one is a number
    return tuple((int(part), "") if place % 2 else (0, part) for place, part in enumerate(parts))


SORTED_BY = ("name", "state", "task", "data", VALIDATION, TEST, "time", "size", "started")
"""Columns to sort by."""
_LARGEST_FIRST = {VALIDATION, TEST, "time", "size", "started"}


def in_order(entries: Iterable[Entry], column: str, *, reverse: bool = False, score: str | None = None) -> list[Entry]:
    """The entries by a column of ``SORTED_BY``: the best, largest or newest first, names from A on.

    Runs without a value come last, also with ``reverse``. Scores of different names are not mixed.
    """
    by_name = sorted(entries, key=lambda entry: natural(entry.name))
    if column in (VALIDATION, TEST):
        by_name.sort(key=lambda entry: shown_score(entry, score) or "")
    key = _key(column, score)
    known = [entry for entry in by_name if key(entry) is not None]
    missing = [entry for entry in by_name if key(entry) is None]
    largest = column in _LARGEST_FIRST
    if column in (VALIDATION, TEST):
        ordered: list[Entry] = []
        for name in dict.fromkeys(shown_score(entry, score) for entry in known):
            same = [entry for entry in known if shown_score(entry, score) == name]
            ordered += sorted(same, key=key, reverse=largest != reverse)
        return ordered + missing
    return sorted(known, key=key, reverse=largest != reverse) + missing


def _key(column: str, score: str | None) -> _Key:
    if column in (VALIDATION, TEST):

        def good(entry: Entry) -> float | None:
            value, name = value_of(entry, column, score), shown_score(entry, score)
            return None if value is None or name is None else goodness(name, value)

        return good
    keys: dict[str, _Key] = {
        "name": lambda entry: natural(entry.name),
        "state": lambda entry: entry.state,
        "task": lambda entry: entry.task,
        "data": lambda entry: entry.data,
        "time": lambda entry: entry.seconds,
        "size": lambda entry: entry.size,
        "started": lambda entry: entry.started,
    }
    return keys[column]
