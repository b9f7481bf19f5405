"""The files of a part of plain text: paths, folders and patterns, each with the slice that is read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqclf.errors import InputError
from seqclf.sources.folder.files import Selection, texts_in
from seqclf.sources.folder.left_out import LeftOut
from seqclf.sources.parts import names_of
from seqclf.sources.plain_text.slices import Slice, path_and_slice
from seqclf.sources.table.files import matching
from seqclf.sources.texts import where_paths_start
from seqclf.tables.names import check_is_file, no_such_file


@dataclass(frozen=True)
class TextFile:
    """A file of a part.

    Attributes:
        read: the part of its text that is read.
        name: the path, folder or pattern that names it, with its slice, as the user wrote it.
    """

    path: Path
    read: Slice
    name: str


@dataclass
class Found:
    """The files of a part, in the order in which they are read, and what is left out of its folders."""

    files: list[TextFile] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)


def files_of(part: str, selection: Selection, *, binary: bool = True) -> Found:
    """The files of a part: names in the given order, files of a folder or pattern by name.

    Args:
        selection: which files of folders are read.
        binary: as for ``texts_in``.

    Raises:
        InputError: a file is missing or is read twice, or a folder contains no texts.
    """
    found = Found()
    for name in names_of(part):
        path, read = path_and_slice(name)
        if os.path.isdir(path):
            paths = _files_in(Path(path), selection, found.left_out, binary=binary)
        else:
            paths = [_existing(one) for one in matching(path)]
        found.files += (TextFile(one, read, name) for one in paths)
    _check_once(found.files)
    return found


def shared(files: Sequence[TextFile], others: Sequence[TextFile]) -> tuple[TextFile, TextFile] | None:
    """The first file with text that one of the others has, too, and that one."""
    by_path: dict[Path, list[TextFile]] = {}
    for other in others:
        by_path.setdefault(other.path.absolute(), []).append(other)
    pairs = ((file, other) for file in files for other in by_path.get(file.path.absolute(), ()))
    return next(((file, other) for file, other in pairs if file.read.overlaps(other.read)), None)


def _files_in(folder: Path, selection: Selection, left_out: LeftOut, *, binary: bool) -> list[Path]:
    files = texts_in(folder, selection, left_out, binary=binary)
    if not files:
        counts, readable = left_out.counts(), left_out.readable_extensions()
        what = f" (left out: {counts})" if counts else ""
        cure = f"to read its {readable[0]} files, set data.extensions: [{readable[0]}]" if readable else ""
        expected = cure or f"expected files such as {folder / 'book.txt'}"
        raise InputError(f"{folder}: contains no texts{what}; {expected}")
    return files


def _existing(path: Path) -> Path:
    if not os.path.exists(path):
        raise no_such_file(path, where_paths_start(path))
    check_is_file(path)
    return path


def _check_once(files: Sequence[TextFile]) -> None:
    """Raise ``InputError`` if a text is read twice."""
    by_path: dict[Path, list[TextFile]] = {}
    for file in files:
        same = by_path.setdefault(file.path.absolute(), [])
        if (before := next((one for one in same if one.read.overlaps(file.read)), None)) is not None:
            twice = f"is read twice, by {before.name} and {file.name}"
            raise InputError(f"{file.path}: {twice}; its text would count twice")
        same.append(file)
