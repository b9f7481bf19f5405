"""What a reader of folders leaves out: counts with reasons, as one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from seqclf.labels import on_one_line

_NAMED = 3
_SHOWN = 6
_SNIFFED = 8_192  # bytes
_TABLES = frozenset(".csv .tsv .jsonl .ndjson .parquet .tfrecord .xlsx .xls .ods".split())
_BINARY = frozenset(
    ".pdf .doc .docx .odt .rtf .ppt .pptx .jpg .jpeg .png .gif .bmp .tif .tiff .webp .svg .ico .mp3 .wav .mp4 .avi "
    ".mov .zip .gz .bz2 .xz .zst .tar .tgz .rar .npy .npz .pkl .pickle .pyc .so .dll .exe .bin .dat .db .sqlite "
    ".h5".split()
)

FileReason = Literal["without label", "hidden", "system", "backup", "about", "binary", "broken", "special"]
FolderReason = Literal["split", "empty", "linked"]

_FILES: dict[FileReason, str] = {
    "without label": "in no label folder",
    "hidden": "hidden",
    "system": "of an operating system",
    "backup": "backup",
    "about": "about the data",
    "binary": "binary",
    "broken": "linked to nothing",
    "special": "neither file nor folder",
}
_FOLDERS: dict[FolderReason, str] = {
    "split": "with label folders inside, like a split",
    "empty": "without texts",
    "linked": "already read under another name",
}


class LeftOut:
    """Counts files and folders by the reason that they are left out.

    Attributes:
        doubtful: files that are read, although their names are those of files about the data.
    """

    def __init__(self) -> None:
        self.doubtful: list[str] = []
        self._by_reason: dict[FileReason | FolderReason, list[str]] = {}
        self._by_extension: dict[str, list[Path]] = {}

    def add(self, reason: FileReason | FolderReason, name: str) -> None:
        self._by_reason.setdefault(reason, []).append(name)

    def add_file(self, path: Path, extension: str) -> None:
        """Note a file in a label folder whose extension is not read."""
        self._by_extension.setdefault(extension, []).append(path)

    def named(self, reason: FileReason | FolderReason) -> Sequence[str]:
        """Names of the files or folders that are left out for this reason."""
        return self._by_reason.get(reason, ())

    @property
    def by_extension(self) -> dict[str, list[Path]]:
        """Files in label folders whose extension is not read, the most frequent extension first."""
        return dict(sorted(self._by_extension.items(), key=lambda item: (-len(item[1]), item[0])))

    def readable_extensions(self) -> list[str]:
        """Extensions of files that look like texts, neither tables nor binary; the most frequent first."""
        return [name for name, files in self.by_extension.items() if not _kind(name, files[0])]

    def counts(self) -> str | None:
        """What is left out, and why; None if nothing is."""
        return "; ".join([*self._files(), *self._folders()]) or None

    def sentence(self, extensions: Sequence[str]) -> str | None:
        """``counts``, the option that reads more, and doubtful files. ``extensions``: those that are read."""
        doubt = f"read as a text, but named like a file about the data: {_some(self.doubtful)}; if it is, remove it"
        return "; ".join([*self._counts_and_cure(extensions), *([doubt] if self.doubtful else [])]) or None

    def _counts_and_cure(self, extensions: Sequence[str]) -> list[str]:
        counts, readable = self.counts(), self.readable_extensions()
        if counts is None:
            return []
        wanted = ", ".join(one or '""' for one in (*extensions, *readable[:1]))
        cure = (
            f"; data.extensions: [{wanted}] reads {readable[0] or 'those without extension'}, too" if readable else ""
        )
        return [f"left out: {counts}{cure}"]

    @property
    def files(self) -> int:
        """Number of files that are left out, without those in folders that are not read."""
        return sum(count for count, _ in self._groups())

    def _groups(self) -> list[tuple[int, str]]:
        """Counts of files, each with the reason."""
        groups = [
            (len(files), f"{name or 'without extension'}{_kind(name, files[0])}")
            for name, files in self.by_extension.items()
        ]
        for reason, what in _FILES.items():
            if names := self._by_reason.get(reason):
                groups.append((len(names), f"{what} ({_some(names)})"))
        return groups

    def _files(self) -> list[str]:
        groups = self._groups()
        total = sum(count for count, _ in groups)
        all_of = f"{total:,} {'file' if total == 1 else 'files'}"
        if len(groups) < 2:
            return [f"{all_of}: {what}" for _, what in groups]
        listed = ", ".join(f"{count:,} {what}" for count, what in groups[:_SHOWN])
        more = f" and {sum(count for count, _ in groups[_SHOWN:]):,} more" if len(groups) > _SHOWN else ""
        return [f"{all_of}: {listed}{more}"]

    def _folders(self) -> list[str]:
        return [
            f"{len(names):,} {'folder' if len(names) == 1 else 'folders'} {what} ({_some(names)})"
            for reason, what in _FOLDERS.items()
            if (names := self._by_reason.get(reason))
        ]


def _kind(extension: str, example: Path) -> str:
    """What files with an extension are, in parentheses; empty for texts."""
    if extension in _TABLES:
        return " (tables)"
    return " (binary)" if extension in _BINARY or is_binary(example) else ""


def is_binary(path: Path) -> bool:
    """Whether the file has a NUL byte near its start; a file that cannot be read is not binary."""
    try:
        with path.open("rb") as file:
            return b"\0" in file.read(_SNIFFED)
    except OSError:
        return False


def _some(names: Sequence[str]) -> str:
    return ", ".join(on_one_line(name, None) for name in names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
