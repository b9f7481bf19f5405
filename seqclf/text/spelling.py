"""A text as a tokenizer spells it, with the place in the text that each character comes from."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from seqclf.text.words import LINE_END, WHITE_SPACE, valid_text

_runs = re.compile(rf"{WHITE_SPACE}+|[^{WHITE_SPACE[1:]}+").finditer
_runs_of_white_space = re.compile(f"{WHITE_SPACE}+").finditer
_chunks = re.compile(f"[^{WHITE_SPACE[1:]}+").finditer
_line_ends = re.compile(LINE_END).finditer
_VOWELS_AND_FINALS = ("\u1160", "\u11ff")  # of Hangul, which compose with the letter before them


@dataclass(frozen=True)
class Spelling:
    """Characters and their sources.

    Attributes:
        text: the characters.
        starts, stops: the source of each character is ``[start, stop)`` of the original text. Both never decrease.
            Several characters may have the same source, as those that NFKC writes for a ligature.
    """

    text: str
    starts: list[int]
    stops: list[int]

    @classmethod
    def of(cls, text: str) -> Spelling:
        """``valid_text(text)``."""
        starts = list(range(len(text)))
        if len(valid := valid_text(text)) == len(text):
            return cls(valid, starts, [start + 1 for start in starts])
        spellings = map(valid_text, text)
        sources = [at for at, spelt in enumerate(spellings) for _ in spelt]
        return cls(valid, sources, [source + 1 for source in sources])

    def part(self, first: int, last: int) -> Spelling:
        """The characters ``[first, last)``."""
        return Spelling(self.text[first:last], self.starts[first:last], self.stops[first:last])

    def source(self, first: int, last: int) -> tuple[int, int]:
        """The span of the original text that the characters ``[first, last)`` come from; ``last`` after ``first``."""
        return self.starts[first], self.stops[last - 1]

    def chunks(self) -> Iterator[Spelling]:
        """The parts between white space, as ``str.split`` finds them."""
        return (self.part(*found.span()) for found in _chunks(self.text))

    def with_line_ends(self, line_end: str) -> Spelling:
        """``seqclf.text.words.with_line_ends``."""
        return self._replaced((found.span(), line_end) for found in _line_ends(self.text))

    def with_joined_white_space(self) -> Spelling:
        """``seqclf.text.white_space.joined_white_space``."""
        end = len(self.text)
        spans = [found.span() for found in _runs_of_white_space(self.text)]
        return self._replaced(((first, last), " " if first and last < end else "") for first, last in spans)

    def spelt(self, spell: Callable[[str], str]) -> Spelling:
        """With the spelling of ``seqclf.text.normal_form.speller``, which never moves characters past white space."""
        if self.text.isascii():  # keeps its length
            return Spelling(spell(self.text), self.starts, self.stops)
        parts = (self.part(*found.span())._spelt(spell) for found in _runs(self.text))
        return _joined(parts)

    def _spelt(self, spell: Callable[[str], str]) -> Spelling:
        expected = spell(self.text)
        ends = [*(at for at, one in enumerate(self.text) if at and not _may_join(one)), len(self.text)]
        bounds = list(itertools.pairwise([0, *ends]))
        found = [spell(self.text[first:last]) for first, last in bounds]
        if "".join(found) != expected:  # what is spelt apart is spelt otherwise
            bounds, found = [(0, len(self.text))], [expected]
        return _joined(self.part(*span)._as(spelt) for span, spelt in zip(bounds, found, strict=True))

    def _replaced(self, replacements: Iterable[tuple[tuple[int, int], str]]) -> Spelling:
        parts, at = [], 0
        for (first, last), text in replacements:
            parts += [self.part(at, first), self.part(first, last)._as(text)]
            at = last
        return _joined([*parts, self.part(at, len(self.text))])

    def _as(self, text: str) -> Spelling:
        """Other characters from the same source: one from each, or if their numbers differ, each from the whole."""
        if len(text) == len(self.text):
            return Spelling(text, self.starts, self.stops)
        return Spelling(text, [self.starts[0]] * len(text), [self.stops[-1]] * len(text))


def _joined(parts: Iterable[Spelling]) -> Spelling:
    parts = list(parts)
    flat = itertools.chain.from_iterable
    return Spelling(
        "".join(part.text for part in parts),
        list(flat(part.starts for part in parts)),
        list(flat(part.stops for part in parts)),
    )


@functools.lru_cache(1 << 16)
def _may_join(character: str) -> bool:
    """Whether normalisation may join the character to the one before it: marks, and parts of Hangul syllables."""
    if character.isascii():
        return False
    first = unicodedata.normalize("NFKD", character)[0]
    lowest, highest = _VOWELS_AND_FINALS
    return unicodedata.category(first).startswith("M") or lowest <= first <= highest
