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
from seqclf.text.normal_form import NormalForm, checked_form
from seqclf.text.tokenizer import checked_flag, checked_pieces, frequent
from seqclf.text.word_rules import NEWEST, Version, checked_version


class WordTokenizer(ChunkTokenizer):
    """Words as ``seqclf.text.word_rules`` defines them; ``pieces`` are ``[PAD]``, ``[UNK]`` and words by frequency."""

    kind = "word"

    def __init__(
        self,
        pieces: Sequence[str],
        *,
        lowercase: bool,
        known_chunks: Sequence[str] = (),
        normalize: NormalForm = "nfc",
        words: Version = NEWEST,
    ) -> None:
        super().__init__(Wording(lowercase, normalize, words), known_chunks)
        self.pieces = tuple(pieces)
        self._words = self.wording.reader()
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
        chunks = frequent_chunks(chunk_counts, lowercase)
        return cls(pieces, lowercase=lowercase, known_chunks=chunks, normalize=normalize, words=words)

    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        known, unknown = self._ids, self.unknown_id
        return [[known.get(word, unknown) for word in self._words(chunk)] for chunk in chunks]

    def content(self) -> dict[str, Any]:
        return {**self.wording.content(), "pieces": list(self.pieces)}

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        return cls(
            checked_pieces(content["pieces"]),
            lowercase=checked_flag(content["lowercase"]),
            known_chunks=read_known_chunks(folder),
            normalize=checked_form(content.get("normalize", "none")),
            words=checked_version(content.get("words", 1)),
        )
