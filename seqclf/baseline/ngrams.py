"""The n-grams of a text: of words, or of characters if words are not informative."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Callable, Sequence
from typing import Literal

from seqclf.text.words import WORD_PATTERN, lower, valid_text

Unit = Literal["words", "characters"]

WORD_ORDERS, CHARACTER_ORDERS = (1, 2), (1, 4)
_TEXTS_LOOKED_AT = 1_000
# Bounds of the mean word length. Below, the script has no spaces or words are symbols; above, texts are sequences.
_SHORT_WORD, _LONG_WORD = 1.5, 20.0

_find_words = re.compile(WORD_PATTERN).findall
_spaces = re.compile(r"\s+")


def choose_unit(texts: Sequence[str]) -> Unit:
    """Choose the unit of the n-grams from the first thousand non-empty texts.

    Characters if a typical text has at most one word (names, codes, DNA), or if words are single characters (scripts
    without spaces) or very long.
    """
    found = [words for text in texts[:_TEXTS_LOOKED_AT] if (words := _find_words(text))]
    if not found:
        return "words"
    sizes = [len(words) for words in found]
    length = sum(len(word) for words in found for word in words) / sum(sizes)
    plain = statistics.median(sizes) > 1 and _SHORT_WORD <= length <= _LONG_WORD
    return "words" if plain else "characters"


def analyzer(unit: Unit) -> Callable[[str], list[str]]:
    """The function that cuts a text into its n-grams: 1 and 2 words, or 1 to 4 characters; in lower case."""
    return _word_ngrams if unit == "words" else _character_ngrams


def _word_ngrams(text: str) -> list[str]:
    words: list[str] = _find_words(lower(valid_text(text)))
    return words + [f"{first} {second}" for first, second in itertools.pairwise(words)]


def _character_ngrams(text: str) -> list[str]:
    text = _spaces.sub(" ", lower(valid_text(text)).strip())
    least, most = CHARACTER_ORDERS
    return [text[i : i + order] for order in range(least, most + 1) for i in range(len(text) - order + 1)]
