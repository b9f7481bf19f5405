"""The white space between words, which tokens of words do not have: as English is printed, if the words stay the same.

The rules are mostly those of the detokenizer of Moses (Koehn et al. 2007): no space before ``. , ! ? ; : % ) ] }`` and
after ``( [ {`` and signs of currencies; quotes open and close in turn, except that ``'`` after an s is an apostrophe.
There is none around a hyphen, slash or underscore after a word, inside numbers such as 10,000 and 3.5, between equal
symbols, and between ideographs and other characters that are written without spaces. No rule looks at the words that
come later.

A rule is not followed where a reader would find other words in the result: ``don ' t`` stays three words.
"""

from __future__ import annotations

import re
from dataclasses import replace

from seqclf.text.chunks import LINE_BREAK, Wording
from seqclf.text.unicode_ranges import SYMBOLS, UNSPACED
from seqclf.text.words import character_class

_CLOSING = frozenset(".,!?;:%)]}\u2019\u201d\u2026\xbb")
_OPENING = frozenset("([{\xbf\xa1\u2018\u201c\xab$\xa3\xa5\u20ac")
_JOINING = frozenset("-/_")
_QUOTES = frozenset("\"'")
_APOSTROPHES = frozenset("'\u2019")
_CONTRACTED = frozenset(("s", "t", "d", "m", "ll", "re", "ve"))
_IN_NUMBERS = {".": re.compile(r"\d.*"), ",": re.compile(r"\d{3}"), ":": re.compile(r"\d\d")}
"""What follows these characters in a number."""

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

_match_symbol = re.compile(f"[{character_class(SYMBOLS)}]").fullmatch
_is_unspaced = re.compile(f"[{character_class((*UNSPACED, *_NO_SPACES))}]").match
_begins_run = re.compile(f"[{character_class(UNSPACED)}]").match
_LETTER, _LETTER_OF_RUN = "q", "\u0e01"
"""What long words of the two kinds consist of. No mark composes with either."""


def is_symbol(word: str) -> bool:
    """Whether the word is a punctuation mark, another symbol or an ideograph."""
    return _match_symbol(word) is not None


class Spacing:
    """Words to text, one after another.

    If the words are those of a text's chunks (``Wording.reader``), the result has the same words.
    """

    def __init__(self, wording: Wording) -> None:
        self._most, self._line_break = wording.most, LINE_BREAK if wording.line_breaks else None
        self._words_of, self._uncut = wording.reader(), replace(wording, most=None).reader()
        self._rules = _Rules()
        self._joined: list[str] = []  # the last two words without white space between them
        self._long = _LETTER  # the kind of the last word, if it is a long one

    def add(self, word: str) -> str:
        """The word, after a space if there is one. A line break ends a line."""
        if word == self._line_break:
            self._rules, self._joined = _Rules(), []
            return "\n"
        follows = self._rules.follows(word)
        begins_line = not self._joined
        if not begins_line and self._goes_on(word):
            self._joined = [self._joined[-1], word]
            return word
        space = "" if begins_line or (follows and self._words_stay(word)) else " "
        self._joined = [word] if space else [*self._joined[-1:], word]
        self._long = _LETTER_OF_RUN if _begins_run(word) else _LETTER
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


class _Rules:
    """Which words of a line follow the one before without a space."""

    def __init__(self) -> None:
        self._before, self._last = "", ""
        self._joins = False  # whether the last word is a hyphen that joins others
        self._opened: set[str] = set()  # quotes

    def follows(self, word: str) -> bool:
        """Whether the next word of the line does."""
        after_word = bool(self._last) and not is_symbol(self._last)
        joins = word in _JOINING and (after_word or (self._joins and word == self._last))
        if word in _QUOTES:
            follows = self._quote(word)
        else:
            follows = joins or self._is_close(word)
            if self._last == "'" and word in _CONTRACTED:
                self._opened.discard("'")  # it was an apostrophe
        self._before, self._last, self._joins = self._last, word, joins
        return follows

    def _quote(self, mark: str) -> bool:
        """``follows`` for a quote."""
        possessive = mark == "'" and mark not in self._opened and self._last.endswith("s") and "'" not in self._last
        if possessive or mark in self._opened:
            self._opened.discard(mark)
            return True
        self._opened.add(mark)
        return self._last in _OPENING

    def _is_close(self, word: str) -> bool:
        """``follows`` for another word, if it is not a hyphen after a word."""
        last, is_word = self._last, not is_symbol(word)
        if word in _CLOSING or last in _OPENING or last in self._opened:
            return True
        if last in _APOSTROPHES and word in _CONTRACTED:
            return True
        if self._joins and is_word:
            return True
        if last in _IN_NUMBERS and self._before[-1:].isdigit() and _IN_NUMBERS[last].fullmatch(word):
            return True
        if _is_unspaced(word) and last and (_is_unspaced(last[-1]) or _is_unspaced(last)):
            return True
        return word == last and not is_word
