"""The ``subword`` tokenizer: WordPiece over words, learnt from the training texts, applied to whole corpora.

WordPiece (Schuster & Nakajima 2012; greedy longest match first, as in Devlin et al. 2019) by the ``tokenizers``
package. Since white space always separates words, the ids of a chunk between white space never depend on its
neighbours: a table from chunks to ids, filled as they turn up, is what makes bulk encoding fast, and the most frequent
chunks travel with the tokenizer so that the exported graph has the same lever.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import Lowercase, Replace
from tokenizers.normalizers import Sequence as NormalizerSequence
from tokenizers.pre_tokenizers import Split, WhitespaceSplit
from tokenizers.trainers import WordPieceTrainer

from seqclf.errors import InputError
from seqclf.files import write_text
from seqclf.text.bulk import BulkEncoder
from seqclf.text.words import WORD_PATTERN, valid_text, words

PAD, UNKNOWN = "[PAD]", "[UNK]"
PAD_ID, UNKNOWN_ID = 0, 1
CONTINUATION = "##"
MAX_WORD_CHARACTERS = 100  # a longer word is one unknown token

_KNOWN_CHUNKS = 65_536  # 95 % of IMDB's chunks; about 1 MB in an exported graph
_MEMO_CHUNKS = 2_000_000  # bounds memory on endless streams
_REPEATS_PER_LINE = 5_000

_TOKENIZER_FILE = "tokenizer.json"
_CHUNKS_FILE = "known_chunks.txt"


class SubwordTokenizer:
    """WordPiece tokenizer.

    Attributes:
        pieces: the vocabulary; a piece's place is its id. ``pieces[0]`` pads batches, ``pieces[1]`` stands for an
            unknown word and for an empty text.
        lowercase: whether words are lower-cased (accents are kept).
        known_chunks: frequent chunks of the training texts, most frequent first, ASCII letters lower-cased if
            ``lowercase``. They change no id; they only save work.
    """

    def __init__(self, pieces: Sequence[str], *, lowercase: bool, known_chunks: Sequence[str] = ()) -> None:
        self.pieces = tuple(pieces)
        self.lowercase = lowercase
        self.known_chunks = tuple(known_chunks)
        self._wordpiece = _wordpiece({piece: i for i, piece in enumerate(self.pieces)})
        self._chunks = _ChunkTable(self._wordpiece, lowercase)

    @classmethod
    def learn(
        cls, texts: Iterable[str], *, vocab_size: int, lowercase: bool = True, min_frequency: int = 2
    ) -> SubwordTokenizer:
        """Learn at most ``vocab_size`` pieces; a merge must occur ``min_frequency`` times to become one.

        Same texts, same pieces and ids, whatever their order.
        """
        chunk_counts: Counter[str] = Counter()
        for text in texts:
            chunk_counts.update(valid_text(text).split())
        word_counts: Counter[str] = Counter()
        for chunk, count in chunk_counts.items():
            for word in words(chunk, lowercase):
                word_counts[word] += count
        pieces = _learn_pieces(word_counts, vocab_size, min_frequency)
        return cls(pieces, lowercase=lowercase, known_chunks=_most_frequent(chunk_counts, lowercase))

    @property
    def vocabulary_size(self) -> int:
        return len(self.pieces)

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything that decides a text's ids."""
        decisive = json.dumps([WORD_PATTERN, MAX_WORD_CHARACTERS, self.lowercase, self.pieces])
        return hashlib.sha256(decisive.encode("utf-8", "surrogatepass")).hexdigest()

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, never none: a text without words is one unknown token."""
        chunks = valid_text(text).split()
        return list(itertools.chain.from_iterable(map(self._chunks.__getitem__, chunks))) or [UNKNOWN_ID]

    def chunk_ids(self, chunk: str) -> tuple[int, ...]:
        """Token ids of a chunk; none where it holds no word."""
        return self._chunks[chunk]

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        """Token ids of each text (``int32 [length]``, length at least 1), one text after another."""
        return BulkEncoder(self._chunks.of, UNKNOWN_ID)(texts)

    def save(self, folder: Path) -> None:
        """Write ``tokenizer.json`` (readable by ``tokenizers.Tokenizer.from_file`` too) and ``known_chunks.txt``."""
        folder.mkdir(parents=True, exist_ok=True)
        hf = Tokenizer(self._wordpiece)
        if self.lowercase:
            hf.normalizer = NormalizerSequence([Replace("\u0130", "i"), Lowercase(), Replace("\u03c2", "\u03c3")])
        hf.pre_tokenizer = Split(Regex(WORD_PATTERN), behavior="removed", invert=True)
        write_text(folder / _CHUNKS_FILE, "".join(f"{chunk}\n" for chunk in self.known_chunks))
        write_text(folder / _TOKENIZER_FILE, hf.to_str(pretty=True))

    @classmethod
    def load(cls, folder: Path) -> SubwordTokenizer:
        """Read what ``save`` wrote. Raises ``InputError`` where it is missing or something else."""
        path = folder / _TOKENIZER_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            vocabulary: dict[str, int] = content["model"]["vocab"]
            pieces = sorted(vocabulary, key=vocabulary.__getitem__)
            lowercase = content["normalizer"] is not None
            known = (folder / _CHUNKS_FILE).read_text(encoding="utf-8").split("\n")[:-1]
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: not a tokenizer that seqclf wrote ({error})") from error
        return cls(pieces, lowercase=lowercase, known_chunks=known)


class _ChunkTable(dict[str, tuple[int, ...]]):
    """From a chunk to its ids, computed when first asked for."""

    def __init__(self, wordpiece: WordPiece, lowercase: bool) -> None:
        super().__init__()
        self._encoder = Tokenizer(wordpiece)
        self._lowercase = lowercase
        self._words: dict[str, tuple[int, ...]] = {}

    def of(self, chunks: Sequence[str]) -> list[tuple[int, ...]]:
        """Ids of many chunks: their words are cut into pieces on all cores."""
        if len(self) + len(chunks) > _MEMO_CHUNKS:
            self.clear()
            self._words.clear()
        new_chunks = [chunk for chunk in chunks if chunk not in self]
        words_of = [words(chunk, self._lowercase) for chunk in new_chunks]
        new = [word for word in set(itertools.chain.from_iterable(words_of)) if word not in self._words]
        for word, encoding in zip(new, self._encoder.encode_batch_fast(new, add_special_tokens=False), strict=True):
            self._words[word] = tuple(encoding.ids)
        for chunk, found in zip(new_chunks, words_of, strict=True):
            self[chunk] = tuple(itertools.chain.from_iterable(map(self._words.__getitem__, found)))
        return list(map(self.__getitem__, chunks))

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        return self.of([chunk])[0]


def chunk_key(chunk: str, lowercase: bool) -> bytes:
    """A chunk as the exported graph looks it up: UTF-8, only ASCII letters lower-cased (that is cheap in the graph)."""
    encoded = chunk.encode("utf-8")
    return encoded.lower() if lowercase else encoded


def _most_frequent(chunk_counts: Counter[str], lowercase: bool) -> list[str]:
    counts: Counter[str] = Counter()
    for chunk, count in chunk_counts.items():
        counts[chunk_key(chunk, lowercase).decode("utf-8")] += count
    frequent = (chunk for chunk, count in counts.items() if count > 1)
    return sorted(frequent, key=lambda chunk: (-counts[chunk], chunk))[:_KNOWN_CHUNKS]


def _wordpiece(vocabulary: dict[str, int]) -> WordPiece:
    return WordPiece(
        vocab=vocabulary,
        unk_token=UNKNOWN,
        max_input_chars_per_word=MAX_WORD_CHARACTERS,
        continuing_subword_prefix=CONTINUATION,
    )


def _learn_pieces(word_counts: Counter[str], vocab_size: int, min_frequency: int) -> list[str]:
    alphabet = _alphabet(word_counts, limit=(vocab_size - 2) // 4)
    kept = {word: count for word, count in word_counts.items() if alphabet.issuperset(word)}
    # The trainer numbers "##x" pieces in the order of a hash table unless it is told of them beforehand, and breaks
    # ties between merges by those numbers: named as special tokens, they make it deterministic.
    continuations = sorted({CONTINUATION + character for word in kept for character in word[1:]})
    learner = Tokenizer(_wordpiece({UNKNOWN: 0}))
    learner.pre_tokenizer = WhitespaceSplit()
    trainer = WordPieceTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=[PAD, UNKNOWN, *continuations],
        show_progress=False,
    )
    learner.train_from_iterator(_repeated(kept), trainer)
    vocabulary = learner.get_vocab(with_added_tokens=True)
    return sorted(vocabulary, key=vocabulary.__getitem__)


def _alphabet(word_counts: Counter[str], limit: int) -> set[str]:
    """The most frequent characters: rarer ones (and the words that hold them) are left to the unknown token."""
    counts: Counter[str] = Counter()
    for word, count in word_counts.items():
        for character in word:
            counts[character] += count
    return set(sorted(counts, key=lambda character: (-counts[character], character))[:limit])


def _repeated(word_counts: dict[str, int]) -> Iterator[str]:
    """Lines that hold each word as often as it was counted: the trainer takes texts, not counts."""
    for word in sorted(word_counts):
        count = word_counts[word]
        for start in range(0, count, _REPEATS_PER_LINE):
            yield " ".join([word] * min(_REPEATS_PER_LINE, count - start))
