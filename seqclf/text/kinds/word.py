"""The ``word`` tokenizer: the most frequent words of the training texts; every other word is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from seqclf.text.chunks import ChunkTokenizer, count_chunks, count_words, frequent_chunks, read_known_chunks
from seqclf.text.tokenizer import checked_flag, checked_pieces, frequent
from seqclf.text.words import words


class WordTokenizer(ChunkTokenizer):
    """Words as ``seqclf.text.words`` defines them; ``pieces`` are ``[PAD]``, ``[UNK]`` and words by frequency."""

    kind = "word"

    def __init__(self, pieces: Sequence[str], *, lowercase: bool, known_chunks: Sequence[str] = ()) -> None:
        self.pieces = tuple(pieces)
        self.lowercase = lowercase
        self.known_chunks = tuple(known_chunks)
        self._ids = {piece: number for number, piece in enumerate(self.pieces)}

    @classmethod
    def learn(
        cls, texts: Iterable[str], *, vocab_size: int, lowercase: bool = True, min_frequency: int = 2
    ) -> WordTokenizer:
        """A vocabulary of the ``vocab_size - 2`` most frequent words that occur at least ``min_frequency`` times."""
        chunk_counts = count_chunks(texts)
        pieces = frequent(count_words(chunk_counts, lowercase), vocab_size, min_frequency)
        return cls(pieces, lowercase=lowercase, known_chunks=frequent_chunks(chunk_counts, lowercase))

    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        known, unknown = self._ids, self.unknown_id
        return [[known.get(word, unknown) for word in words(chunk, self.lowercase)] for chunk in chunks]

    def content(self) -> dict[str, Any]:
        return {"lowercase": self.lowercase, "pieces": list(self.pieces)}

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        pieces, lowercase = checked_pieces(content["pieces"]), checked_flag(content["lowercase"])
        return cls(pieces, lowercase=lowercase, known_chunks=read_known_chunks(folder))
