"""Texts as token ids, the input of batches."""

from __future__ import annotations

import io
import json
import os
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf.files import write_json
from seqclf.label_weights import relative_weights
from seqclf.labels import Unknown

_OFFSETS, _LABELS, _UNKNOWN = "offsets.npy", "labels.npy", "unknown.json"
_IDS_A_READ = 1024 * 1024


class Ids(Protocol):
    """Token ids, ``uint16`` or ``int32 [tokens]``, such as an array."""

    def __getitem__(self, part: slice, /) -> NDArray[np.integer]: ...


class IdsFile:
    """Token ids in a file ``ids.<dtype>``. It is not memory-mapped: mapped pages count as memory of the process."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._dtype = np.dtype(path.suffix[1:])

    def __getitem__(self, part: slice) -> NDArray[np.integer]:
        size = self._dtype.itemsize
        content = os.pread(self._file.fileno(), (part.stop - part.start) * size, part.start * size)
        return np.frombuffer(content, self._dtype)


@dataclass(frozen=True)
class Beside:
    """What texts may have beside their labels; attributes as in ``EncodedTexts``."""

    weights: NDArray[np.float32] | None = None
    shares: NDArray[np.float32] | None = None
    extra: NDArray[np.float32] | None = None
    words: NDArray[np.int64] | None = None
    characters: NDArray[np.int64] | None = None


NOTHING = Beside()


@dataclass(frozen=True)
class EncodedTexts:
    """The token ids of many texts.

    Attributes:
        ids: token ids of all texts, one after another.
        offsets: text ``i`` is ``ids[offsets[i]:offsets[i + 1]]``; ``int64 [texts + 1]``.
        labels: label ids, ``int32 [texts]``; multi-label: which labels apply, ``bool [texts, labels]``. The labels in
            ``more_labels`` come after those of the training texts.
        unknown: texts whose labels do not occur in the training texts; None if there are none.
        weights: how much each text counts (``data.weight``), ``float32 [texts]``; None: all the same.
        shares: the probability of each label, ``float32 [texts, labels]``, where the data have them. ``labels`` are
            then the most probable ones.
        extra: the columns beside the text as features, ``float32 [texts, width]``; None if there are none.
        words, characters: numbers of words (separated by white space) and code points of each text, ``int64 [texts]``;
            None if the texts have labels.
        separator_id: id between the fields of a text (``Tokenizer.separator_id``); None if texts have one field.
    """

    ids: Ids
    offsets: NDArray[np.int64]
    labels: NDArray[Any]
    unknown: Unknown | None = None
    weights: NDArray[np.float32] | None = None
    shares: NDArray[np.float32] | None = None
    extra: NDArray[np.float32] | None = None
    words: NDArray[np.int64] | None = None
    characters: NDArray[np.int64] | None = None
    separator_id: int | None = None

    @property
    def truth(self) -> NDArray[Any]:
        """What a model learns: ``shares`` where there are any, else ``labels``."""
        return self.labels if self.shares is None else self.shares

    @cached_property
    def relative_weights(self) -> NDArray[np.float32] | None:
        """Weights with mean 1 (``label_weights.relative_weights``), ``float32 [texts]``; None: all the same."""
        return None if self.weights is None else relative_weights(self.weights)

    @property
    def counted(self) -> NDArray[np.int64]:
        """Indices of the texts whose weight is not 0; ascending."""
        if self.relative_weights is None:
            return np.arange(len(self))
        return np.flatnonzero(self.relative_weights)

    @property
    def more_labels(self) -> tuple[str, ...]:
        """Names of the labels that have ids but do not occur in the training texts."""
        return () if self.unknown is None or self.unknown.dropped else self.unknown.labels

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text, before truncation; ``int64 [texts]``."""
        return np.diff(self.offsets)

    def __getitem__(self, index: int) -> NDArray[np.integer]:
        """Token ids of one text, before truncation."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    def counts(self, vocabulary_size: int) -> NDArray[np.int64]:
        """Number of occurrences of each id, ``int64 [vocabulary_size]``."""
        counts = np.zeros(vocabulary_size, np.int64)
        for start in range(0, int(self.offsets[-1]), _IDS_A_READ):
            part = self.ids[start : min(start + _IDS_A_READ, int(self.offsets[-1]))]
            counts += np.bincount(part, minlength=vocabulary_size)
        return counts

    @classmethod
    def collect(
        cls,
        encoded: Iterable[NDArray[np.integer]],
        labels: NDArray[Any],
        vocabulary_size: int,
        unknown: Unknown | None = None,
        *,
        beside: Beside = NOTHING,
    ) -> EncodedTexts:
        """Concatenate the token ids of single texts in memory."""
        joined = io.BytesIO()
        dtype = ids_dtype(vocabulary_size)
        offsets = _join(encoded, joined, dtype)
        return cls(np.frombuffer(joined.getbuffer(), dtype), offsets, labels, unknown, **vars(beside))

    @classmethod
    def write(
        cls,
        folder: Path,
        encoded: Iterable[NDArray[np.integer]],
        labels: NDArray[Any],
        vocabulary_size: int,
        unknown: Unknown | None = None,
        *,
        beside: Beside = NOTHING,
    ) -> None:
        """Write the token ids of single texts to files that ``load`` reads, with one text in memory at a time."""
        dtype = ids_dtype(vocabulary_size)
        with (folder / f"ids.{dtype.name}").open("wb") as file:
            offsets = _join(encoded, file, dtype)
        np.save(folder / _OFFSETS, offsets)
        np.save(folder / _LABELS, labels)
        if unknown is not None:
            write_json(folder / _UNKNOWN, unknown.to_json())
        for name, values in vars(beside).items():
            if values is not None:
                np.save(folder / f"{name}.npy", values)

    @classmethod
    def load(cls, folder: Path) -> EncodedTexts:
        """Read what ``write`` wrote; the ids stay on disk and are read on demand."""
        (ids,) = folder.glob("ids.*")
        unknown = None
        if (folder / _UNKNOWN).exists():
            unknown = Unknown.from_json(json.loads((folder / _UNKNOWN).read_text(encoding="utf-8")))
        files = {one.name: folder / f"{one.name}.npy" for one in fields(Beside)}
        beside = {name: np.load(path) for name, path in files.items() if path.exists()}
        return cls(IdsFile(ids), np.load(folder / _OFFSETS), np.load(folder / _LABELS), unknown, **beside)


def ids_dtype(vocabulary_size: int) -> np.dtype[Any]:
    """The smallest type for token ids."""
    return np.dtype(np.uint16 if vocabulary_size <= 2**16 else np.int32)


def _join(encoded: Iterable[NDArray[np.integer]], file: BinaryIO, dtype: np.dtype[Any]) -> NDArray[np.int64]:
    """Write the concatenated ids; returns the offsets of the texts."""
    ends = array("q", [0])
    for row in encoded:
        file.write(row.astype(dtype).data)
        ends.append(ends[-1] + len(row))
    return np.frombuffer(ends, np.int64)
