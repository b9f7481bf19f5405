"""Texts as token ids: what batches are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class EncodedTexts:
    """The token ids of many texts in one array.

    Attributes:
        ids: token ids of all texts, one after another; ``uint16`` or ``int32 [tokens]``.
        offsets: text ``i`` is ``ids[offsets[i]:offsets[i + 1]]``; ``int64 [texts + 1]``.
        labels: label ids, ``int32 [texts]``; or which labels apply, ``bool [texts, labels]``.
    """

    ids: NDArray[np.integer]
    offsets: NDArray[np.int64]
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text, before truncation; ``int64 [texts]``."""
        return np.diff(self.offsets)

    def __getitem__(self, index: int) -> NDArray[np.integer]:
        """Token ids of one text, before truncation."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    @classmethod
    def collect(cls, encoded: Iterable[NDArray[np.int32]], labels: NDArray[Any], vocabulary_size: int) -> EncodedTexts:
        """Join the token ids of single texts."""
        dtype = np.uint16 if vocabulary_size <= 2**16 else np.int32
        rows = [row.astype(dtype) for row in encoded]
        offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return cls(np.concatenate(rows) if rows else np.zeros(0, dtype), offsets, labels)

    def save(self, folder: Path) -> None:
        np.save(folder / "ids.npy", self.ids)
        np.save(folder / "offsets.npy", self.offsets)
        np.save(folder / "labels.npy", self.labels)

    @classmethod
    def load(cls, folder: Path) -> EncodedTexts:
        """Read what ``save`` wrote; the ids stay on disk and are read as they are needed."""
        ids = np.load(folder / "ids.npy", mmap_mode="r")
        return cls(ids, np.load(folder / "offsets.npy"), np.load(folder / "labels.npy"))
