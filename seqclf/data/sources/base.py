"""What every source of texts can do, and what it gives."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

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


def where_paths_start(path: Path) -> str:
    """For messages about files that are not there."""
    if path.is_absolute():
        return ""
    what = "paths start" if not os.environ.get("SEQCLF_DATA") else "$SEQCLF_DATA is relative and starts"
    return f" ({what} at the folder that seqclf is called from)"


def digest(*parts: object) -> str:
    """Hex digest of the parts' text forms; no two different lists of parts share one."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
