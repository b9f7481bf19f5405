"""All runs and cross-validations of a folder, and one of them by its name."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from seqclf.errors import InputError
from seqclf.run_catalogue.entry import FOLDS, Entry, read_folds, read_run, summary_of
from seqclf.run_catalogue.state import is_run
from seqclf.run_choice import LATEST, find_origin, find_run, no_such_run, numbered_names
from seqclf.runs import RUNNING

_FOLD = re.compile(r"(?P<of>.+)-fold(?P<number>\d+)", re.DOTALL)


def entries(runs: Path) -> list[Entry]:
    """Every run and cross-validation in a folder, in no order; none if the folder does not exist.

    Runs with malformed files are in the list as well. Raises ``InputError`` if the folder cannot be read.
    """
    folders, summaries = _names_in(runs)
    of_runs = {name: read_run(runs / name) for name in folders if is_run(runs / name)}
    groups = [_with_folds(runs / f"{name}{FOLDS}", of_runs) for name in summaries]
    of_folds = {fold: group.name for group in groups for fold in group.folds if fold in of_runs}
    members = {name: replace(of_runs[name], fold_of=group) for name, group in of_folds.items()}
    return [*(of_runs | members).values(), *groups]


def exact_entry(runs: Path, name: str) -> Entry:
    """The run or cross-validation with exactly this name, or the run at this path. Raises ``InputError``."""
    if name == LATEST and not is_run(runs / name):
        raise InputError(f"{LATEST}: is a different run every time; name the run itself")
    for folder in (runs / name, Path(name)):
        if is_run(folder):
            return _run_at(Path(os.path.abspath(folder)))
    for summary in (summary_of(runs, name), Path(name)):
        if summary.name.endswith(FOLDS) and summary.is_file():
            return _group_at(Path(os.path.abspath(summary)))
    if numbered := numbered_names(runs, name):
        raise InputError(f"{name}: is a name without its number; deleting and renaming need the full one: {numbered}")
    raise no_such_run(runs, name)


def find_entry(runs: Path, name: str | None) -> Entry:
    """The run or cross-validation of this name or path, whatever its state.

    For a name without its number, the newest run of that name; for None and ``latest``, the newest finished run, else
    the newest interrupted one, else the one started last. Raises ``InputError``.
    """
    if name not in (None, LATEST) or is_run(runs / LATEST):
        try:
            return exact_entry(runs, LATEST if name is None else name)
        except InputError as missing:
            try:
                return _run_at(find_origin(runs, str(name)).folder)
            except InputError:
                raise missing from None
    try:
        return _run_at(find_run(runs, None).folder)
    except InputError:
        if (started := last_started(entries(runs))) is None:
            raise
        return started


def last_started(among: list[Entry], state: str | None = None) -> Entry | None:
    """The run that was started last, of those in a state; None if there is none."""
    found = [one for one in among if not one.is_cross_validation and state in (None, one.state)]
    return max(found, key=lambda one: one.started or "", default=None)


def running(runs: Path) -> Entry | None:
    """The run that is being trained; of several, the one started last; None if there is none."""
    return last_started(entries(runs), RUNNING)


def _run_at(folder: Path) -> Entry:
    """The run, and what it is a fold of."""
    entry, match = read_run(folder), _FOLD.fullmatch(folder.name)
    if match is not None and summary_of(folder.parent, match["of"]).is_file():
        return replace(entry, fold_of=match["of"])
    return entry


def _group_at(summary: Path) -> Entry:
    folders, _ = _names_in(summary.parent)
    name = summary.name.removesuffix(FOLDS)
    near = {folder: summary.parent / folder for folder in folders if folder.startswith(f"{name}-fold")}
    return _with_folds(summary, {folder: read_run(path) for folder, path in near.items() if is_run(path)})


def _with_folds(summary: Path, of_runs: dict[str, Entry]) -> Entry:
    name = summary.name.removesuffix(FOLDS)
    matches = {run: _FOLD.fullmatch(run) for run in of_runs if run.startswith(f"{name}-fold")}
    numbers = {run: int(match["number"]) for run, match in matches.items() if match and match["of"] == name}
    return read_folds(summary, [of_runs[run] for run in sorted(numbers, key=lambda run: numbers[run])])


def _names_in(runs: Path) -> tuple[list[str], list[str]]:
    """Names of the folders, and of the cross-validations that have a summary. Raises ``InputError``."""
    folders, summaries = [], []
    try:
        with os.scandir(runs) as found:
            for one in found:
                if one.name.startswith("."):  # files that are being written
                    continue
                if os.path.isdir(one.path):  # unlike ``one.is_dir``, false for links in a circle
                    folders.append(one.name)
                elif one.name.endswith(FOLDS) and one.name != FOLDS and os.path.isfile(one.path):
                    summaries.append(one.name.removesuffix(FOLDS))
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise InputError(f"{runs}: cannot be read ({error.strerror}); choose another folder with --runs") from error
    return folders, summaries
