"""Unicode normal forms (UAX #15), equal with every version of Python, and how they combine with lowercasing.

A character such as "é" has several spellings: one code point (NFC), or a letter and a combining mark (NFD). NFC gives
equal ids to canonically equivalent texts. NFKC also replaces compatibility characters, such as ligatures and full-width
letters, by plain ones.

``unicodedata`` differs between versions of Python, but never in the normal form of characters that both know. The forms
here are those of Unicode 14.0, the version of Python 3.11: a code point that it has no character for stays as it is,
and no mark moves past it.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from seqclf.text.unicode_ranges import REORDERED, UNASSIGNED, Ranges
from seqclf.text.words import character_class, lower

NormalForm = Literal["nfc", "nfkc", "none"]

UNICODE_VERSION = "14.0"
DOT_ABOVE = "\u0307"
ABOVE = 230
"""The combining class of most marks above a letter."""

_Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
_LONG = 256  # characters; unicodedata takes quadratic time to order a run of marks

_unassigned = re.compile(f"([{character_class(UNASSIGNED)}]+)")
_runs_of_marks = re.compile(f"[{character_class(REORDERED)}]+")
_marks_of_i = re.compile(f"(?<=i)[{character_class(REORDERED)}]+")


def checked_form(value: Any) -> NormalForm:
    """``value``, if it is a normal form. Raises ``ValueError``."""
    for form in get_args(NormalForm):
        if value == form:
            return form  # type: ignore[no-any-return]
    raise ValueError(f"expected nfc, nfkc or none, found {value!r:.60}")


def forms_of(form: Literal["nfc", "nfkc"]) -> tuple[Literal["NFC", "NFKC"], Literal["NFD", "NFKD"]]:
    """The names of the composed and the decomposed form."""
    return ("NFC", "NFD") if form == "nfc" else ("NFKC", "NFKD")


def normal_form(text: str, form: _Form) -> str:
    """The text in a normal form of Unicode 14.0."""
    if text.isascii():
        return text
    text = _with_ordered_runs(text, "NFKD" if "K" in form else "NFD")
    # If a text is normal in a later version, its parts between characters of that version are, too.
    if unicodedata.is_normalized(form, text):
        return text
    parts = [text] if not len(_without_character().found(text)) else _unassigned.split(text)
    parts[::2] = [unicodedata.normalize(form, part) for part in parts[::2]]
    return "".join(parts)


def speller(form: NormalForm, *, lowercase: bool) -> Callable[[str], str]:
    """How a tokenizer spells a text: in a normal form, lowercased by ``seqclf.text.words.lower``, or both.

    Both: the text is decomposed, lowercased and composed, so that neither case nor normal form of the text matters. A
    dot above an i is dropped, as in "İ": ``lower`` makes it an "i". The result does not change if it is spelt again,
    and ASCII letters of the text may be lowercased before.
    """
    if form == "none":
        return lower if lowercase else str
    composed, decomposed = forms_of(form)

    def spelt(text: str) -> str:
        if not lowercase or text.isascii():
            return text.lower() if lowercase else normal_form(text, composed)
        text = _with_ordered_runs(text, decomposed)
        if DOT_ABOVE not in text and unicodedata.is_normalized(composed, text):
            return normal_form(lower(text), composed)  # no other character decomposes into an i and a dot than "İ"
        letters = lower(normal_form(text, decomposed))
        if DOT_ABOVE in letters:
            letters = _marks_of_i.sub(_without_dots, letters)
        return normal_form(letters, composed)

    return spelt


def marks_before_dots() -> str:
    """The class of the marks that may be between an i and its dot in decomposed text."""
    marks = (code for first, last in REORDERED for code in range(first, last + 1))
    return f"[{''.join(chr(code) for code in marks if 0 < unicodedata.combining(chr(code)) < ABOVE)}]"


def _without_dots(marks: re.Match[str]) -> str:
    """The marks of a decomposed i without its dots, that is without dots above that no other mark is below."""
    found = marks[0]
    for place, mark in enumerate(found):
        if not 0 < unicodedata.combining(mark) < ABOVE:
            return found[:place] + found[place:].lstrip(DOT_ABOVE)
    return found


class _Members:
    """A set of characters that finds those of a text fast: ``re`` tries each range of a class in turn."""

    def __init__(self, ranges: Ranges) -> None:
        self._is_member = np.zeros(0x110000, np.bool_)
        for first, last in ranges:
            self._is_member[first : last + 1] = True

    def found(self, text: str) -> NDArray[np.intp]:
        """Places of the members in the text, ascending."""
        return np.flatnonzero(self._is_member[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")])

    def longest_run(self, text: str) -> int:
        """The largest number of members in a row."""
        places = self.found(text)
        ends = np.append(np.flatnonzero(np.diff(places) > 1), len(places) - 1)
        return int(np.diff(ends, prepend=-1).max())


@functools.cache
def _marks() -> _Members:
    return _Members(REORDERED)


@functools.cache
def _without_character() -> _Members:
    return _Members(UNASSIGNED)


def _with_ordered_runs(text: str, form: Literal["NFD", "NFKD"]) -> str:
    """The text with long runs of marks decomposed and in canonical order, which is quick to normalise."""
    if len(text) <= _LONG or _marks().longest_run(text) <= _LONG:
        return text

    def ordered(run: re.Match[str]) -> str:
        marks = "".join(unicodedata.normalize(form, mark) for mark in run[0])
        classes = list(map(unicodedata.combining, marks))
        segments = itertools.accumulate(of_mark == 0 for of_mark in classes)
        keys = zip(segments, classes, itertools.count(), strict=False)
        return "".join(marks[place] for *_, place in sorted(keys))

    return _runs_of_marks.sub(ordered, text)
