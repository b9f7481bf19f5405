"""Deleting runs, and what killed trainings left behind."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqclf.errors import InputError, SeqclfError
from seqclf.files import abandoned, delete, is_recent
from seqclf.run_catalogue.catalogue import exact_entry
from seqclf.run_catalogue.entry import FOLDS, Entry, size_of
from seqclf.run_catalogue.state import DAMAGED, KILLED, is_run
from seqclf.runs import FAILED, INTERRUPTED, RUNNING, Run


def check_not_running(entry: Entry) -> None:
    """Raise ``InputError`` for a run that is being trained, and for a fold of a cross-validation that is."""
    if entry.state == RUNNING:
        if not entry.is_cross_validation:
            with entry.run.locked():  # raises an error that names the process training it
                pass
        raise InputError(f"{entry.path}: is being trained; stop its training first")
    if entry.fold_of is not None and (group := _group(entry)) is not None and group.state == RUNNING:
        raise InputError(f"{entry.path}: is a fold of {entry.fold_of}, which is running; stop its training first")


def remove(entry: Entry) -> None:
    """Delete a run, or a cross-validation with its folds.

    Raises ``InputError`` if it is being trained: then nothing is deleted. Raises ``SeqclfError`` if files cannot be
    deleted.
    """
    check_not_running(entry)
    folders = entry.fold_folders if entry.is_cross_validation else [entry.path]
    for folder in folders:
        _remove_run(folder)
    if entry.is_cross_validation:  # last, so that a kill leaves something to name
        if entry.folds_page.is_file():
            _delete(entry.folds_page)
        _delete(entry.path)


def _remove_run(folder: Path) -> None:
    """A link to a run is deleted, not the run. Raises as ``remove``."""
    if folder.is_symlink():
        _delete(folder)
        return
    with Run(folder).locked():
        _delete(folder)


def _delete(path: Path) -> None:
    try:
        delete(path)
    except OSError as error:
        what = error.filename or path
        raise SeqclfError(f"{what}: cannot be deleted ({error.strerror or error})") from error


@dataclass(frozen=True)
class Waste:
    """Something that nobody can use: what it is, and its size in bytes."""

    path: Path
    why: str
    size: int


def waste_in(runs: Path, entries: Sequence[Entry]) -> list[Waste]:
    """What ``remove_waste`` would delete in a folder of runs.

    Runs whose training ended without a checkpoint and without a model, unless somebody noted something about them;
    files that killed processes were writing; names that killed processes reserved. Nothing of a run that is being
    trained, and no run whose manifest is damaged.
    """
    found = [*_scratch(runs), *_reserved(runs)]
    for entry in entries:
        if entry.is_cross_validation or entry.path.is_symlink():
            continue
        if why := _worthless(entry):
            found.append(Waste(entry.path, why, entry.size))
        elif entry.state not in (RUNNING, DAMAGED):
            found += [one for folder in (entry.path, entry.run.checkpoints) for one in _scratch(folder)]
    found += [
        Waste(entry.path, "cross-validation without a fold", entry.size)
        for entry in entries
        if entry.is_cross_validation and not entry.path.is_symlink() and _is_empty_group(entry)
    ]
    return sorted(found, key=lambda one: str(one.path))


def remove_waste(waste: Waste) -> bool:
    """Delete it; false if it is in use by now. Raises ``SeqclfError`` if it cannot be deleted."""
    if not is_run(waste.path) or not waste.path.is_dir():
        _delete(waste.path)
        return True
    try:
        entry = exact_entry(waste.path.parent, waste.path.name)
        if _worthless(entry):
            remove(entry)
            return True
    except InputError:  # its training was resumed
        pass
    return False


def _worthless(entry: Entry) -> str | None:
    """Why a run is of no use; None if it may be."""
    run = entry.run
    if entry.is_cross_validation or entry.state not in (FAILED, KILLED, INTERRUPTED) or entry.note is not None:
        return None
    if run.has_checkpoint or any(path.exists() for path in (run.model, run.onnx, run.saved_model)):
        return None
    return f"{entry.state} before its first checkpoint"


def _scratch(folder: Path) -> list[Waste]:
    return [Waste(path, "left by a process that was killed", size_of(path)) for path in abandoned(folder)]


def _reserved(runs: Path) -> list[Waste]:
    """Empty folders, which a killed process made for a run. The last hour's may still be filled."""
    folders = [path for path in runs.iterdir() if path.is_dir() and not path.is_symlink()] if runs.is_dir() else []
    return [
        Waste(path, "empty folder", 0)
        for path in folders
        if not path.name.startswith(".") and not any(os.scandir(path)) and not is_recent(path)
    ]


def _is_empty_group(entry: Entry) -> bool:
    return entry.state == KILLED and not entry.folds and not entry.manifest.get("runs")


def _group(entry: Entry) -> Entry | None:
    try:
        return exact_entry(entry.path.parent, str(entry.path.with_name(f"{entry.fold_of}{FOLDS}")))
    except InputError:
        return None
