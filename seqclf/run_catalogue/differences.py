"""How runs differ: the options of their configs, and their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seqclf.errors import InputError
from seqclf.run_catalogue.choice import same_texts
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.scores import SPLITS, TEST, VALIDATION, goodness
from seqclf.runs import CLASSIFICATION, COMPLETE, Run

if TYPE_CHECKING:
    from seqclf.config import Config


@dataclass(frozen=True)
class Comparison:
    """Two or more runs side by side. Values are in the order of ``entries``.

    Attributes:
        options: each option that differs, by its path; ``config.diff.ABSENT`` where a config lacks it.
        of_one_kind: those of them that a config lacks because it has another type there, or no such layer.
        scores: by split and by name; None where a run lacks it.
        same_texts: by split, whether all runs were measured on the same texts; None if that is not known.
    """

    entries: tuple[Entry, ...]
    options: Mapping[str, tuple[Any, ...]]
    scores: Mapping[str, Mapping[str, tuple[float | None, ...]]]
    same_texts: Mapping[str, bool | None]
    of_one_kind: Set[str] = frozenset()

    @property
    def calibrated(self) -> list[str]:
        """The names of the calibrated ones, if only some of them are: losses of both kinds do not compare."""
        found = [one.name for one in self.entries if not one.is_cross_validation and one.run.calibration_file.is_file()]
        return found if len(found) < len(self.entries) else []

    def best_places(self, split: str, name: str) -> set[int]:
        """``best_places`` of a score, among the runs whose teachers did not know the texts of the split; empty for the
        loss if only some of the runs are calibrated."""
        if name == "loss" and self.calibrated:
            return set()
        pairs = zip(self.entries, self.scores[split][name], strict=True)
        return best_places(name, [None if split in entry.known_to_teachers else value for entry, value in pairs])

    @property
    def by_task(self) -> dict[str, Comparison]:
        """The runs of each task: scores of different tasks are not compared."""
        tasks = dict.fromkeys(entry.task or "" for entry in self.entries)
        return {
            task: self._among([place for place, one in enumerate(self.entries) if (one.task or "") == task])
            for task in tasks
        }

    def _among(self, places: Sequence[int]) -> Comparison:
        """Some of the runs, with the scores that one of them has."""
        scores = {
            split: {name: tuple(values[place] for place in places) for name, values in rows.items()}
            for split, rows in self.scores.items()
        }
        known = {
            split: {name: values for name, values in rows.items() if any(value is not None for value in values)}
            for split, rows in scores.items()
        }
        return replace(self, entries=tuple(self.entries[place] for place in places), scores=known)


def compare(entries: Sequence[Entry]) -> Comparison:
    """Raises ``InputError`` if the config of a run is missing or malformed."""
    from seqclf.config.diff import differences, of_one_kind

    configs = [config_of(entry) for entry in entries]
    splits = dict.fromkeys((*SPLITS, *(split for entry in entries for split in entry.scores)))
    scores = {split: _side_by_side(entries, split) for split in splits}
    return Comparison(
        tuple(entries),
        differences(configs),
        {split: rows for split, rows in scores.items() if rows},
        {
            split: same_texts([one for one in entries if split in one.scores], split)
            for split in splits
            if scores[split]
        },
        of_one_kind(configs),
    )


def config_of(entry: Entry) -> Config:
    """The config of a run; of a cross-validation, that of its first fold. Raises ``InputError``."""
    from seqclf.config import load_config

    runs = [Run(folder) for folder in entry.fold_folders] if entry.is_cross_validation else [entry.run]
    if not runs or not runs[0].config.is_file():
        raise InputError(f"{entry.path}: has no config.yaml, so it cannot be compared")
    config = load_config(runs[0].config)
    if not entry.is_cross_validation:
        return config
    return config.model_copy(update={"data": config.data.model_copy(update={"fold": None})})


def split_to_test(comparison: Comparison) -> str | None:
    """The split on which ``seqclf eval --against`` can test whether two classifiers differ; None if it cannot.

    They must be complete, have the same labels, and have been measured on the same texts as far as that is known. The
    split is that of the first: ``test`` if its config has one, because validation texts have chosen its weights.
    """
    entries = comparison.entries
    if len(entries) != 2 or any(
        one.task != CLASSIFICATION or one.is_cross_validation or one.state not in COMPLETE for one in entries
    ):
        return None
    if False in comparison.same_texts.values():
        return None
    try:
        first, second = (one.run.labels for one in entries)
        data = config_of(entries[0]).data
    except InputError:  # a damaged run: eval says what is wrong
        return None
    if first.multi != second.multi or set(first) != set(second):
        return None
    if data.parts()[TEST] not in (None, 0):
        return TEST
    return VALIDATION if data.validates else None


def best_places(name: str, values: Sequence[float | None]) -> set[int]:
    """The places of the best value of a score; empty if all are equal or fewer than two are known."""
    known = {place: goodness(name, value) for place, value in enumerate(values) if value is not None}
    if len(known) < 2 or len(set(known.values())) == 1:
        return set()
    return {place for place, value in known.items() if value == max(known.values())}


def _side_by_side(entries: Sequence[Entry], split: str) -> dict[str, tuple[float | None, ...]]:
    names = dict.fromkeys(name for entry in entries for name in entry.scores.get(split, {}))
    return {name: tuple(entry.scores.get(split, {}).get(name) for entry in entries) for name in names}
