"""Other names for runs and cross-validations."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import write_json
from seqclf.run_catalogue.entry import Entry, summary_of
from seqclf.run_catalogue.removal import check_not_running
from seqclf.run_choice import LATEST
from seqclf.runs import Run

_LONGEST = 200  # bytes; file systems allow 255, and temporary names are longer


def check_name(name: str) -> None:
    """Raise ``InputError`` if this cannot be the name of a run."""
    shown = repr(name)
    if not name.strip() or name != name.strip():
        raise InputError(f"{shown}: expected a name without blanks at its ends")
    if "/" in name or not name.isprintable():
        raise InputError(f"{shown}: expected the name of a run in the same folder, without slashes or line ends")
    if name[0] in ".-":
        raise InputError(f"{shown}: a name cannot start with a dot or a dash")
    if name == LATEST:
        raise InputError(f"{shown}: stands for the newest run; choose another name")
    if len(name.encode("utf-8", "surrogateescape")) > _LONGEST:
        raise InputError(f"{shown[:40]}...: is too long; choose at most {_LONGEST} bytes")


def rename(entry: Entry, name: str) -> list[str]:
    """Rename a run, or a cross-validation with its folds, and return the lines ``OLD to NEW`` of all that were renamed.

    The summary of a cross-validation names its folds; it is rewritten. Nothing is overwritten. A cross-validation whose
    renaming was killed can be renamed again, to the same name.

    Raises ``InputError`` if the name cannot be used, or the run is being trained.
    """
    check_name(name)
    check_not_running(entry)
    if name == entry.name:
        raise InputError(f"{name}: is its name already")
    if entry.is_cross_validation:
        return _rename_group(entry, name)
    _check_free(entry.path.with_name(name))
    _check_free(summary_of(entry.path.parent, name))
    _rename_run(entry.path, entry.path.with_name(name))
    if entry.fold_of is not None:
        _rename_in_summary(summary_of(entry.path.parent, entry.fold_of), {entry.name: name})
    return [f"{entry.name} to {name}"]


def _rename_group(entry: Entry, name: str) -> list[str]:
    folder = entry.path.parent
    names = {
        old.name: name + old.name.removeprefix(entry.name)
        for old in entry.fold_folders
        if old.name.startswith(f"{entry.name}-fold")
    }
    target = summary_of(folder, name)
    for new in (target, folder / name, *(folder / one for one in names.values())):
        _check_free(new)
    with ExitStack() as locks:
        for one in names:
            locks.enter_context(Run(folder / one).locked())
        for one, new_name in names.items():
            _move(folder / one, folder / new_name)
        all_names = {one: name + one.removeprefix(entry.name) for one in entry.folds if one.startswith(entry.name)}
        _rename_in_summary(entry.path, all_names, {"name": name})
        page = target.with_suffix(".html")
        if entry.folds_page.is_file() and not page.exists():
            _move(entry.folds_page, page)
        _move(entry.path, target)
    return [f"{entry.name} to {name}", *(f"{one} to {new_name}" for one, new_name in names.items())]


def _rename_in_summary(summary: Path, names: dict[str, str], changes: dict[str, Any] | None = None) -> None:
    """Give the folds in a summary their new names. A damaged summary stays as it is."""
    try:
        content = json.loads(summary.read_text(encoding="utf-8"))
        rows = content["runs"]
        content |= {"runs": [row | {"run": names.get(row["run"], row["run"])} for row in rows], **(changes or {})}
        write_json(summary, content)
    except (ValueError, TypeError, LookupError):
        return
    except OSError as error:
        raise InputError(f"{summary}: cannot be written ({error.strerror}); it still has the old name") from error


def _rename_run(old: Path, new: Path) -> None:
    with Run(old).locked():
        _move(old, new)


def _check_free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise InputError(f"{path}: already exists; choose another name")


def _move(old: Path, new: Path) -> None:
    try:
        old.rename(new)
    except OSError as error:
        raise InputError(f"{old}: cannot be renamed ({error.strerror})") from error
