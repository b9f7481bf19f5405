"""Which files a prediction of many files reads, and the names that their predictions have."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqclf.errors import InputError
from seqclf.tables.formats import KINDS, OUTPUT_KINDS
from seqclf.tables.names import no_such_file
from seqclf.tables.packed import unpacked_name

_HIDDEN = (".", "_")
"""How names begin that are no data, such as ``_SUCCESS`` of Spark."""


@dataclass(frozen=True)
class Listed:
    """A file to predict.

    Attributes:
        path: as a message names it.
        below: its place below the folder that was named, or below the part of a pattern that has no wildcards.
    """

    path: str
    below: str


def is_pattern(given: str) -> bool:
    """Whether it stands for the files that it matches."""
    return glob.has_magic(given) and not Path(given).exists()


def listed_files(inputs: Sequence[str], output: Path) -> list[Listed]:
    """The files of several names, patterns (``**`` matches any number of folders) and folders, each once.

    What is in the folder ``output``, which an earlier call may have written, is left out of patterns.

    Raises:
        InputError: a name or a pattern without a file; a folder that has none, or files that are no tables.
    """
    found: dict[str, Listed] = {}
    for given in inputs:
        files = _matching(given, output) if is_pattern(given) else _named(given)
        for file in files:
            found.setdefault(os.path.realpath(file.path), file)
    return list(found.values())


def name_of_predictions(below: str, kind: str | None) -> str:
    """The name of the file with the predictions of ``Listed.below``.

    It is the same if that is a format to write. ``kind``: the format to write; None: that of the input, else csv.
    """
    path = Path(below)
    inner = unpacked_name(path)
    packing = path.name[len(inner.name) :]
    read = KINDS.get(inner.suffix.lower())
    if OUTPUT_KINDS.get(inner.suffix.lower()) == (kind or read) is not None and packing != ".zip":
        return below
    ending = kind or ("jsonl" if read == "jsonl" else read if read in OUTPUT_KINDS.values() else "csv")
    return str(path.with_name(f"{inner.stem if read or inner.suffix == '.txt' else inner.name}.{ending}"))


def _matching(pattern: str, output: Path) -> Iterator[Listed]:
    fixed = _fixed_part(pattern)
    own = os.path.realpath(output)
    paths = [path for path in sorted(glob.glob(pattern, recursive=True)) if Path(path).is_file()]
    files = [path for path in paths if os.path.commonpath([own, os.path.realpath(path)]) != own]
    if not files:
        raise InputError(f"{pattern}: no file matches this pattern{' outside of --output' if paths else ''}")
    for path in files:
        yield Listed(path, os.path.relpath(path, fixed))


def _fixed_part(pattern: str) -> str:
    """The folder before the first wildcard, so that names do not depend on how many files there are."""
    parts = Path(pattern).parts
    first = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    return str(Path(*parts[:first]))


def _named(given: str) -> Iterator[Listed]:
    path = Path(given)
    if not path.exists():
        raise no_such_file(given)
    if not path.is_dir():
        yield Listed(given, path.name)
        return
    files = [one for one in sorted(path.iterdir()) if one.is_file() and not one.name.startswith(_HIDDEN)]
    if not files:
        raise InputError(f"{given}: the folder has no file; for its subfolders, type '{given}/**/*.csv'")
    for file in files:
        if unpacked_name(file).suffix.lower() not in KINDS:
            raise InputError(f"{file}: is no table; give a pattern in place of the folder, such as '{given}/*.csv'")
        yield Listed(str(file), file.name)
