"""What every source of texts can do. One module a kind of source; this one chooses among them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from seqclf.config.schema import DataConfig, FolderData, SampleData, TableData, TfdsData
from seqclf.data.text_store import Chosen


@dataclass(frozen=True)
class LabelledTexts:
    """Texts with the name of each one's label, or all of them with a list of names.

    Attributes:
        origin: where they are from, for messages.
        label_names: all labels in the source's own order, where it has one.
        multi: each of ``labels`` is a tuple of different names, which may be empty: no label applies.
        groups: digest of each text's group (``equal_texts.group_digest``), ``uint64 [texts]``, where the source was
            opened to read them.
    """

    texts: Sequence[str]
    labels: Sequence[Any]
    origin: str
    label_names: tuple[str, ...] | None = None
    multi: bool = False
    groups: NDArray[np.uint64] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def label_sets(self) -> Sequence[tuple[str, ...]]:
        """The labels of each text, one where not ``multi``."""
        if self.multi:
            return self.labels
        alone = {label: (label,) for label in set(self.labels)}
        return [alone[label] for label in self.labels]

    @cached_property
    def digest(self) -> str:
        """Hex digest of the texts and their labels."""
        running = hashlib.sha256()
        for text, names in zip(self.texts, self.label_sets, strict=True):
            running.update(repr((text, names)).encode("utf-8", "surrogatepass"))
        return running.hexdigest()

    def chosen(self, indices: NDArray[np.int64]) -> LabelledTexts:
        """Some of them."""
        labels = [self.labels[i] for i in indices.tolist()]
        groups = None if self.groups is None else self.groups[indices]
        return replace(self, texts=Chosen(self.texts, indices), labels=labels, groups=groups)


class Source(Protocol):
    """A place that holds named parts (files, folders, splits), each with texts and labels."""

    def check(self, part: str) -> None:
        """Raise ``InputError`` at once if the part cannot be read; without reading it all, without TensorFlow."""

    def fingerprint(self, part: str) -> str:
        """Hex digest that changes when the part's content does; cheap next to encoding it."""

    def read(self, part: str) -> LabelledTexts:
        """All of a part. Raises ``InputError`` that names the place of what is wrong."""


def open_source(config: DataConfig, *, with_groups: bool = False) -> Source:
    """The source of a config's texts; ``with_groups``: that of their groups, too, where ``data.group`` names them."""
    group = getattr(config, "group", None) if with_groups else None
    if isinstance(config, TableData):
        from seqclf.data.tables import TableSource

        return TableSource(
            config.text,
            config.label,
            config.format,
            config.label_separator,
            group=group,
            encoding=config.encoding,
        )
    if isinstance(config, FolderData):
        from seqclf.data.folders import FolderSource

        return FolderSource(config.encoding)
    if isinstance(config, TfdsData):
        from seqclf.data.tfds_source import TfdsSource

        return TfdsSource(
            config.dataset, config.config, config.data_dir, text=config.text, label=config.label, group=group
        )
    if isinstance(config, SampleData):
        from seqclf.data.sample import SampleSource

        return SampleSource(config.dataset)
    assert_never(config)


def part_names(config: DataConfig) -> dict[str, str | float | None]:
    """For each split, the part that holds it, or the share of the training part that it takes, or None."""
    validation = config.validation if config.folds is None else 1 / config.folds
    if isinstance(config, SampleData):
        return {"train": "train", "validation": validation, "test": "test"}
    return {"train": config.train, "validation": validation, "test": config.test}


def describe(config: DataConfig, split: str = "train") -> str:
    """Where a split's texts are from, in a few words; synthetic ones are always called so."""
    if isinstance(config, SampleData):
        return "synthetic sample" if config.dataset == "reviews" else "synthetic DNA"
    if isinstance(config, TfdsData):
        return config.dataset
    own = part_names(config)[split]
    return own if isinstance(own, str) else config.train


def where_paths_start(path: Path) -> str:
    """For messages about files that are not there."""
    return "" if path.is_absolute() else " (paths start at the folder that seqclf is called from)"


def digest(*parts: object) -> str:
    """Hex digest of the parts' text forms; no two different lists of parts share one."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
