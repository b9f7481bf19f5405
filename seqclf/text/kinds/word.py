"""The ``word`` tokenizer: the most frequent words of the training texts; every other word is unknown.

Decoding gives the words, in their normal form and case, as ``seqclf.text.spacing`` places them: white space and the
characters that separate words (control and invisible ones) are not those of the text. With ``line_breaks``, the ends of
lines are, and U+240A is read as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from seqclf.text.chunks import (
    ChunkTokenizer,
    Wording,
    both_frequent,
    count_chunks,
    count_words,
    frequent_chunks,
    read_known_chunks,
)
from seqclf.text.decoder import Decoder
from seqclf.text.normal_form import NormalForm, checked_form
from seqclf.text.tokenizer import checked_flag, checked_pieces, frequent, frequent_new, room_for_more
from seqclf.text.word_decoder import WordDecoder
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
        line_breaks: bool = False,
    ) -> None:
        super().__init__(Wording(lowercase, normalize, words, line_breaks=line_breaks), known_chunks)
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
        line_breaks: bool = False,
    ) -> WordTokenizer:
        """A vocabulary of the ``vocab_size - 2`` most frequent words that occur at least ``min_frequency`` times."""
        chunk_counts = count_chunks(texts, line_breaks=line_breaks)
        word_counts = count_words(chunk_counts, Wording(lowercase, normalize, words))
        return cls(
            frequent(word_counts, vocab_size, min_frequency),
            lowercase=lowercase,
            known_chunks=frequent_chunks(chunk_counts, lowercase),
            normalize=normalize,
            words=words,
            line_breaks=line_breaks,
        )

    def grown(self, texts: Iterable[str], *, vocab_size: int, min_frequency: int = 2) -> Self:
        """As ``Tokenizer.grown``, with the most frequent unknown words."""
        room = room_for_more(self, vocab_size)
        chunk_counts = count_chunks(texts, line_breaks=self.wording.line_breaks)
        new = frequent_new(count_words(chunk_counts, self.wording), self._ids, room, min_frequency)
        chunks = both_frequent(self.known_chunks, frequent_chunks(chunk_counts, self.lowercase))
        return type(self)((*self.pieces, *new), known_chunks=chunks, **self.wording.options())

    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        known, unknown = self._ids, self.unknown_id
        return [[known.get(word, unknown) for word in self._words(chunk)] for chunk in chunks]

    def decoder(self) -> Decoder:
        return WordDecoder(self)

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
            line_breaks=checked_flag(content.get("line_breaks", False)),
        )
