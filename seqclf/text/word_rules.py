"""The definitions of a word, by version: a tokenizer keeps the version that it was trained with.

Version 2 follows Unicode's properties (``seqclf.text.unicode_ranges``). Between white space, a word is

- a run of letters, marks and digits, including apostrophes inside it (``don't``);
- one symbol (punctuation, mathematical signs, emoji) or one ideograph;
- in scripts that are written without spaces between words (Thai, Khmer, Balinese), a letter with the marks that follow
  it, or a run of them, as the tokenizer wants; Tibetan has a mark between syllables, which is punctuation;
- a run of U+FFFD, as in version 1.

All other characters (white space, control and invisible characters, variation selectors) separate words and are
dropped. Version 1 is that of ``seqclf.text.words``.

Runs suit tokenizers that split words into pieces. A linear model of 1- and 2-grams on 5,000 texts of AG News, written
in Thai letters without spaces, was right about 86 % of the test texts with the pieces of runs (57 tokens a text), and
about 72 % with single letters (192).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from seqclf.text import words as first
from seqclf.text.unicode_ranges import MARKS, SEPARATORS, SYMBOLS, UNSPACED, Ranges
from seqclf.text.words import character_class

Version = Literal[1, 2]
NEWEST: Version = 2

_LAST = 0x10FFFF
_ASTRAL = 0x10000
_LOW = (0, _ASTRAL - 1)
_REPLACED: Ranges = ((0xFFFD, 0xFFFD),)

FindWords = Callable[[str], list[str]]


@dataclass(frozen=True)
class WordRules:
    """What a word is.

    Attributes:
        pattern: a regular expression of words that Python's ``re``, RE2 and Oniguruma read alike.
        separator: one of a character that separates words and is dropped.
        find: the words of a text.
    """

    version: Version
    pattern: str
    separator: str
    find: FindWords


def checked_version(value: Any) -> Version:
    """``value``, if it is the version of a definition. Raises ``ValueError``."""
    if value not in (1, 2) or isinstance(value, bool):
        raise ValueError(f"expected 1 or 2 as the version of the definition of words, found {value!r:.60}")
    return 1 if value == 1 else 2


@functools.cache
def word_rules(version: Version, *, runs: bool = False) -> WordRules:
    """The definition of a version. ``runs``: whether a run of letters of a script without spaces is one word."""
    if version == 1:
        return WordRules(1, first.WORD_PATTERN, first.SEPARATOR, re.compile(first.WORD_PATTERN).findall)
    separate, symbol, letter = (character_class(ranges) for ranges in (SEPARATORS, SYMBOLS, UNSPACED))
    word = f"[^{separate}{symbol}{letter}\ufffd]"
    following = f"[{character_class((*UNSPACED, *MARKS) if runs else MARKS)}]"
    pattern = f"{word}+(?:'{word}+)*|[{letter}]{following}*|[{symbol}]|\ufffd+"
    return WordRules(2, pattern, f"[{separate}]", _fast_finder(runs=runs))


def _fast_finder(*, runs: bool) -> FindWords:
    """``re.compile(pattern).findall`` of version 2, but faster: ``re`` looks up a character in a class without code
    points over U+FFFF, and tries each range of other classes in turn."""
    words = _class(_without((*SEPARATORS, *SYMBOLS, *UNSPACED, *_REPLACED)))
    following = _class((*UNSPACED, *MARKS) if runs else MARKS)
    of_ascii = re.compile(r"[0-9A-Za-z]+(?:'[0-9A-Za-z]+)*|[!-/:-@[-`{-~]").findall
    of_any = re.compile(f"{words}+(?:'{words}+)*|{_class(SYMBOLS)}|{_class(UNSPACED)}{following}*|\ufffd+").findall

    def find(text: str) -> list[str]:
        found: list[str] = of_ascii(text) if text.isascii() else of_any(text)
        return found

    return find


def _class(ranges: Ranges) -> str:
    low = [(start, min(end, _ASTRAL - 1)) for start, end in ranges if start < _ASTRAL]
    high = [(max(start, _ASTRAL), end) for start, end in ranges if end >= _ASTRAL]
    # The first range of the negated class decides for most characters.
    others = (_LOW, *_without((_LOW, *high)))
    return f"(?:[{character_class(low)}]|[^{character_class(others)}])"


def _without(ranges: Ranges) -> Ranges:
    """All code points except those of the ranges."""
    ordered = sorted(ranges)
    starts = [0, *(end + 1 for _, end in ordered)]
    ends = [*(start - 1 for start, _ in ordered), _LAST]
    return tuple((start, end) for start, end in zip(starts, ends, strict=True) if start <= end)
