"""What of a folder of texts a config reads: which folders are labels, and which files are texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.sources.folder.files import EXTENSIONS, Found, Selection, find_texts, is_split_name

_UNLABELLED = frozenset(
    "unsup unsupervised unlabeled unlabelled unlabeled_data unlabelled_data no_label nolabel without_label".split()
)


@dataclass(frozen=True)
class Folder:
    """A choice of the texts in a folder of label folders.

    Attributes:
        notes: the choice, its reasons and what else the folder contains: sentences for the screen.
    """

    selection: Selection
    files: tuple[Path, ...]
    notes: tuple[str, ...]

    @property
    def options(self) -> dict[str, Any]:
        """The options of ``data`` that differ from the defaults."""
        chosen = {"exclude": list(self.selection.exclude), "extensions": list(self.selection.extensions)}
        defaults = {"exclude": [], "extensions": list(EXTENSIONS)}
        return {name: value for name, value in chosen.items() if value != defaults[name]}


def folder_at(path: str) -> Folder:
    """Choose the texts of a folder. Raises ``InputError`` if it cannot be read."""
    root = Path(path)
    found = find_texts(root)
    extensions = (*EXTENSIONS, *_further_extensions(root, found))
    if extensions != EXTENSIONS and not found.files:
        extensions = extensions[len(EXTENSIONS) :]
    exclude = tuple(name for name in found.folders if name.lower().replace("-", "_") in _UNLABELLED)
    selection = Selection(exclude=exclude, extensions=extensions)
    found = find_texts(root, selection)
    return Folder(selection, tuple(found.files), tuple(_notes(selection, found)))


def has_texts(folder: Path) -> bool:
    """Whether a folder contains label folders with texts."""
    found = find_texts(folder)
    return bool(found.files or _further_extensions(folder, found))


def only_folder_with_labels(folder: Path) -> Path:
    """The folder of label folders that a folder consists of, such as ``data`` in an unpacked archive; else itself."""
    found = find_texts(folder)
    if found.files or len(found.splits) != 1 or is_split_name(found.splits[0]):
        return folder
    return only_folder_with_labels(folder / found.splits[0])


def missing_labels(train: str, part: str, selection: Selection) -> list[str]:
    """Labels of the folder ``train`` that the folder ``part`` lacks; their texts may be unlabelled."""
    labels = [set(find_texts(Path(folder), selection).labels) for folder in (train, part)]
    return sorted(labels[0] - labels[1])


def _further_extensions(root: Path, found: Found) -> list[str]:
    """Extensions of what looks like texts in folders without other texts."""
    if found.splits and not found.files:
        return []
    further = []
    for label in found.left_out.named("empty"):
        for extension in found.left_out.readable_extensions():
            inside = root / label
            if any(inside in path.parents for path in found.left_out.by_extension[extension]):
                further.append(extension)
                break
    return list(dict.fromkeys(further))


def _notes(selection: Selection, found: Found) -> Iterator[str]:
    if selection.exclude:
        names = ", ".join(selection.exclude)
        yield f"unlabelled texts in {names}: left out (data.exclude)"
    if selection.extensions != EXTENSIONS:
        named = ", ".join(one or "without extension" for one in selection.extensions)
        yield f"texts are files named {named} (data.extensions)"
    if (left_out := found.left_out.sentence(selection.extensions)) is not None:
        yield left_out
