"""The ``word`` tokenizer: the most frequent words of the training texts; every other word is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from seqclf.text.chunks import (
    ChunkTokenizer,
    Wording,
    count_chunks,
    count_words,
    frequent_chunks,
    read_known_chunks,
)
from seqclf.text.normal_form import NormalForm
from seqclf.text.tokenizer import checked_pieces, frequent
from seqclf.text.word_rules import NEWEST, Version


class WordTokenizer(ChunkTokenizer):
    """Words as ``seqclf.text.word_rules`` defines them; ``pieces`` are ``[PAD]``, ``[UNK]`` and words by frequency."""

    kind = "word"

    def __init__(self, pieces: Sequence[str], wording: Wording, known_chunks: Sequence[str] = ()) -> None:
        super().__init__(wording, known_chunks)
        self.pieces = tuple(pieces)
        self._words = wording.reader()
        self._ids = {piece: number for number, piece in enumerate(self.pieces)}

    @classmethod
    def learn(
        cls,
        texts: Iterable[str],
        *,
        vocab_size: int,
        lowercase: bool = True,
        min_frequency: int = 2,
        normalize: NormalForm = "nfc",
        words: Version = NEWEST,
    ) -> WordTokenizer:
        """A vocabulary of the ``vocab_size - 2`` most frequent words that occur at least ``min_frequency`` times."""
        chunk_counts, wording = count_chunks(texts), Wording(lowercase, normalize, words)
        pieces = frequent(count_words(chunk_counts, wording), vocab_size, min_frequency)
        return cls(pieces, wording, frequent_chunks(chunk_counts, lowercase))

    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        known, unknown = self._ids, self.unknown_id
        return [[known.get(word, unknown) for word in self._words(chunk)] for chunk in chunks]

    def content(self) -> dict[str, Any]:
        return {**self.wording.content(), "pieces": list(self.pieces)}

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        return cls(checked_pieces(content["pieces"]), Wording.restore(content), read_known_chunks(folder))
