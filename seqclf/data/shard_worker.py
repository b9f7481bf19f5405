"""A process that encodes blocks of texts: ``python -m seqclf.data.shard_worker LIFELINE TEXTS SCRATCH SHARDS``.

``LIFELINE`` and ``TEXTS`` are file descriptors: a pipe that closes when the parent process ends, for any reason, and
the file of the texts. ``SCRATCH`` has the tokenizer and the places of the texts (``seqclf.data.shards``). Each process
takes the next block that nobody has.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import only_writer
from seqclf.data.encoded import ids_dtype
from seqclf.data.shards import BOUNDS, IDS, LENGTHS, SPANS, TOKENIZER, name_of
from seqclf.files import making_folder
from seqclf.processes import end_with
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text_store import read_texts


def work(texts: int, scratch: Path, shards: Path) -> None:
    """Make all shards that are missing and that no other process is making."""
    tokenizer = load_tokenizer(scratch / TOKENIZER)
    spans: NDArray[np.int64] = np.load(scratch / SPANS, mmap_mode="r")
    bounds = np.load(scratch / BOUNDS).tolist()
    for number in range(len(bounds) - 1):
        shard = shards / name_of(number)
        if shard.is_dir():
            continue
        with only_writer(shard, waits=False) as is_mine:
            if is_mine and not shard.is_dir():
                _write(shard, read_texts(texts, np.array(spans[bounds[number] : bounds[number + 1]])), tokenizer)


def _write(shard: Path, texts: Iterator[str], tokenizer: Tokenizer) -> None:
    rows = list(tokenizer.encode_all(texts))
    with making_folder(shard) as temporary:
        np.save(temporary / IDS, np.concatenate(rows).astype(ids_dtype(tokenizer.vocabulary_size)))
        np.save(temporary / LENGTHS, np.array([len(row) for row in rows], np.int32))


def main() -> None:
    lifeline, texts, scratch, shards = sys.argv[1:]
    end_with(int(lifeline))
    work(int(texts), Path(scratch), Path(shards))


if __name__ == "__main__":
    main()
