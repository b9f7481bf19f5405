"""The ``subword`` tokenizer: WordPiece over words, trained on the training texts, with fast encoding of large corpora.

``seqclf.text.wordpiece`` learns the pieces, ``seqclf.text.wordpiece_growth`` finds further ones for new texts, and
``seqclf.text.vocabulary_file`` reads existing vocabularies.

Decoding joins pieces to words, and gives these as the ``word`` tokenizer does. A word that was cut is complete again.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex
from tokenizers import Tokenizer as HfTokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import NFC, NFD, NFKC, NFKD, Lowercase, Normalizer, Replace
from tokenizers.normalizers import Sequence as NormalizerSequence
from tokenizers.pre_tokenizers import Sequence as PreTokenizerSequence
from tokenizers.pre_tokenizers import Split

from seqclf.text.chunks import (
    SPACED_LINE_BREAK,
    ChunkTokenizer,
    Wording,
    both_frequent,
    chunk_splitter,
    count_chunks,
    count_words,
    frequent_chunks,
    read_known_chunks,
)
from seqclf.text.decoder import Decoder
from seqclf.text.normal_form import NormalForm, forms_of, marks_before_dots
from seqclf.text.tokenizer import PAD, UNKNOWN, room_for_more
from seqclf.text.word_decoder import PieceDecoder
from seqclf.text.word_rules import NEWEST, Version, word_rules
from seqclf.text.wordpiece import CONTINUATION, MAX_WORD_CHARACTERS, learn_pieces, wordpiece
from seqclf.text.wordpiece_growth import further_pieces
from seqclf.text.words import LINE_END
from seqclf.token_ids import CONTINUES, GOES_ON, PAD_ID

_MEMO_CHUNKS = 500_000  # bounds memory on endless streams


class SubwordTokenizer(ChunkTokenizer):
    """WordPiece; ``pieces`` include ``[PAD]`` at 0, and ``[UNK]`` for words that no other pieces can spell."""

    kind = "subword"

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
        super().__init__(wording_of(lowercase, normalize, words, line_breaks=line_breaks), known_chunks)
        self.pieces = tuple(pieces)
        self.unknown_id = self.pieces.index(UNKNOWN)
        self._wordpiece = wordpiece({piece: i for i, piece in enumerate(self.pieces)})
        self._chunks = _ChunkTable(self._wordpiece, self.wording)
        self._split = chunk_splitter(line_breaks=line_breaks)

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
    ) -> SubwordTokenizer:
        """Train a vocabulary of at most ``vocab_size`` pieces; a merge needs ``min_frequency`` occurrences.

        Deterministic: the same texts give the same pieces and ids in any order (for large corpora, see ``counted``).
        """
        chunk_counts = count_chunks(texts, line_breaks=line_breaks)
        word_counts = _short_words(chunk_counts, wording_of(lowercase, normalize, words))
        return cls(
            learn_pieces(word_counts, vocab_size, min_frequency),
            lowercase=lowercase,
            known_chunks=frequent_chunks(chunk_counts, lowercase),
            normalize=normalize,
            words=words,
            line_breaks=line_breaks,
        )

    def grown(self, texts: Iterable[str], *, vocab_size: int, min_frequency: int = 2) -> Self:
        """As ``Tokenizer.grown``, with the pieces of ``seqclf.text.wordpiece_growth``.

        Words of ``known_chunks``, the frequent ones of the first texts, keep their pieces. Other words, known or not,
        may get fewer.
        """
        room = room_for_more(self, vocab_size)
        chunk_counts = count_chunks(texts, line_breaks=self.wording.line_breaks)
        words_of = self.wording.reader()
        settled = set(itertools.chain.from_iterable(map(words_of, self.known_chunks)))
        counts = _short_words(chunk_counts, self.wording)
        new = further_pieces(self.pieces, counts, settled, room=room, min_frequency=min_frequency)
        chunks = both_frequent(self.known_chunks, frequent_chunks(chunk_counts, self.lowercase))
        return type(self)((*self.pieces, *new), known_chunks=chunks, **self.wording.options())

    def encode(self, text: str) -> list[int]:
        found = map(self._chunks.__getitem__, self._split(text))
        return list(itertools.chain.from_iterable(found)) or [self.unknown_id]

    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        return self._chunks.of(chunks)

    def decoder(self) -> Decoder:
        return PieceDecoder(self, CONTINUATION)

    def content(self) -> dict[str, Any]:
        return {**self.wording.content(), "pieces": list(self.pieces)}

    def word_joins(self) -> NDArray[np.uint8]:
        flags = [GOES_ON | CONTINUES * piece.startswith(CONTINUATION) for piece in self.pieces]
        flags[PAD_ID] = 0
        return np.array(flags, np.uint8)

    def rules(self) -> str:
        return f"{MAX_WORD_CHARACTERS} {super().rules()}"

    def document(self) -> str:
        """The content of ``tokenizer.json``, in the format of ``tokenizers.Tokenizer.from_file``."""
        hf = HfTokenizer(self._wordpiece)
        if normalizers := _normalizers(self.wording):
            hf.normalizer = NormalizerSequence(normalizers)
        rules = word_rules(self.wording.version, runs=self.wording.runs)
        hf.pre_tokenizer = Split(Regex(rules.pattern), behavior="removed", invert=True)
        if self.wording.most is not None:
            cut = Split(Regex(f"(?m:.{{{self.wording.most}}})"), behavior="isolated")
            hf.pre_tokenizer = PreTokenizerSequence([hf.pre_tokenizer, cut])
        return str(hf.to_str(pretty=True))

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        vocabulary: dict[str, int] = content["model"]["vocab"]
        pieces = sorted(vocabulary, key=vocabulary.__getitem__)
        if [vocabulary[piece] for piece in pieces] != list(range(len(pieces))):
            raise ValueError("expected consecutive ids 0, 1, 2, ... for the pieces")
        if UNKNOWN not in pieces or pieces[PAD_ID] != PAD:
            raise ValueError(f"expected {PAD} as the first piece, and a piece {UNKNOWN}")
        normalizers = (content["normalizer"] or {"normalizers": []})["normalizers"]
        steps = {step["type"] for step in normalizers}
        form: NormalForm = "nfkc" if "NFKC" in steps else "nfc" if "NFC" in steps else "none"
        version = content.get("pre_tokenizer", {}).get("type")
        return cls(
            pieces,
            lowercase="Lowercase" in steps,
            known_chunks=read_known_chunks(folder),
            normalize=form,
            words=2 if version == "Sequence" else 1,
            line_breaks=any(step.get("content") == SPACED_LINE_BREAK for step in normalizers),
        )


def wording_of(lowercase: bool, normalize: NormalForm, version: Version, *, line_breaks: bool = False) -> Wording:
    """How subword tokenizers find words: words that are long are cut, and letters without spaces form runs."""
    most = None if version == 1 else MAX_WORD_CHARACTERS
    return Wording(lowercase, normalize, version, runs=True, most=most, line_breaks=line_breaks)


def _normalizers(wording: Wording) -> list[Normalizer]:
    """``Wording.speller`` and line breaks as steps of ``tokenizers``; its version of Unicode may be newer."""
    breaks = [Replace(Regex(LINE_END), SPACED_LINE_BREAK)] if wording.line_breaks else []
    return [*breaks, *_spelling(wording.normalize, lowercase=wording.lowercase)]


def _spelling(form: NormalForm, *, lowercase: bool) -> list[Normalizer]:
    if form == "none":
        return [Replace("\u0130", "i"), Lowercase(), Replace("\u03c2", "\u03c3")] if lowercase else []
    of_name: dict[str, type[Normalizer]] = {"NFC": NFC, "NFD": NFD, "NFKC": NFKC, "NFKD": NFKD}
    composed, decomposed = (of_name[name]() for name in forms_of(form))
    if not lowercase:
        return [composed]
    dots = Replace(Regex(f"i{marks_before_dots()}*\\K\u0307+"), "")
    return [decomposed, Lowercase(), Replace("\u03c2", "\u03c3"), dots, composed]


def _short_words(chunk_counts: Counter[str], wording: Wording) -> Counter[str]:
    """The counts of the words that are split into pieces.

    Version 1 of the definition of words never splits longer ones, and merging their characters takes quadratic time.
    """
    counts = count_words(chunk_counts, wording)
    return Counter({word: count for word, count in counts.items() if len(word) <= MAX_WORD_CHARACTERS})


class _ChunkTable(dict[str, tuple[int, ...]]):
    """Maps a chunk to its ids, computed on first use."""

    def __init__(self, wordpiece: WordPiece, wording: Wording) -> None:
        super().__init__()
        self._encoder = HfTokenizer(wordpiece)
        self._words_of = wording.reader()
        self._words: dict[str, tuple[int, ...]] = {}

    def of(self, chunks: Sequence[str]) -> list[tuple[int, ...]]:
        """Ids of many chunks; uses all cores to split their words into pieces."""
        if len(self) + len(chunks) > _MEMO_CHUNKS:
            self.clear()
            self._words.clear()
        new_chunks = [chunk for chunk in chunks if chunk not in self]
        words_of = list(map(self._words_of, new_chunks))
        new = [word for word in set(itertools.chain.from_iterable(words_of)) if word not in self._words]
        for word, encoding in zip(new, self._encoder.encode_batch_fast(new, add_special_tokens=False), strict=True):
            self._words[word] = tuple(encoding.ids)
        for chunk, found in zip(new_chunks, words_of, strict=True):
            self[chunk] = tuple(itertools.chain.from_iterable(map(self._words.__getitem__, found)))
        return list(map(self.__getitem__, chunks))

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        return self.of([chunk])[0]
