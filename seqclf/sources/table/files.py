"""The files of a part: a path, a pattern such as ``parts/*.csv``, or several of them."""

from __future__ import annotations

import glob
import os
from pathlib import Path

from seqclf.errors import InputError
from seqclf.sources.parts import names_of
from seqclf.sources.texts import where_paths_start
from seqclf.tables.formats import KINDS
from seqclf.tables.names import check_is_file, no_such_file


def files_of(part: str) -> list[Path]:
    """The files of a part: in the given order, those of a pattern by name. The files need not exist.

    Raises ``InputError`` for a pattern without a file, and for a file that occurs twice.
    """
    files: dict[Path, str] = {}
    for path in names_of(part):
        for file in matching(path):
            if file in files:
                raise InputError(f"{file}: is named twice, by {files[file]} and {path}; its texts would count twice")
            files[file] = path
    return list(files)


def matching(path: str) -> list[Path]:
    """The files of a path or pattern, those of a pattern by name. A file that is named by its path need not exist.

    Raises ``InputError`` for a pattern without a file.
    """
    if not glob.has_magic(path) or os.path.exists(path):  # false also for a name that no file can have
        return [Path(path)]
    found = [Path(file) for file in sorted(glob.glob(path, recursive=True))]
    files = [file for file in found if file.is_file()]
    if not files:
        folders = "; it matches folders only" if found else ""
        raise InputError(f"{path}: no file matches this pattern{folders}{where_paths_start(Path(path))}")
    return files


def existing(file: Path) -> Path:
    """The file. Raises ``InputError`` if there is none, or something else."""
    if os.path.isdir(file):
        endings = sorted({entry.suffix for entry in file.iterdir() if entry.suffix in KINDS and entry.is_file()})
        tables = f", to read its tables, name {file / f'*{endings[0]}'}" if endings else ""
        raise InputError(f"{file}: is a folder; to read a folder of texts, set data.source: folder{tables}")
    if not os.path.exists(file):
        raise no_such_file(file, where_paths_start(file))
    check_is_file(file)
    return file
