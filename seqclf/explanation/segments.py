"""An explained text in parts, as terminals and pages show it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from seqclf.explanation.attribution import Attribution, ScoredWord

FAINT = 0.05
"""Words with a smaller fraction of the largest score are shown as other text."""

_JOINERS = "\u200c\u200d\ufe0f"  # of letters and emoji


@dataclass(frozen=True)
class Segment:
    """A part of a text.

    Attributes:
        text: its characters.
        word: the word that it is; None for what is between words.
        strength: the score of the word as a fraction of the largest, from -1 to 1; 0 if it is ``FAINT``, and for what
            is between words.
        is_read: whether the model reads it; false also for what is between two words that it does not read.
    """

    text: str
    word: ScoredWord | None
    strength: float
    is_read: bool


def segments(attribution: Attribution, column: int = 0) -> Iterator[Segment]:
    """The parts of a text, or of the value of a text column, in order; together they are all of it.

    Neighbouring parts that the model does not read are one.
    """
    unread = ""
    for one in _parts(attribution, column):
        if one.is_read:
            if unread:
                yield Segment(unread, None, 0.0, is_read=False)
            yield one
            unread = ""
        else:
            unread += one.text
    if unread:
        yield Segment(unread, None, 0.0, is_read=False)


def _parts(attribution: Attribution, column: int) -> Iterator[Segment]:
    text, largest, at, read = attribution.fields[column], attribution.largest, 0, True
    for word in attribution.words:
        if word.column != column:
            continue
        is_read = word.score is not None
        if at < word.start:
            yield Segment(text[at : word.start], None, 0.0, is_read=is_read or read)
        strength = (word.score or 0.0) / largest if largest else 0.0
        yield Segment(text[word.start : word.stop], word, strength if abs(strength) >= FAINT else 0.0, is_read=is_read)
        at, read = word.stop, is_read
    if at < len(text):
        yield Segment(text[at:], None, 0.0, is_read=read)


def visible(text: str, *, joiners: bool = False) -> str:
    """A text without characters that control terminals and pages.

    Line feeds stay, other white space becomes a space. Invisible characters, such as those that change the direction
    of text, are left out; ``joiners``: except those that join letters and emoji. What else cannot be printed, NUL and
    lone surrogates among it, becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(one, joiners=joiners) for one in text.replace("\r\n", "\n"))


def _visible(character: str, *, joiners: bool) -> str:
    if character in _JOINERS:
        return character if joiners else ""
    if character.isprintable() or character == "\n":
        return character
    if character.isspace() and character not in "\x1c\x1d\x1e\x1f":
        return "\n" if character in "\r\x85\u2028\u2029" else " "
    return "" if unicodedata.category(character) == "Cf" else "\ufffd"
