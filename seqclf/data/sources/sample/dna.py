"""Synthetic promoters: DNA sequences that hold the two boxes of a bacterial promoter at their distance, or do not.

A promoter of Escherichia coli has a box near TTGACA and, 16 to 18 bases after it, one near TATAAT (Harley & Reynolds
1987). Here both are drawn with a base changed now and then, at a random place between random bases. The other sequences
hold one of the boxes, or both too near or too far from each other, or none: neither box alone tells.
"""

from __future__ import annotations

import random

LABELS = ("other", "promoter")

_BASES = "ACGT"
_BOXES = ("TTGACA", "TATAAT")
_LENGTH = 80
_SPACING = (16, 17, 18)
_WRONG_SPACING = (4, 6, 8, 26, 28, 30)
_CHANGED = 1 / 12  # of a box's bases
_SEED = 20_240_229


def sequences(count: int) -> list[tuple[str, str]]:
    """``count`` different sequences of 80 bases with their labels, half of them promoters; always the same ones."""
    draw = random.Random(_SEED)
    rows: dict[str, str] = {}
    while len(rows) < count:
        label = LABELS[len(rows) % 2]
        rows.setdefault(_promoter(draw) if label == "promoter" else _other(draw), label)
    return list(rows.items())


def _promoter(draw: random.Random) -> str:
    return _within(draw, _box(draw, 0) + _random(draw, draw.choice(_SPACING)) + _box(draw, 1))


def _other(draw: random.Random) -> str:
    first, second, apart = _box(draw, 0), _box(draw, 1), _random(draw, draw.choice(_WRONG_SPACING))
    return _within(draw, draw.choice((first, second, first + apart + second, "")))


def _box(draw: random.Random, which: int) -> str:
    return "".join(draw.choice(_BASES) if draw.random() < _CHANGED else base for base in _BOXES[which])


def _random(draw: random.Random, length: int) -> str:
    return "".join(draw.choices(_BASES, k=length))


def _within(draw: random.Random, core: str) -> str:
    """The core at a random place of a sequence."""
    before = draw.randint(0, _LENGTH - len(core))
    return _random(draw, before) + core + _random(draw, _LENGTH - len(core) - before)
