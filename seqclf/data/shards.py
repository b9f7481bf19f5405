"""Encode many texts in several processes: each block of texts becomes a shard of token ids in the cache.

Python cuts texts into tokens one after another, so threads would not help. The processes get the open file of the texts
(``TextStore``) and the places of the texts in it. A shard appears complete or not at all, and the next training
continues with those that are there. Ids are those of one process: no text's ids depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cache_folder
from seqclf.errors import SeqclfError
from seqclf.files import remove_folder, scratch_folder
from seqclf.processes import Processes
from seqclf.runtime import usable_cores
from seqclf.text.tokenizer import Tokenizer
from seqclf.text_store import StoredTexts, stored

BLOCK_BYTES = 16_000_000
"""About the size of the texts of a shard, in UTF-8."""
IDS, LENGTHS = "ids.npy", "lengths.npy"
SPANS, BOUNDS, TOKENIZER = "spans.npy", "bounds.npy", "tokenizer"

_MOST_PROCESSES = 8  # each takes up to 250 MB
_WORKER, _WHAT = "seqclf.data.shard_worker", "encodes texts"


@dataclass(frozen=True)
class Shards:
    """The shards of some texts.

    Attributes:
        key: digest of everything that determines the ids.
    """

    key: str

    @property
    def folder(self) -> Path:
        return cache_folder() / "shards" / f"{self.key[:32]}-{BLOCK_BYTES}"

    def encoded(
        self, texts: Sequence[str], tokenizer: Tokenizer, on_processes: Callable[[int], object] = lambda count: None
    ) -> Iterator[NDArray[np.integer]]:
        """The token ids of each text, as ``Tokenizer.encode_all`` gives them.

        Texts that are in memory, because they are few, are encoded here. Else processes encode them first, as many as
        there are cores, blocks and 8 at most. ``remove`` deletes the shards when the ids are stored elsewhere.

        Args:
            on_processes: called with the number of processes before they start.

        Raises:
            SeqclfError: a process failed.
        """
        places = stored(texts)
        bounds = None if places is None else bounds_of(places)
        processes = 1 if bounds is None else min(usable_cores(), len(bounds) - 1, _MOST_PROCESSES)
        if places is None or bounds is None or processes < 2:
            yield from tokenizer.encode_all(texts)
            return
        on_processes(processes)
        self._make(places, bounds, tokenizer, processes)
        del places  # 16 bytes a text
        yield from self._read(len(bounds) - 1)

    def remove(self) -> None:
        """Delete the shards."""
        if self.folder.exists():
            remove_folder(self.folder)

    def _make(self, places: StoredTexts, bounds: NDArray[np.int64], tokenizer: Tokenizer, processes: int) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with scratch_folder(self.folder) as scratch:
                tokenizer.save(scratch / TOKENIZER)
                np.save(scratch / SPANS, places.spans)
                np.save(scratch / BOUNDS, bounds)
                arguments = [str(places.file), str(scratch), str(self.folder)]
                with Processes(_WORKER, arguments, processes, scratch, what=_WHAT, files=[places.file]) as running:
                    running.wait()
        except OSError as error:
            what = f"the cache cannot be written ({error.strerror or error})"
            raise SeqclfError(f"{self.folder}: {what}; set SEQCLF_CACHE to another folder") from error

    def _read(self, count: int) -> Iterator[NDArray[np.integer]]:
        for number in range(count):
            shard = self.folder / name_of(number)
            ids, ends = np.load(shard / IDS), np.cumsum(np.load(shard / LENGTHS))
            start = 0
            for end in ends.tolist():
                yield ids[start:end]
                start = end


def name_of(number: int) -> str:
    """The name of a shard's folder."""
    return f"{number:06}"


def bounds_of(places: StoredTexts) -> NDArray[np.int64]:
    """Where blocks of about ``BLOCK_BYTES`` begin and end: block ``i`` has the texts from ``bounds[i]`` to
    ``bounds[i + 1]``."""
    sizes = places.spans[:, 1] - places.spans[:, 0]
    block_of = (np.cumsum(sizes) - sizes) // BLOCK_BYTES
    return np.concatenate([[0], np.flatnonzero(np.diff(block_of)) + 1, [len(sizes)]]).astype(np.int64)
