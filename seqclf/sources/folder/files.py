"""Find the texts of a folder with one folder per label, and count what is left out."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from seqclf.errors import InputError
from seqclf.sources.folder.left_out import LeftOut, is_binary
from seqclf.sources.texts import where_paths_start
from seqclf.tables.packed import PACKINGS

EXTENSIONS = (".txt", ".text", "")
"""Extensions that are read by default; "": names without an extension."""

SPLIT_NAMES = {
    "train": ("train", "training"),
    "validation": ("valid", "validation", "val", "dev", "devel", "development"),
    "test": ("test", "testing", "eval"),
}
"""Words in the names of files and folders that contain one split."""

SPLIT_WORD = r"(?:^|(?<=[-_. ]))({})(?=$|[-_. \d])"
"""One of several words, between the start, the end or a separator of a name."""

_SPLIT = re.compile(SPLIT_WORD.format("|".join(word for words in SPLIT_NAMES.values() for word in words)))
_EXTENSION = re.compile(r"[^.]\.([a-z][a-z0-9]{0,7})\Z")  # not a number or a hash, as in 0001.7c53336b37003a9286aba55d
_ABOUT_THE_DATA = re.compile(r"readme|licen[cs]e|copying|notice|authors|changelog", re.IGNORECASE)
_BACKUP = re.compile(r".*~|~\$.*|#.*#", re.DOTALL)
_OF_SYSTEMS = frozenset(("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"))


@dataclass(frozen=True)
class Selection:
    """Which files of a part are texts.

    Attributes:
        labels: the only label folders to read; empty: all.
        exclude: folders that are not labels.
        extensions: as in ``EXTENSIONS``.
        packed: whether packed files with one of the extensions, such as ``book.txt.gz``, are read.
    """

    labels: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extensions: tuple[str, ...] = EXTENSIONS
    packed: bool = False

    def takes(self, name: str) -> bool:
        """Whether the file has one of the extensions."""
        found = extension_of(name)
        inner = name.lower()
        if self.packed and found in PACKINGS:
            inner = inner.removesuffix(found)
        return any(inner.endswith(one.lower()) if one else not found for one in self.extensions)


DEFAULT = Selection()


@dataclass
class Found:
    """The texts of a folder.

    Attributes:
        files: in the order of their paths.
        labels: of each file.
        folders: names of all folders that could be labels, also of those that the selection leaves out.
        splits: folders with label folders of their own, which are not labels.
    """

    files: list[Path] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)


def extension_of(name: str) -> str:
    """The extension in lower case, with its dot; empty without one."""
    found = _EXTENSION.search(name.lower())
    return f".{found[1]}" if found else ""


def _hidden(name: str) -> Literal["hidden", "system"] | None:
    """Why a file or folder is not for its user's eyes; None if it is."""
    return "system" if name.lower() in _OF_SYSTEMS else "hidden" if name.startswith(".") else None


def is_split_name(name: str) -> bool:
    return _SPLIT.search(name.lower()) is not None


def find_texts(root: Path, selection: Selection = DEFAULT, *, binary: bool = True) -> Found:
    """The texts in the label folders of ``root``, at any depth; symbolic links are followed once.

    Args:
        binary: whether files without an extension that contain NUL bytes are left out; not for texts in UTF-16.

    Raises:
        InputError: the folder, or one in it, is missing or cannot be read.
    """
    if not root.is_dir():
        what = "expected a folder, found a file" if root.exists() else "no such folder"
        raise InputError(f"{root}: {what}{where_paths_start(root)}")
    found = Found()
    folders = []
    for entry in _entries(root):
        if (why := _hidden(entry.name)) is not None:
            found.left_out.add(why, entry.name)
        elif _is_folder(entry):
            found.folders.append(entry.name)
            if entry.name in selection.labels or not (selection.labels or entry.name in selection.exclude):
                folders.append(entry)
        else:
            found.left_out.add("without label", entry.name)
    known = {_identity(root), *map(_identity, folders)}
    texts = {entry.name: _texts_in(entry, known, selection, found.left_out) for entry in folders}
    if binary:
        texts = {label: list(_without_binary(files, found.left_out)) for label, files in texts.items()}
    _leave_out_splits(root, texts, selection, found)
    _leave_out_empty(texts, found)
    pairs = sorted((file, label) for label, files in texts.items() for file in files)
    found.files, found.labels = [file for file, _ in pairs], [label for _, label in pairs]
    # Earlier versions read them, and a run on them must find the same texts.
    found.left_out.doubtful = [
        str(file.relative_to(root)) for file in found.files if _ABOUT_THE_DATA.fullmatch(file.stem)
    ]
    return found


