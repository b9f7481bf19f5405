"""The n-grams of a text: of words, or of characters where words say nothing."""

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
# Mean length of a word. Below it the script has no spaces or a word is a symbol; above it texts are codes or sequences.
_SHORT_WORD, _LONG_WORD = 1.5, 20.0

_find_words = re.compile(WORD_PATTERN).findall
_spaces = re.compile(r"\s+")


def choose_unit(texts: Sequence[str]) -> Unit:
    """What n-grams of these texts should be made of, from the first thousand of them that hold anything.

    Characters, where a typical text is one word or none (names, codes, DNA), and where words are single characters
    (scripts without spaces) or very long ones.
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
