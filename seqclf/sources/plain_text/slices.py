"""Parts of a text by percentages, in the notation of tensorflow-datasets: ``shakespeare.txt[:90%]``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fractions import Fraction

from seqclf.errors import InputError

_NUMBER = r"-?\d+(?:\.\d+)?"
_PERCENTAGES = re.compile(rf"(.+)\[\s*(?:({_NUMBER})\s*%)?\s*:\s*(?:({_NUMBER})\s*%)?\s*\]", re.DOTALL)
_LIKE_A_SLICE = re.compile(r"(.+)\[([-\d.,%\s]*(?::[-\d.,%\s]*)*)\]", re.DOTALL)
_EXAMPLES = "[:90%], [90%:] or [80%:90%]"


@dataclass(frozen=True)
class Slice:
    """A part of a text: from one fraction of its characters to another, 0 to 1."""

    start: Fraction = Fraction(0)
    stop: Fraction = Fraction(1)

    def __str__(self) -> str:
        start = "" if self.start == 0 else f"{float(self.start * 100):.10g}%"
        stop = "" if self.stop == 1 else f"{float(self.stop * 100):.10g}%"
        return "" if self.is_all else f"[{start}:{stop}]"

    @property
    def is_all(self) -> bool:
        return self == ALL

    def overlaps(self, other: Slice) -> bool:
        return self.start < other.stop and other.start < self.stop

    def bounds(self, characters: int) -> tuple[int, int]:
        """Where the slice starts and where it stops in a text with this number of characters.

        Slices that meet have a place in common, whatever the length.
        """
        return int(self.start * characters), int(self.stop * characters)

    def divided(self, share: float) -> tuple[Slice, Slice]:
        """Two slices of this one, the second with a fraction of it."""
        between = self.stop - Fraction(str(share)) * (self.stop - self.start)
        return Slice(self.start, between), Slice(between, self.stop)


ALL = Slice()


def path_and_slice(name: str) -> tuple[str, Slice]:
    """The path, or pattern, and the slice that may follow it. What exists under the whole name is a path.

    Raises ``InputError`` for a slice that is no range of percentages.
    """
    if os.path.exists(name):  # false also for a name that no file can have
        return name, ALL
    found = _PERCENTAGES.fullmatch(name)
    if found is None:
        if (close := _LIKE_A_SLICE.fullmatch(name)) is not None and (":" in close[2] or "%" in close[2]):
            raise InputError(
                f"{name}: no such file, and [{close[2]}] is no slice; expected percentages such as {_EXAMPLES}"
            )
        return name, ALL
    path, start, stop = found.groups()
    part = Slice(_fraction(name, start, Fraction(0)), _fraction(name, stop, Fraction(1)))
    if part.start >= part.stop:
        raise InputError(
            f"{name}: the slice is empty; expected a first percentage below the second, such as {_EXAMPLES}"
        )
    return path, part


def _fraction(name: str, percentage: str | None, usual: Fraction) -> Fraction:
    """A bound as a fraction; negative percentages count from the end."""
    if percentage is None:
        return usual
    share = Fraction(percentage) / 100
    if not -1 <= share <= 1:
        raise InputError(f"{name}: {percentage}% is more than the text has; expected at most 100%, such as {_EXAMPLES}")
    return share + 1 if percentage.startswith("-") else share
