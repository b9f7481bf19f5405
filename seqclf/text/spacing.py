"""The white space between words, which tokens of words do not have: as English is printed, if the words stay the same.

The rules are mostly those of the detokenizer of Moses (Koehn et al. 2007): no space before ``. , ! ? ; : % ) ] }`` and
after ``( [ {`` and signs of currencies; quotes open and close in turn, except that ``'`` after an s is an apostrophe.
There is none around a hyphen, slash or underscore after a word, inside numbers such as 10,000 and 3.5, between equal
symbols, and between ideographs and other characters that are written without spaces. No rule looks at the words that
come later.

A rule is not followed where a reader would find other words in the result: ``don ' t`` stays three words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from seqclf.text.chunks import LINE_BREAK, Wording
from seqclf.text.unicode_ranges import SYMBOLS, UNSPACED
from seqclf.text.words import character_class

Truth: TypeAlias = Any
"""``np.bool_``, or a tensor of booleans, one for each of many words: operators that both have compute the rules."""

LETTER, LETTER_OF_RUN = "q", "\u0e01"
"""What long words of the two kinds consist of. No mark composes with either."""

_NO_SPACES = (
    (0x0F00, 0x0FFF),  # Tibetan
    (0x2E80, 0x30FF),  # Chinese and Japanese from here on; Korean has spaces
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFF9F),
    (0x20000, 0x3FFFF),
)
_UNSPACED = f"[{character_class((*UNSPACED, *_NO_SPACES))}]"


class Traits(NamedTuple):
    """What the rules know about a word. ``TRAITS`` defines the traits.

    Attributes:
        fraction, thousands, minutes: a word that follows ``.``, ``,`` or ``:`` in a number.
    """

    word: Truth
    symbol: Truth
    closing: Truth
    opening: Truth
    joining: Truth
    double: Truth
    single: Truth
    apostrophe: Truth
    contracted: Truth
    plural: Truth
    number: Truth
    point: Truth
    comma: Truth
    colon: Truth
    fraction: Truth
    thousands: Truth
    minutes: Truth
    unspaced: Truth
    ends_unspaced: Truth


TRAITS: Mapping[str, str] = {
    "word": "(?s:.+)",
    "symbol": f"[{character_class(SYMBOLS)}]",
    "closing": "[.,!?;:%)\\]}\u2019\u201d\u2026\xbb]",
    "opening": "[(\\[{\xbf\xa1\u2018\u201c\xab$\xa3\xa5\u20ac]",
    "joining": "[-/_]",
    "double": '"',
    "single": "'",
    "apostrophe": "['\u2019]",
    "contracted": "s|t|d|m|ll|re|ve",
    "plural": "[^']*s",
    "number": "(?s:.*)\\d",
    "point": "[.]",
    "comma": ",",
    "colon": ":",
    "fraction": "\\d(?s:.*)",
    "thousands": "\\d{3}",
    "minutes": "\\d\\d",
    "unspaced": f"{_UNSPACED}(?s:.*)",
    "ends_unspaced": f"(?s:.*){_UNSPACED}",
}
"""Each trait's pattern, which the whole word matches. Python's ``re`` and RE2 read all but ``\\d`` alike."""
BEGINS_RUN = f"[{character_class(UNSPACED)}](?s:.*)"
"""Pattern of words that begin with a letter of a script without spaces."""

_PATTERNS = {name: re.compile(TRAITS[name]) for name in Traits._fields}
_begins_run = re.compile(BEGINS_RUN).fullmatch


def is_symbol(word: str) -> bool:
    """Whether the word is a punctuation mark, another symbol or an ideograph."""
    return _PATTERNS["symbol"].fullmatch(word) is not None


class Line(NamedTuple):
    """What the rules know about a line so far.

    Attributes:
        last: the last word.
        after_number: the word before it ends with a digit.
        joins: the last word is a hyphen that joins others.
        double, single: a quote is open.
    """

    last: Traits
    after_number: Truth
    joins: Truth
    double: Truth
    single: Truth


_NO = np.bool_(False)
NEW_LINE = Line(Traits(*(_NO for _ in Traits._fields)), _NO, _NO, _NO, _NO)


@functools.lru_cache(maxsize=1 << 16)
def traits_of(word: str) -> Traits:
    """The traits of a word, ``np.bool_`` each."""
    return Traits(*(np.bool_(pattern.fullmatch(word) is not None) for pattern in _PATTERNS.values()))


def follow(line: Line, word: Traits, repeats: Truth) -> tuple[Truth, Line]:
    """Whether the next word of a line follows the last one without a space, by the rules, and the line after it.

    Args:
        repeats: the word equals the last one.
    """
    last = line.last
    joins = word.joining & ((last.word & ~last.symbol) | (line.joins & repeats))
    possessive = word.single & ~line.single & last.plural
    closes = possessive | (word.double & line.double) | (word.single & line.single)
    is_quote = word.double | word.single
    apostrophe = ~is_quote & last.single & word.contracted  # not a quote that opened
    follows = (is_quote & (closes | last.opening)) | (~is_quote & (joins | _is_close(line, word, repeats)))
    double = line.double ^ word.double
    single = (word.single & ~closes) | (~word.single & line.single & ~apostrophe)
    return follows, Line(word, last.number, joins, double, single)


def _is_close(line: Line, word: Traits, repeats: Truth) -> Truth:
    """``follow`` for a word that is no quote, if it is not a hyphen after a word."""
    last = line.last
    opened = (last.double & line.double) | (last.single & line.single)
    in_number = (last.point & word.fraction) | (last.comma & word.thousands) | (last.colon & word.minutes)
    return (
        word.closing
        | last.opening
        | opened
        | (last.apostrophe & word.contracted)
        | (line.joins & ~word.symbol)
        | (line.after_number & in_number)
        | (word.unspaced & (last.unspaced | last.ends_unspaced))
        | (repeats & word.symbol)
    )


class Spacing:
    """Words to text, one after another.

    If the words are those of a text's chunks (``Wording.reader``), the result has the same words.
    """

    def __init__(self, wording: Wording) -> None:
        self._most, self._line_break = wording.most, LINE_BREAK if wording.line_breaks else None
        self._words_of, self._uncut = wording.reader(), replace(wording, most=None).reader()
        self._line = NEW_LINE
        self._joined: list[str] = []  # the last two words without white space between them
        self._long = LETTER  # the kind of the last word, if it is a long one

    def add(self, word: str) -> str:
        """The word, after a space if there is one. A line break ends a line."""
        if word == self._line_break:
            self._line, self._joined = NEW_LINE, []
            return "\n"
        repeats = np.bool_(self._joined[-1:] == [word])
        follows, self._line = follow(self._line, traits_of(word), repeats)
        begins_line = not self._joined
        if not begins_line and self._goes_on(word):
            self._joined = [self._joined[-1], word]
            return word
        space = "" if begins_line or (follows and self._words_stay(word)) else " "
        self._joined = [word] if space else [*self._joined[-1:], word]
        self._long = LETTER_OF_RUN if _begins_run(word) else LETTER
        return space + word

    def _words_stay(self, word: str) -> bool:
        words = [*self._joined, word]
        return self._words_of("".join(words)) == words

    def _goes_on(self, word: str) -> bool:
        """Whether the last word and this one are parts of a long word that was cut."""
        last = self._joined[-1]
        if self._most is None or len(last) < self._most:
            return False
        both = self._long + last + word + self._long  # a part may begin or end with an apostrophe
        return self._uncut(both) == [both]
