"""What the tokenizers that read words share: ids of chunks, which never depend on their neighbours.

White space always separates words. A table from chunks (what stands between white space) to ids is what makes bulk
encoding fast, and the most frequent chunks of the training texts travel with the tokenizer so that the exported graph
has the same lever.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.files import write_text
from seqclf.text.bulk import BulkEncoder
from seqclf.text.counting import counted
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.words import WORD_PATTERN, valid_text, words

_KNOWN_CHUNKS = 65_536  # 95 % of IMDB's chunks; about 1 MB in an exported graph
_CHUNKS_FILE = "known_chunks.txt"


class ChunkTokenizer(Tokenizer):
    """A tokenizer of words.

    Attributes:
        lowercase: whether words are lower-cased (accents are kept).
        known_chunks: frequent chunks of the training texts, most frequent first, ASCII letters lower-cased if
            ``lowercase``. They change no id; they only save work.
    """

    lowercase: bool
    known_chunks: tuple[str, ...]

    @abstractmethod
    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        """Token ids of chunks; none where one holds no word."""

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        return BulkEncoder(split_chunks, self.ids_of, self.unknown_id)(texts)

    def rules(self) -> str:
        return WORD_PATTERN

    def save(self, folder: Path) -> None:
        super().save(folder)
        write_text(folder / _CHUNKS_FILE, "".join(f"{chunk}\n" for chunk in self.known_chunks))


def split_chunks(text: str) -> list[str]:
    return valid_text(text).split()


def chunk_key(chunk: str, lowercase: bool) -> bytes:
    """A chunk as the exported graph looks it up: UTF-8, only ASCII letters lower-cased (that is cheap in the graph)."""
    encoded = chunk.encode("utf-8")
    return encoded.lower() if lowercase else encoded


def count_chunks(texts: Iterable[str]) -> Counter[str]:
    return counted(map(split_chunks, texts))


def count_words(chunk_counts: Counter[str], lowercase: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for chunk, count in chunk_counts.items():
        for word in words(chunk, lowercase):
            counts[word] += count
    return counts


def frequent_chunks(chunk_counts: Counter[str], lowercase: bool) -> list[str]:
    """Those that are worth a place in the exported graph, most frequent first, as it looks them up."""
    counts: Counter[str] = Counter()
    for chunk, count in chunk_counts.items():
        counts[chunk_key(chunk, lowercase).decode("utf-8")] += count
    repeated = (chunk for chunk, count in counts.items() if count > 1)
    return sorted(repeated, key=lambda chunk: (-counts[chunk], chunk))[:_KNOWN_CHUNKS]


def read_known_chunks(folder: Path) -> list[str]:
    """What ``ChunkTokenizer.save`` wrote beside the vocabulary. Raises ``OSError`` or ``ValueError``."""
    return (folder / _CHUNKS_FILE).read_text(encoding="utf-8").split("\n")[:-1]
