"""The files of a part: a path, a pattern such as ``parts/*.csv``, or several of them."""

from __future__ import annotations

import contextlib
import glob
import os
from pathlib import Path

from seqclf.errors import InputError
from seqclf.sources.parts import names_of
from seqclf.sources.texts import where_paths_start
from seqclf.tables.formats import KINDS
from seqclf.tables.names import check_is_file, is_url, no_such_file

_NAMED = 3


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

    Those of a URL are copies in the cache, which are downloaded.

    Raises ``InputError`` for a pattern without a file; for a URL as ``seqclf.remote.fetched``.
    """
    if is_url(path):
        from seqclf.remote import fetched

        return fetched(path)
    if not glob.has_magic(path) or os.path.exists(path):  # false also for a name that no file can have
        return [Path(path)]
    found = [Path(file) for file in sorted(glob.glob(path, recursive=True))]
    files = [file for file in found if file.is_file()]
    if not files:
        folders = "; it matches folders only" if found else _what_is_there(Path(path))
        raise InputError(f"{path}: no file matches this pattern{folders}{where_paths_start(Path(path))}")
    return files


def _what_is_there(pattern: Path) -> str:
    """The part of a message that says what to type in place of a pattern that matches nothing."""
    folder = next(one for one in pattern.parents if not glob.has_magic(str(one)))
    if not folder.is_dir():
        return f"; there is no folder {folder}"
    named = "the current folder" if folder == Path() else str(folder)
    with contextlib.suppress(OSError):
        names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
        if names:
            more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
            return f"; {named} has {', '.join(names[:_NAMED])}{more}"
    return f"; {named} is empty"


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
