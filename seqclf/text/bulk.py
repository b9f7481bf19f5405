"""Fast encoding of large corpora: each distinct chunk is tokenized once, and texts are assembled as arrays."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_TEXTS_A_BLOCK, _CHUNKS_A_BLOCK = 4_096, 1 << 18
_MOST_CHUNKS = 500_000  # bounds memory on endless streams

SplitText = Callable[[str], list[str]]
ChunkIds = Callable[[Sequence[str]], Sequence[Sequence[int]]]


class BulkEncoder:
    """Encodes texts block by block.

    Args:
        split: splits a text into chunks, whose ids do not depend on each other.
        ids_of: returns the token ids of chunks; a chunk may have none.
        empty: id of the single token of a text without tokens.
    """

    def __init__(self, split: SplitText, ids_of: ChunkIds, empty: int) -> None:
        self._split, self._ids_of, self._empty = split, ids_of, empty
        self._forget()

    def __call__(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        """Token ids of each text (``int32 [length]``, length at least 1), one text after another."""
        numbers: list[int] = []  # chunk numbers of several texts, concatenated
        ends = [0]  # end of each text in `numbers`
        for text in texts:
            numbers += map(self._numbers.__getitem__, self._split(text))
            ends.append(len(numbers))
            if len(ends) > _TEXTS_A_BLOCK or len(numbers) > _CHUNKS_A_BLOCK:
                yield from self._block(numbers, ends)
                numbers, ends = [], [0]
        yield from self._block(numbers, ends)

    def _forget(self) -> None:
        self._numbers = _Numbers()
        self._ids = np.zeros(0, np.int32)  # ids of all known chunks, concatenated
        self._starts = np.zeros(1, np.int64)  # chunk i is _ids[_starts[i]:_starts[i + 1]]

    def _block(self, numbers: list[int], ends: list[int]) -> Iterator[NDArray[np.int32]]:
        self._learn_new_chunks()
        chunks = np.array(numbers, dtype=np.int64)
        lengths = np.diff(self._starts)[chunks]
        token_ends = np.concatenate([[0], np.cumsum(lengths)])
        # Token j of the block is token j - (start of its chunk in the block) of its chunk.
        source = np.repeat(self._starts[chunks] - token_ends[:-1], lengths) + np.arange(token_ends[-1])
        ids = self._ids[source]
        text_ends = token_ends[ends]
        for start, stop in itertools.pairwise(text_ends.tolist()):
            yield ids[start:stop] if stop > start else np.array([self._empty], np.int32)
        if len(self._numbers) > _MOST_CHUNKS:
            self._forget()

    def _learn_new_chunks(self) -> None:
        new, self._numbers.new = self._numbers.new, []
        if new:
            ids = self._ids_of(new)
            ends = self._starts[-1] + np.cumsum([len(one) for one in ids])
            self._starts = np.concatenate([self._starts, ends])
            joined = np.fromiter(itertools.chain.from_iterable(ids), np.int32)
            self._ids = np.concatenate([self._ids, joined])


class _Numbers(dict[str, int]):
    """Numbers chunks in order of appearance, from 0; ``new`` has the chunks that are not encoded yet."""

    def __init__(self) -> None:
        super().__init__()
        self.new: list[str] = []

    def __missing__(self, chunk: str) -> int:
        self[chunk] = number = len(self)
        self.new.append(chunk)
        return number
