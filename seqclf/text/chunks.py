"""Base class of word-based tokenizers: the ids of a chunk never depend on its neighbours.

White space always separates words, so a chunk (the text between white space) can be looked up in a table. The table
makes bulk encoding fast, and the tokenizer stores the most frequent chunks of the training texts so that the exported
graph can do the same.
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
    """A word-based tokenizer.

    Attributes:
        lowercase: whether words are lowercased (accents are kept).
        known_chunks: frequent chunks of the training texts, most frequent first, with ASCII letters lowercased if
            ``lowercase``. They do not affect ids, only speed.
    """

    lowercase: bool
    known_chunks: tuple[str, ...]

    @abstractmethod
    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        """Token ids of each chunk; empty if the chunk contains no word."""

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
    """The lookup key of a chunk in the exported graph: UTF-8, with ASCII letters lowercased (cheap in the graph)."""
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
    """The lookup keys of repeated chunks for the exported graph, most frequent first."""
    counts: Counter[str] = Counter()
    for chunk, count in chunk_counts.items():
        counts[chunk_key(chunk, lowercase).decode("utf-8")] += count
    repeated = (chunk for chunk, count in counts.items() if count > 1)
    return sorted(repeated, key=lambda chunk: (-counts[chunk], chunk))[:_KNOWN_CHUNKS]


def read_known_chunks(folder: Path) -> list[str]:
    """Read the chunks that ``ChunkTokenizer.save`` wrote. Raises ``OSError`` or ``ValueError``."""
    return (folder / _CHUNKS_FILE).read_text(encoding="utf-8").split("\n")[:-1]
