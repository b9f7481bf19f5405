"""Base class of word-based tokenizers: the ids of a chunk never depend on its neighbours.

White space always separates words, so a chunk (the text between white space) can be looked up in a table. The table
makes bulk encoding fast, and the tokenizer stores the most frequent chunks of the training texts so that the exported
graph can do the same.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.files import write_text
from seqclf.text.bulk import BulkEncoder
from seqclf.text.counting import counted
from seqclf.text.normal_form import NormalForm, speller
from seqclf.text.spelling import Spelling
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.word_rules import Version, word_rules
from seqclf.text.word_spans import WordSpan, placed, without_overlaps
from seqclf.text.words import valid_text, with_line_ends

_KNOWN_CHUNKS = 65_536  # 95 % of IMDB's chunks; about 1 MB in an exported graph
_CHUNKS_FILE = "known_chunks.txt"

LINE_BREAK = "\u240a"
"""SYMBOL FOR NEWLINE: the chunk, word and piece of a line break, if line breaks are tokens."""
SPACED_LINE_BREAK = f" {LINE_BREAK} "


@dataclass(frozen=True)
class Wording:
    """How a chunk becomes words.

    Attributes:
        lowercase: whether words are lowercased (accents are kept).
        normalize: the normal form of the words.
        version: of the definition of a word (``seqclf.text.word_rules``).
        runs: whether letters of scripts without spaces form runs.
        most: maximum number of characters; a longer word is cut into words of this length. None: no maximum.
        line_breaks: whether a line break is a word, ``LINE_BREAK``, which a text may also contain itself.
    """

    lowercase: bool
    normalize: NormalForm
    version: Version
    runs: bool = False
    most: int | None = None
    line_breaks: bool = False

    def reader(self) -> Callable[[str], list[str]]:
        """The function that returns the words of a chunk."""
        find, spell, most = word_rules(self.version, runs=self.runs).find, self.speller(), self.most
        if most is None:
            return lambda chunk: find(spell(chunk))
        return lambda chunk: _cut(find(spell(chunk)), most)

    def speller(self) -> Callable[[str], str]:
        """The function that normalises and lowercases a chunk."""
        return speller(self.normalize, lowercase=self.lowercase)

    def options(self) -> dict[str, Any]:
        """The arguments of a tokenizer of words that this wording comes from."""
        return {
            "lowercase": self.lowercase,
            "normalize": self.normalize,
            "words": self.version,
            "line_breaks": self.line_breaks,
        }

    def content(self) -> dict[str, Any]:
        """For ``Tokenizer.content``. Tokenizers of earlier versions lack all keys but the first."""
        form = {} if self.normalize == "none" else {"normalize": self.normalize}
        words = {} if self.version == 1 else {"words": self.version}
        return {"lowercase": self.lowercase, **form, **words, **({"line_breaks": True} if self.line_breaks else {})}


def _cut(words: list[str], most: int) -> list[str]:
    if max(map(len, words), default=0) <= most:
        return words
    return [word[start : start + most] for word in words for start in range(0, len(word), most)]


class ChunkTokenizer(Tokenizer):
    """A word-based tokenizer.

    Attributes:
        wording: how a chunk becomes words.
        known_chunks: frequent chunks of the training texts, most frequent first, with ASCII letters lowercased if
            ``lowercase``. They do not affect ids, only speed.
    """

    wording: Wording
    known_chunks: tuple[str, ...]

    def __init__(self, wording: Wording, known_chunks: Sequence[str]) -> None:
        self.wording, self.normalize = wording, wording.normalize
        self.known_chunks = tuple(known_chunks)

    @property
    def lowercase(self) -> bool:
        """Whether words are lowercased (accents are kept)."""
        return self.wording.lowercase

    @abstractmethod
    def ids_of(self, chunks: Sequence[str]) -> Sequence[Sequence[int]]:
        """Token ids of each chunk; empty if the chunk contains no word."""

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        return BulkEncoder(chunk_splitter(line_breaks=self.wording.line_breaks), self.ids_of, self.unknown_id)(texts)

    def unknown_parts(self, text: str) -> Iterator[str]:
        words_of = self.wording.reader()
        for chunk in chunk_splitter(line_breaks=self.wording.line_breaks)(text):
            words = words_of(chunk)
            yield from (word for word in words if self.unknown_id in self.ids_of([word])[0])

    def word_spans(self, text: str) -> list[WordSpan]:
        spelling, words_of, spell = Spelling.of(text), self.wording.reader(), self.wording.speller()
        if self.wording.line_breaks:
            spelling = spelling.with_line_ends(SPACED_LINE_BREAK)
        found, token = list[WordSpan](), 0
        for chunk in spelling.chunks():
            words, spelt = words_of(chunk.text), chunk.spelt(spell)
            for (first, last), ids in zip(placed(words, spelt.text), self.ids_of(words), strict=True):
                found.append(WordSpan(*spelt.source(first, last), token, token + len(ids)))
                token += len(ids)
        return without_overlaps(found)

    def written_characters(self) -> frozenset[str]:
        line_break = "\n" if self.wording.line_breaks else ""
        return frozenset(" " + line_break + "".join(self.pieces[self.unknown_id + 1 :]))

    def rules(self) -> str:
        pattern = word_rules(self.wording.version, runs=self.wording.runs).pattern
        return f"{pattern} {super().rules()}".strip()

    def save(self, folder: Path) -> None:
        super().save(folder)
        write_text(folder / _CHUNKS_FILE, "".join(f"{chunk}\n" for chunk in self.known_chunks))


def chunk_splitter(*, line_breaks: bool) -> Callable[[str], list[str]]:
    """The function that returns the chunks of a text; ``line_breaks``: a line break is one, ``LINE_BREAK``."""
    if line_breaks:
        return lambda text: with_line_ends(valid_text(text), SPACED_LINE_BREAK).split()
    return lambda text: valid_text(text).split()


def chunk_key(chunk: str, lowercase: bool) -> bytes:
    """The lookup key of a chunk in the exported graph: UTF-8, with ASCII letters lowercased (cheap in the graph)."""
    encoded = chunk.encode("utf-8")
    return encoded.lower() if lowercase else encoded


def count_chunks(texts: Iterable[str], *, line_breaks: bool = False) -> Counter[str]:
    return counted(map(chunk_splitter(line_breaks=line_breaks), texts))


def count_words(chunk_counts: Counter[str], wording: Wording) -> Counter[str]:
    words_of = wording.reader()
    counts: Counter[str] = Counter()
    for chunk, count in chunk_counts.items():
        for word in words_of(chunk):
            counts[word] += count
    return counts


def frequent_chunks(chunk_counts: Counter[str], lowercase: bool) -> list[str]:
    """The lookup keys of repeated chunks for the exported graph, most frequent first."""
    counts: Counter[str] = Counter()
    for chunk, count in chunk_counts.items():
        counts[chunk_key(chunk, lowercase).decode("utf-8")] += count
    repeated = (chunk for chunk, count in counts.items() if count > 1)
    return sorted(repeated, key=lambda chunk: (-counts[chunk], chunk))[:_KNOWN_CHUNKS]


def both_frequent(before: Sequence[str], new: Sequence[str]) -> list[str]:
    """Known chunks of a tokenizer that has grown: those of both lists in turn, each the most frequent first."""
    pairs = itertools.zip_longest(before, new)
    chunks = dict.fromkeys(chunk for chunk in itertools.chain.from_iterable(pairs) if chunk is not None)
    return list(itertools.islice(chunks, _KNOWN_CHUNKS))


def read_known_chunks(folder: Path) -> list[str]:
    """Read the chunks that ``ChunkTokenizer.save`` wrote. Raises ``OSError`` or ``ValueError``."""
    return (folder / _CHUNKS_FILE).read_text(encoding="utf-8").split("\n")[:-1]
