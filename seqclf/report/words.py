"""Users' words on a page: control characters made visible, long texts cut, words coloured by their scores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqclf.evaluation.evidence.content import ShownText, Word

MOST_CHARACTERS = 300
"""Of a value on one line, such as a label."""
MOST_OF_TEXT = 4_000
MOST_OF_FILE = 200_000
LEVELS = 4
"""Shades of a coloured word on each side."""

_LINE_BREAKS = "\n\t"
_PICTURES = 0x2400  # Unicode's symbols for control characters
_DELETE = 0x7F
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, those that change the direction of writing, U+FFFE and U+FFFF, which XML forbids, and halves of
surrogate pairs, which no file can contain. Joiners stay: scripts and emoji need them."""


def visible(text: str, keep: str = "") -> str:
    """The text with a picture or the number of each control character: ``␀`` for NUL, ``[U+202E]``.

    ``keep``: control characters that stay.
    """
    return _INVISIBLE.sub(lambda found: found[0] if found[0] in keep else _picture(found[0]), text)


def on_one_line(text: str) -> str:
    """``visible``, at most ``MOST_CHARACTERS`` characters and a note of how many more there are."""
    more = len(text) - MOST_CHARACTERS
    return visible(text) if more <= 0 else f"{visible(text[:MOST_CHARACTERS])}… ({more:,} more characters)"


def in_lines(text: str, most: int = MOST_OF_TEXT) -> str:
    """``visible`` with its line breaks and tabs, at most ``most`` characters and a note of how many more there are."""
    more = len(text) - most
    shown = visible(text[:most].replace("\r\n", "\n"), _LINE_BREAKS)
    return shown if more <= 0 else f"{shown}…\n({more:,} more characters)"


def _picture(character: str) -> str:
    number = ord(character)
    if number < 0x20:
        return chr(_PICTURES + number)
    return "␡" if number == _DELETE else f"[U+{number:04X}]"


@dataclass(frozen=True)
class Piece:
    """Part of a text. ``level``: from ``-LEVELS``, against the label, to ``LEVELS``, for it; 0 without a colour."""

    text: str
    level: int = 0


def pieces(shown: ShownText, words: Sequence[Word]) -> Iterator[Piece]:
    """The text, cut at its scored words.

    A word's shade is its score as a share of the largest one of the text. Words that overlap earlier ones, or the end
    of the text, are not coloured.
    """
    text = shown.text[:MOST_OF_TEXT]
    largest = max((abs(word.score) for word in words if word.score is not None), default=0.0)
    place = 0
    for word in words:
        level = 0 if word.score is None or not largest else round(LEVELS * word.score / largest)
        if not level or not place <= word.start < word.end <= len(text):
            continue
        if word.start > place:
            yield Piece(text[place : word.start])
        yield Piece(text[word.start : word.end], level)
        place = word.end
    if place < len(text):
        yield Piece(text[place:])
