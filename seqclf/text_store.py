"""A list of texts that moves from memory to a file when it grows large."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cache_folder
from seqclf.errors import SeqclfError

_BYTES_IN_MEMORY = 64 * 1024 * 1024
_BYTES_A_READ = 1024 * 1024

Item = TypeVar("Item")


class Texts(Sequence[str]):
    """A sequence of texts that are not all in memory: subclasses read one."""

    @abstractmethod
    def text_at(self, index: int) -> str:
        """The text at an index."""

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return self.text_at(index)


class TextStore(Texts):
    """An append-only list of texts.

    Its file is an unnamed temporary file in the cache folder, which the system deletes when the process ends.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._ends = array("q", [0])  # end of each text in the file, in bytes
        self._size = 0  # total length of the texts in memory
        self._file: BinaryIO | None = None

    def append(self, text: str) -> None:
        """Append a text. Raises ``SeqclfError`` if the file cannot be written."""
        self._texts.append(text)
        self._size += len(text)
        if self._size > (_BYTES_IN_MEMORY if self._file is None else _BYTES_A_READ):
            self._write()

    def extend(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.append(text)

    def extend_by_file(self, content: BinaryIO, ends: NDArray[np.int64]) -> None:
        """Append the texts of a file that ``write_texts`` wrote, without decoding them. Raises as ``append``."""
        self._write()
        with _writing():
            assert self._file is not None
            shutil.copyfileobj(content, self._file, _BYTES_A_READ)
            self._file.flush()
        self._ends.frombytes((ends + self._ends[-1]).astype(np.int64).tobytes())

    def _write(self) -> None:
        with _writing():
            if self._file is None:
                cache_folder().mkdir(parents=True, exist_ok=True)
                self._file = tempfile.TemporaryFile(dir=cache_folder())  # noqa: SIM115
            for text in self._texts:
                content = text.encode("utf-8", "surrogatepass")
                self._file.write(content)
                self._ends.append(self._ends[-1] + len(content))
            self._file.flush()
        self._texts.clear()
        self._size = 0

    @property
    def _written(self) -> int:
        """Number of texts in the file; later texts are in memory."""
        return len(self._ends) - 1

    def __len__(self) -> int:
        return self._written + len(self._texts)

    def text_at(self, index: int) -> str:
        if index < 0:
            index += len(self)
        if index >= self._written:
            return self._texts[index - self._written]
        if index < 0:
            raise IndexError(index)
        return self._read(self._ends[index], self._ends[index + 1]).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        first = 0
        while first < self._written:
            start, last = self._ends[first], first + 1
            while last < self._written and self._ends[last + 1] - start <= _BYTES_A_READ:
                last += 1
            content = self._read(start, self._ends[last])
            for place in range(first, last):
                yield content[self._ends[place] - start : self._ends[place + 1] - start].decode(
                    "utf-8", "surrogatepass"
                )
            first = last
        yield from self._texts

    def _read(self, start: int, stop: int) -> bytes:
        assert self._file is not None
        return _read(self._file.fileno(), start, stop)

    def stored(self) -> StoredTexts | None:
        """All texts, if they are in the file; the last ones are written to it. None if they are in memory."""
        if self._file is None:
            return None
        self._write()
        ends = np.frombuffer(self._ends, np.int64)
        return StoredTexts(self._file.fileno(), np.stack([ends[:-1], ends[1:]], axis=1))


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"cannot store texts there ({error.strerror or error})"
        raise SeqclfError(f"{cache_folder()}: {what}; set SEQCLF_CACHE to another folder") from error


def write_texts(texts: Iterable[str], file: BinaryIO) -> NDArray[np.int64]:
    """Write texts one after another, as a ``TextStore`` does; returns where each ends, ``int64 [texts]``."""
    ends, end = array("q"), 0
    for text in texts:
        end += file.write(text.encode("utf-8", "surrogatepass"))
        ends.append(end)
    return np.frombuffer(ends, np.int64) if ends else np.zeros(0, np.int64)


@dataclass(frozen=True)
class StoredTexts:
    """Texts in an open file.

    Attributes:
        file: its descriptor; open as long as the ``TextStore`` is.
        spans: where each text begins and ends, in bytes, ``int64 [texts, 2]``.
    """

    file: int
    spans: NDArray[np.int64]


def stored(texts: Sequence[str]) -> StoredTexts | None:
    """Where the texts of a ``TextStore``, or a selection of them, are in its file; None if they are in memory."""
    if isinstance(texts, TextStore):
        return texts.stored()
    if isinstance(texts, Chosen) and (found := stored(texts.items)) is not None:
        return StoredTexts(found.file, found.spans[texts.places])
    return None


def read_texts(file: int, spans: NDArray[np.int64]) -> Iterator[str]:
    """The texts at these places of ``StoredTexts``."""
    for start, stop in spans.tolist():
        yield _read(file, start, stop).decode("utf-8", "surrogatepass")


def _read(file: int, start: int, stop: int) -> bytes:
    content = os.pread(file, stop - start, start)
    while len(content) < stop - start:  # one call reads at most 2 GiB
        more = os.pread(file, stop - start - len(content), start + len(content))
        if not more:
            raise SeqclfError(f"{cache_folder()}: cannot read the texts stored there")
        content += more
    return content


class Chosen(Sequence[Item]):
    """A view of selected items of a sequence, by index."""

    def __init__(self, items: Sequence[Item], places: NDArray[np.int64]) -> None:
        self.items, self.places = items, places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...

    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            return [self.items[int(place)] for place in self.places[index]]
        return self.items[int(self.places[index])]