def texts_in(root: Path, selection: Selection, left_out: LeftOut, *, binary: bool = True) -> list[Path]:
    """The texts of a folder without labels, at any depth, in the order of their paths.

    Args:
        left_out: notes what is not read.
        binary: as for ``find_texts``.

    Raises:
        InputError: the folder, or one in it, cannot be read.
    """
    texts = sorted(_texts_in(root, {_identity(root)}, selection, left_out))
    return list(_without_binary(texts, left_out)) if binary else texts


def _texts_in(
    folder: Path | os.DirEntry[str], known: set[tuple[int, int]], selection: Selection, left_out: LeftOut
) -> list[Path]:
    """The texts of a label folder. No folder is read twice, so links that form a circle end.

    Args:
        known: identities of the folders that must not be read as a part of this one.
    """
    seen = set(known)
    folders, links = [Path(folder)], list[Path]()
    texts: list[Path] = []
    while folders or links:
        if not folders:  # links come last, so that a folder is read under its own name
            link = links.pop(0)
            if (identity := _identity(link)) in seen:
                left_out.add("linked", link.name)
                continue
            seen.add(identity)
            folders.append(link)
        for entry in _entries(folders.pop()):
            if (why := _hidden(entry.name)) is not None:
                left_out.add(why, entry.name)
            elif not _is_folder(entry):
                _sort_file(entry, selection, texts, left_out)
            elif entry.is_symlink():
                links.append(Path(entry))
            else:
                seen.add(_identity(entry))
                folders.append(Path(entry))
    return texts


def _sort_file(entry: os.DirEntry[str], selection: Selection, texts: list[Path], left_out: LeftOut) -> None:
    """Add the file to the texts, or note why it is left out."""
    if not _is_file(entry):
        left_out.add("broken" if entry.is_symlink() and not os.path.exists(entry) else "special", entry.name)
    elif _BACKUP.fullmatch(entry.name):
        left_out.add("backup", entry.name)
    elif _ABOUT_THE_DATA.fullmatch(entry.name):
        left_out.add("about", entry.name)
    elif selection.takes(entry.name):
        texts.append(Path(entry))
    else:
        left_out.add_file(Path(entry), extension_of(entry.name))


def _leave_out_splits(root: Path, texts: dict[str, list[Path]], selection: Selection, found: Found) -> None:
    """Remove folders that contain label folders of their own, such as ``train`` and ``test``, from the labels."""
    inside = {label: _names_inside(root / label, files) for label, files in texts.items()}
    flat = {label for label, files in texts.items() if any(file.parent == root / label for file in files)}
    for label, names in inside.items():
        is_alone = len(texts) == 1 and label not in flat and names != set()
        several = len(names) > 1  # a classifier has at least two labels
        is_split = several and (is_split_name(label) or (label not in flat and names <= flat))
        if label not in selection.labels and (is_alone or is_split):
            found.splits.append(label)
    for label in found.splits:
        del texts[label]
        found.left_out.add("split", label)


def _names_inside(folder: Path, files: Iterable[Path]) -> set[str]:
    """Folders directly in a label folder that contain texts."""
    depth = len(folder.parts)
    return {file.parts[depth] for file in files if len(file.parts) > depth + 1}


def _leave_out_empty(texts: dict[str, list[Path]], found: Found) -> None:
    for label in [label for label, files in texts.items() if not files]:
        del texts[label]
        found.left_out.add("empty", label)


def _without_binary(files: Iterable[Path], left_out: LeftOut) -> Iterator[Path]:
    for file in files:
        if extension_of(file.name) == "" and is_binary(file):
            left_out.add("binary", file.name)
        else:
            yield file


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror})") from error


def _identity(path: Path | os.DirEntry[str]) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError as error:
        raise InputError(f"{os.fspath(path)}: cannot be read ({error.strerror})") from error
    return status.st_dev, status.st_ino


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether the entry is a file, or a link that cannot be followed: reading it reports what is wrong with it."""
    try:
        return entry.is_file()
    except OSError as error:
        return error.errno != errno.ELOOP  # a link that leads to itself
