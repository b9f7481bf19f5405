"""What every source of texts can do. One module a kind of source; this one chooses among them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, assert_never

from seqclf.config.schema import DataConfig, FolderData, SampleData, TableData, TfdsData


@dataclass(frozen=True)
class LabelledTexts:
    """Texts with the name of each one's label; ``origin`` says where they are from, for messages."""

    texts: Sequence[str]
    labels: Sequence[str]
    origin: str
    label_names: tuple[str, ...] | None = None
    """All labels in the source's own order, where it has one."""

    def __len__(self) -> int:
        return len(self.texts)


class Source(Protocol):
    """A place that holds named parts (files, folders, splits), each with texts and labels."""

    def check(self, part: str) -> None:
        """Raise ``InputError`` at once if the part cannot be read; without reading it all, without TensorFlow."""

    def fingerprint(self, part: str) -> str:
        """Hex digest that changes when the part's content does; cheap next to encoding it."""

    def read(self, part: str) -> LabelledTexts:
        """All of a part. Raises ``InputError`` that names the place of what is wrong."""


def open_source(config: DataConfig) -> Source:
    if isinstance(config, TableData):
        from seqclf.data.tables import TableSource

        return TableSource(config.text, config.label, config.format)
    if isinstance(config, FolderData):
        from seqclf.data.folders import FolderSource

        return FolderSource()
    if isinstance(config, TfdsData):
        from seqclf.data.tfds_source import TfdsSource

        return TfdsSource(config.dataset, config.config, config.data_dir, config.text, config.label)
    if isinstance(config, SampleData):
        from seqclf.data.sample import SampleSource

        return SampleSource()
    assert_never(config)


def part_names(config: DataConfig) -> dict[str, str | float | None]:
    """For each split, the part that holds it, or the share of the training part that it takes, or None."""
    validation = config.validation if config.folds is None else 1 / config.folds
    if isinstance(config, SampleData):
        return {"train": "train", "validation": validation, "test": "test"}
    return {"train": config.train, "validation": validation, "test": config.test}


def describe(config: DataConfig) -> str:
    """Where the texts are from, in a few words; synthetic ones are always called so."""
    if isinstance(config, SampleData):
        return "synthetic sample"
    return config.dataset if isinstance(config, TfdsData) else config.train


def where_paths_start(path: Path) -> str:
    """For messages about files that are not there."""
    return "" if path.is_absolute() else " (paths start at the folder that seqclf is called from)"


def digest(*parts: object) -> str:
    """Hex digest of the parts' text forms; no two different lists of parts share one."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
