"""The part of a long text that a report shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from seqclf.evaluation.evidence.content import ShownText, Word
from seqclf.text.truncation import Truncate

MOST_CHARACTERS = 2_000

_NEARBY = 40  # characters in which a white space is looked for
_LONGEST_CLUSTER = 64
_MOST_FLAGS = 4_096  # letters of flags in a row that are counted
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINER = "\u200d"
_RANGES = re.compile(
    "[\u1160-\u11ff"  # Hangul vowels and final consonants
    "\U0001f3fb-\U0001f3ff"  # skin tones
    "\U000e0020-\U000e007f]"  # tags, as in the flag of Scotland
)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")


def shortened(
    text: str, words: Sequence[Word] = (), *, truncate: Truncate = "tail"
) -> tuple[ShownText, tuple[Word, ...]]:
    """At most 2,000 characters of a text, and the words in them with their new places.

    They are those whose words have the largest scores; without scores the start, or the end if the model reads that
    (``truncate`` is ``head``). Neither end is within a grapheme cluster (a character with its accents, an emoji), and
    both are between words where there is a white space nearby. Lone surrogates become U+FFFD.
    """
    text = without_surrogates(text)
    if len(text) <= MOST_CHARACTERS:
        return ShownText(text), tuple(words)
    if any(word.score for word in words):
        start = _best_start(len(text), words)
    else:
        start = len(text) - MOST_CHARACTERS if truncate == "head" else 0
    end = start + MOST_CHARACTERS
    if start > 0:
        start = _boundary(text, start, 1)
    if end < len(text):
        end = _boundary(text, end, -1)
    inside = (word for word in words if start <= word.start and word.end <= end)
    moved = tuple(replace(word, start=word.start - start, end=word.end - start) for word in inside)
    return ShownText(text[start:end], start, len(text) - end), moved


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which no file in UTF-8 can contain."""
    return _SURROGATE.sub("\ufffd", text)


def _best_start(length: int, words: Sequence[Word]) -> int:
    """The start of the window whose words have the largest sum of absolute scores; a little before its first word."""
    best, found, total, first = -1.0, 0, 0.0, 0
    for word in words:
        total += abs(word.score or 0.0)
        while word.end - words[first].start > MOST_CHARACTERS - 2 * _NEARBY and words[first] is not word:
            total -= abs(words[first].score or 0.0)
            first += 1
        if total > best + 1e-9:
            middle = (words[first].start + word.end) // 2
            best, found = total, middle - MOST_CHARACTERS // 2
    return max(0, min(found, length - MOST_CHARACTERS))


def _boundary(text: str, place: int, step: int) -> int:
    """The nearest place in the direction of ``step`` at which the text may be cut."""
    for near in range(place, place + step * _NEARBY, step):
        if text[near - 1].isspace() != text[near].isspace() and not _is_within_cluster(text, near):
            return near
    for near in range(place, place + step * _LONGEST_CLUSTER, step):
        if not _is_within_cluster(text, near):
            return near
    return place


def _is_within_cluster(text: str, place: int) -> bool:
    """Whether the characters around ``place`` belong together, after Unicode's Annex 29: combining marks, joined emoji,
    flags, Hangul syllables and line ends."""
    before, after = text[place - 1], text[place]
    if unicodedata.category(after).startswith("M") or _RANGES.match(after) or _JOINER in (before, after):
        return True
    if before == "\r" and after == "\n":
        return True
    if not (_FLAG.match(before) and _FLAG.match(after)):
        return False
    first = place
    while first > 0 and place - first < _MOST_FLAGS and _FLAG.match(text[first - 1]):
        first -= 1
    return (place - first) % 2 == 1
