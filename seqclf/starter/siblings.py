"""Find files and folders of validation and test texts next to the training texts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seqclf.errors import InputError
from seqclf.sources.folder.files import SPLIT_NAMES, SPLIT_WORD, find_texts
from seqclf.sources.texts import DATA_VARIABLE
from seqclf.starter.folders import has_texts, only_folder_with_labels
from seqclf.starter.usable import is_number
from seqclf.tables.formats import KINDS
from seqclf.tables.packed import unpacked_name

_LEAST_LABELS = 2


@dataclass(frozen=True)
class Parts:
    """Paths of the training, validation and test texts; None if not found.

    Attributes:
        notes: what was found but not used, and why: sentences for the screen.
    """

    train: str
    validation: str | None = None
    test: str | None = None
    notes: tuple[str, ...] = ()


def training_part(path: str) -> str:
    """The file or label folder to train on if ``path`` is a folder of splits.

    Raises ``InputError`` if a folder contains tables and none of them is the training split.
    """
    folder = Path(path)
    if not folder.is_dir():
        return path
    tables = [entry for entry in _entries(folder) if entry.is_file()]
    within = only_folder_with_labels(folder)
    if not (tables and (_holds_runs(within) or len(set(find_texts(within).labels)) < _LEAST_LABELS)):
        if has_texts(folder):
            return path
        if within != folder:
            return str(within)
    splits = [entry for entry in _entries(folder) if _split_of(entry) == "train"]
    if splits:
        return str(splits[0])
    if len(tables) == 1:
        return str(tables[0])
    if tables:
        names = ", ".join(entry.name for entry in tables[:5]) + (", ..." if len(tables) > 5 else "")
        every = folder / f"*{tables[0].suffix}"
        raise InputError(
            f"{path}: contains {len(tables)} tables ({names}) but none named train; name one of them, or all in "
            f"a config: data.train: {every}"
        )
    return path


def other_tables(path: str, train: str) -> list[str]:
    """Names of the tables in the folder ``path`` that are no split, if ``train`` was chosen in it."""
    folder = Path(path)
    if train == path or not folder.is_dir():
        return []
    chosen = Path(train)
    return [one.name for one in _entries(folder) if one.is_file() and one != chosen and _split_of(one) is None]


def _holds_runs(folder: Path) -> bool:
    return any(folder.glob("*/manifest.json"))


def find_parts(train: str, check: Callable[[str], None]) -> Parts:
    """Find validation and test parts by names that match the name of ``train``.

    ``check`` raises ``InputError`` for a part that cannot be read like ``train``, such as a test file without labels.
    """
    found: dict[str, str] = {}
    notes = []
    for split in ("validation", "test"):
        for candidate in _candidates(Path(train), split):
            try:
                check(str(candidate))
            except InputError as error:
                reason = str(error).splitlines()[0].removeprefix(f"{candidate}: ")
                notes.append(f"{candidate.name} is not used: {reason}")
                continue
            found[split] = str(candidate)
            break
    return Parts(train, found.get("validation"), found.get("test"), tuple(notes))


def _entries(folder: Path) -> list[Path]:
    """Tables and label folders in a folder."""
    found = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    return [
        entry
        for entry in found
        if (unpacked_name(entry).suffix.lower() in KINDS if entry.is_file() else entry.is_dir() and has_texts(entry))
    ]


def _split_of(path: Path) -> str | None:
    for split, names in SPLIT_NAMES.items():
        if re.search(SPLIT_WORD.format("|".join(names)), _stem(path).lower()):
            return split
    return None


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else unpacked_name(path).stem


def _ending(path: Path) -> str:
    """The extension, also of a packed file's content."""
    return path.name.removeprefix(_stem(path)).lower()


def _candidates(train: Path, split: str) -> Iterator[Path]:
    """Parts next to ``train`` with a matching name: its split name replaced by ``split``, or ``split`` added."""
    stem = _stem(train)
    mark = re.search(SPLIT_WORD.format("|".join(SPLIT_NAMES["train"])), stem, re.IGNORECASE)
    if mark is None:
        wanted = [f"{stem}{between}{name}" for name in SPLIT_NAMES[split] for between in "_-."]
    else:
        before, after = stem[: mark.start()], stem[mark.end() :]
        wanted = [f"{before}{name}{after}" for name in SPLIT_NAMES[split]]
        wanted += [f"{before}{name}" for name in SPLIT_NAMES[split]] if after else []
    try:
        neighbours = {
            _stem(entry).lower(): entry
            for entry in sorted(train.absolute().parent.iterdir())
            if entry.is_dir() == train.is_dir() and (train.is_dir() or _ending(entry) == _ending(train))
        }
    except OSError:
        return
    for name in dict.fromkeys(wanted):
        if (entry := neighbours.get(name.lower())) is not None and entry.name != train.name:
            yield train.parent / entry.name


def given_part(option: str, given: str, check: Callable[[str], None]) -> str | float:
    """A part that the user named, or a fraction. Raises ``InputError`` with the option if it cannot be used."""
    if is_number(given):
        if not 0 <= float(given) < 1:
            raise InputError(
                f"{option} {given}: expected a fraction from 0 to below 1, or the path of a file or folder"
            )
        return float(given)
    try:
        check(given)
    except InputError as error:
        raise InputError(f"{option}: {error}") from error
    return from_anywhere(given)


def from_anywhere(path: str) -> str:
    """The path, made absolute if an environment variable sets another base for relative paths."""
    return str(Path(path).absolute()) if os.environ.get(DATA_VARIABLE) else path
