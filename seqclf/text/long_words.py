"""Words that are longer than words of a language: sequences such as DNA, codes, addresses, texts without spaces."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from seqclf.text.chunks import ChunkTokenizer, Wording, count_chunks, count_words
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.wordpiece import MAX_WORD_CHARACTERS

_TEXTS = 2_000
_SHOWN = 24


@dataclass(frozen=True)
class LongWords:
    """Words of more than ``MAX_WORD_CHARACTERS`` characters among the first ``_TEXTS`` texts.

    Attributes:
        share: their fraction of all words.
        example: the most frequent of them, cut short; its length.
    """

    share: float
    example: str
    length: int

    def __str__(self) -> str:
        return (
            f"words of more than {MAX_WORD_CHARACTERS} characters ({self.share:.0%} of the words, such as "
            f'"{self.example}..." of {self.length:,})'
        )


def long_words(texts: Iterable[str], tokenizer: Tokenizer) -> LongWords | None:
    """The long words of the texts as the tokenizer finds them; None if there are none, or if it reads no words."""
    if not isinstance(tokenizer, ChunkTokenizer):
        return None
    uncut = replace(tokenizer.wording, lowercase=False, most=None)
    return found_long_words(itertools.islice(texts, _TEXTS), uncut)


def found_long_words(texts: Iterable[str], wording: Wording) -> LongWords | None:
    """The long words of all the texts; None if there are none."""
    words = count_words(count_chunks(texts), wording)
    long = {word: count for word, count in words.items() if len(word) > MAX_WORD_CHARACTERS}
    if not long:
        return None
    example = min(long, key=lambda word: (-long[word], word))
    return LongWords(sum(long.values()) / words.total(), example[:_SHOWN], len(example))
