"""Unicode's normal forms as arrays, for the exported graph; ``seqclf.text.normal_form`` is the reference.

Hangul syllables are not in the arrays: they are composed and decomposed by arithmetic (chapter 3.12 of the Unicode
standard).
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seqclf.text.normal_form import forms_of, normal_form
from seqclf.text.unicode_ranges import UNASSIGNED
from seqclf.text.words import lower

PAGE = 64
CLASS, UNSETTLED, SECOND = 0xFF, 0x100, 0x200
"""Bits of ``NormalTables.properties``: the combining class; whether a text with the character may not be in the
composed form even if its marks are in order; whether it is the second character of a composition."""

FIRST_L, FIRST_V, FIRST_T, FIRST_SYLLABLE = 0x1100, 0x1161, 0x11A7, 0xAC00
COUNT_L, COUNT_V, COUNT_T = 19, 21, 28
SYLLABLES = COUNT_L * COUNT_V * COUNT_T


@dataclass(frozen=True)
class Pages:
    """A number for each code point, in pages of which most are equal.

    Attributes:
        of_page: for each ``PAGE`` code points, the page that they share with others; ``int32 [0x110000 / PAGE]``.
        numbers: ``int32 [pages * PAGE]``; code point ``c`` has ``numbers[of_page[c // PAGE] * PAGE + c % PAGE]``.
    """

    of_page: NDArray[np.int32]
    numbers: NDArray[np.int32]

    @classmethod
    def of(cls, numbers: NDArray[np.int32]) -> Pages:
        """The pages of an array with a number for each code point."""
        pages, of_page = np.unique(numbers.reshape(-1, PAGE), axis=0, return_inverse=True)
        return cls(of_page.astype(np.int32).ravel(), pages.astype(np.int32).ravel())


@dataclass(frozen=True)
class NormalTables:
    """What a normal form does to characters.

    Attributes:
        properties: the bits named above.
        spellings: for each code point, a row of ``starts`` and ``lengths``; row 0 if it is spelt as itself.
        starts: where the row's characters start in ``characters``.
        lengths: their number.
        characters: decomposed characters (lowercased, if the text is), one row after another.
        pairs: two characters that compose, ``first << 21 | second``.
        compositions: the character of each pair.
    """

    properties: Pages
    spellings: Pages
    starts: NDArray[np.int32]
    lengths: NDArray[np.int32]
    characters: NDArray[np.int32]
    pairs: NDArray[np.int64]
    compositions: NDArray[np.int64]


@functools.cache
def normal_tables(form: Literal["nfc", "nfkc"], *, lowercase: bool) -> NormalTables:
    """The tables of a normal form; those with ``lowercase`` spell characters in lower case."""
    composed, decomposed = forms_of(form)
    properties, rows = np.zeros(0x110000, np.int32), np.zeros(0x110000, np.int32)
    spellings = [""]
    for character in _notable(decomposed):
        code = ord(character)
        properties[code] = unicodedata.combining(character)
        if not unicodedata.is_normalized(composed, character):
            properties[code] |= UNSETTLED
        spelling = normal_form(character, decomposed)
        if lowercase:
            spelling = normal_form(lower(spelling), decomposed)
        if spelling != character:
            rows[code] = len(spellings)
            spellings.append(spelling)
    pairs = dict(_pairs())
    vowels, ends = range(FIRST_V, FIRST_V + COUNT_V), range(FIRST_T + 1, FIRST_T + COUNT_T)
    properties[[*(second for _, second in pairs), *vowels, *ends]] |= UNSETTLED | SECOND
    lengths = np.array([len(spelling) for spelling in spellings], np.int32)
    return NormalTables(
        properties=Pages.of(properties),
        spellings=Pages.of(rows),
        starts=np.cumsum(lengths, dtype=np.int32) - lengths,
        lengths=lengths,
        characters=np.array([ord(character) for spelling in spellings for character in spelling], np.int32),
        pairs=np.array([first << 21 | second for first, second in pairs], np.int64),
        compositions=np.array(list(pairs.values()), np.int64),
    )


def _notable(decomposed: Literal["NFD", "NFKD"]) -> Iterator[str]:
    """All characters of Unicode 14.0 that are marks, have a case or are not in the decomposed form, and some others.

    Blocks without any are skipped, which is much faster than to ask for each character.
    """
    is_assigned = np.ones(0x110000, np.bool_)
    for first, last in (*UNASSIGNED, (0xD800, 0xDFFF), (FIRST_SYLLABLE, FIRST_SYLLABLE + SYLLABLES - 1)):
        is_assigned[first : last + 1] = False
    for start in range(0, 0x110000, 0x100):
        block = "".join(map(chr, start + np.flatnonzero(is_assigned[start : start + 0x100])))
        if lower(normal_form(block, decomposed)) != block or any(map(unicodedata.combining, block)):
            yield from block


def _pairs() -> Iterator[tuple[tuple[int, int], int]]:
    """Two code points that compose, and what they become."""
    for character in _notable("NFD"):
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and parts[0][0] != "<" and unicodedata.is_normalized("NFC", character):
            yield (int(parts[0], 16), int(parts[1], 16)), ord(character)
