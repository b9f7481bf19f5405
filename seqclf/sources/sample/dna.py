"""Synthetic DNA sequences with or without the two boxes of a bacterial promoter at the right distance.

A promoter of Escherichia coli has a box similar to TTGACA and, 16 to 18 bases after it, one similar to TATAAT (Harley &
Reynolds 1987). Here both boxes have occasional random substitutions and are placed at random between random bases. The
other sequences contain one box, or both at a wrong distance, or none: a single box does not determine the label.
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
    """``count`` distinct sequences of 80 bases with their labels, half of them promoters; deterministic."""
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
    """A sequence with the core at a random position."""
    before = draw.randint(0, _LENGTH - len(core))
    return _random(draw, before) + core + _random(draw, _LENGTH - len(core) - before)
