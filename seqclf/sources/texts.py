"""The texts that sources return, and digests that identify texts. numpy is imported later."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DATA_VARIABLE = "SEQCLF_DATA"
"""Base folder of relative paths to data, vocabularies and vectors; also contains the data sets of tfds."""

_AT_ONCE = 1 << 16

NO_GROUP = 0
"""Digest of a text without a group."""

UNLABELLED = ""
"""The label of every text of a source that is read without labels."""


Label = str | tuple[str, ...]
"""One label's name, or the sorted distinct names of several."""


@dataclass(frozen=True)
class LabelledTexts:
    """Texts with the name of each text's label or, if multi-label, a tuple of names.

    Texts that are read without labels all have the label ``UNLABELLED``.

    Attributes:
        origin: where the texts are from, for messages.
        label_names: all labels in the source's own order, if it has one.
        multi: each of ``labels`` is a tuple of distinct names; an empty tuple means that no label applies.
        groups: digest of each text's group (``group_digest``), ``uint64 [texts]``, if the source was
            opened with groups.
        weights: how much each text counts, ``float32 [texts]``, 0 or more; None: all the same.
        shares: with soft labels, the probability of each label, ``float32 [texts, labels]`` in the order of
            ``label_names``; rows sum to 1. ``labels`` are then the most probable ones, the first of equals.
        extra: values of the columns beside the text, each ``[texts]``: numbers as ``float64``, NaN where missing;
            categories as an array of ``str``, "" where missing.
    """

    texts: Sequence[str]
    labels: Sequence[Any]
    origin: str
    label_names: tuple[str, ...] | None = None
    multi: bool = False
    groups: NDArray[np.uint64] | None = None
    weights: NDArray[np.float32] | None = None
    shares: NDArray[np.float32] | None = None
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def label_sets(self) -> Sequence[tuple[str, ...]]:
        """The labels of each text; exactly one unless ``multi``."""
        if self.multi:
            return self.labels
        alone = {label: (label,) for label in set(self.labels)}
        return [alone[label] for label in self.labels]

    @cached_property
    def digest(self) -> str:
        """Hex digest of the texts, their labels and all that stands beside them."""
        running = hashlib.sha256()
        for text, names in zip(self.texts, self.label_sets, strict=True):
            running.update(repr((text, names)).encode("utf-8", "surrogatepass"))
        for name, values in (("weights", self.weights), ("shares", self.shares), *self.extra.items()):
            if values is not None:
                running.update(repr((name, values.tolist())).encode("utf-8", "surrogatepass"))
        return running.hexdigest()

    def chosen(self, indices: NDArray[np.int64]) -> LabelledTexts:
        """The texts at the given indices."""
        from seqclf.text_store import Chosen

        parts = (indices[start : start + _AT_ONCE].tolist() for start in range(0, len(indices), _AT_ONCE))
        labels = [self.labels[i] for part in parts for i in part]  # all as integers at once: 40 bytes a text
        return replace(
            self,
            texts=Chosen(self.texts, indices),
            labels=labels,
            groups=None if self.groups is None else self.groups[indices],
            weights=None if self.weights is None else self.weights[indices],
            shares=None if self.shares is None else self.shares[indices],
            extra={name: values[indices] for name, values in self.extra.items()},
        )


def where_paths_start(path: Path) -> str:
    """The folder that relative paths start at, for messages about missing files."""
    if path.is_absolute():
        return ""
    what = "$SEQCLF_DATA is" if os.environ.get(DATA_VARIABLE) else "paths are"
    return f" ({what} relative to the current folder)"


def group_digest(value: Any) -> int:
    """A 64-bit integer, equal for equal values; ``NO_GROUP`` for null and blank values."""
    name = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    name = name.strip()
    if value is None or not name:
        return NO_GROUP
    content = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(content, "little") or 1


def digest(*parts: object) -> str:
    """Hex digest of the parts' ``repr``; different lists of parts have different digests."""
    return digest_of(parts)


def digest_of(parts: Iterable[object]) -> str:
    """``digest``, with one part in memory at a time."""
    running, count = hashlib.sha256(b"("), 0  # what ``repr`` of a tuple is, as digests have always been
    for count, part in enumerate(parts, 1):
        running.update(f"{', ' if count > 1 else ''}{part!r}".encode("utf-8", "surrogatepass"))
    running.update(b",)" if count == 1 else b")")
    return running.hexdigest()
