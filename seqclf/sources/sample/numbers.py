"""Number sequences of four kinds as text, such as ``2 4 8 16 32 64``: what comes next can be computed.

The first four numbers of a sequence determine its kind and all that follows. One sequence can be a part of another, as
``4 8 16 32 64`` of ``2 4 8 16 32 64``. So training sequences end before they contain the first five numbers of a test
sequence in a row: the four that a model is shown and the one that it is asked for.

Small numbers are more frequent: a start is drawn with a probability proportional to 1 / sqrt(its fifth number). The
starts are dense, so that a recurrent network can learn from examples to compute exactly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count, islice, product, takewhile
from math import isqrt, sqrt
from typing import NamedTuple

Terms = tuple[int, ...]
Start = tuple[int, int]
"""The two numbers that determine a sequence of a kind, such as its first number and its step."""

LABELS = ("arithmetic", "fibonacci", "geometric", "squares")
"""The kinds. fibonacci: each number is the sum of the two before it, from any two numbers."""

ROWS = {"train": 160_000, "test": 400}
"""Number of sequences in each part, a quarter of each kind. Training has some starts more than once."""

SHOWN = 4
"""How many numbers at the start of a sequence determine the others."""

_LENGTHS = (5, 8)
_LARGEST = 49_999
_SEED = 31_415


@dataclass(frozen=True)
class NumberSequence:
    """A sequence of numbers of one kind."""

    kind: str
    terms: Terms

    @property
    def text(self) -> str:
        return " ".join(map(str, self.terms))


def sequences(part: str) -> list[NumberSequence]:
    """The sequences of a part, ``train`` or ``test``: the kinds in turn, always the same."""
    kinds = [_of_kind(kind)[part] for kind in LABELS]
    return [kinds[place % len(kinds)][place // len(kinds)] for place in range(ROWS[part])]


def rows(part: str) -> list[tuple[str, str]]:
    """The text and the kind of each sequence of a part."""
    return [(sequence.text, sequence.kind) for sequence in sequences(part)]


def kind_of(terms: Sequence[int]) -> str | None:
    """The kind of the sequence that starts with these numbers, at least four; None if it is of no kind."""
    return next((kind for kind, _ in _endless(terms)), None) if len(terms) >= SHOWN else None


def continued(terms: Sequence[int], more: int) -> Terms:
    """The ``more`` numbers that follow at least four. Raises ``ValueError`` if the sequence is of no kind."""
    endless = next(_endless(terms), None) if len(terms) >= SHOWN else None
    if endless is None:
        raise ValueError(f"{terms}: no sequence of the kinds {', '.join(LABELS)}")
    return tuple(islice(endless[1], more))


class _Rule(NamedTuple):
    """How the sequences of a kind continue.

    Attributes:
        terms: the endless sequence of a start.
        start: of the sequence that begins with two numbers; None if there is none.
        starts: of the sequences in the sample: dense, so that each step of a sequence occurs in others.
    """

    terms: Callable[[Start], Iterator[int]]
    start: Callable[[int, int], Start | None]
    starts: Sequence[Start]


def _arithmetic(start: Start) -> Iterator[int]:
    return count(*start)


def _fibonacci(start: Start) -> Iterator[int]:
    one, other = start
    while True:
        yield one
        one, other = other, one + other


def _geometric(start: Start) -> Iterator[int]:
    first, ratio = start
    return (first * ratio**place for place in count())


def _squares(start: Start) -> Iterator[int]:
    return (root * root for root in count(*start))


def _step(one: int, other: int) -> Start | None:
    return (one, other - one) if other > one else None


def _ratio(one: int, other: int) -> Start | None:
    return (one, other // one) if one > 0 and other > one and other % one == 0 else None


def _root_and_step(one: int, other: int) -> Start | None:
    roots = isqrt(max(0, one)), isqrt(max(0, other))
    return _step(*roots) if (roots[0] ** 2, roots[1] ** 2) == (one, other) else None


_RULES: dict[str, _Rule] = {
    "arithmetic": _Rule(_arithmetic, _step, [*product(range(1, 301), range(1, 31))]),
    "fibonacci": _Rule(_fibonacci, lambda one, other: (one, other), [*product(range(1, 101), range(1, 101))]),
    "geometric": _Rule(
        _geometric,
        _ratio,
        [(first, ratio) for ratio in (2, 3) for first in range(1, _LARGEST // ratio**SHOWN + 1)],
    ),
    "squares": _Rule(
        _squares,
        _root_and_step,
        [(root, step) for step in range(1, 25) for root in range(1, isqrt(_LARGEST) - SHOWN * step + 1)],
    ),
}


@cache
def _of_kind(kind: str) -> dict[str, list[NumberSequence]]:
    """The sequences of a kind for each part."""
    rule, draw = _RULES[kind], random.Random(f"{_SEED} {kind}")
    rows = {part: number // len(LABELS) for part, number in ROWS.items()}
    weights = [1 / sqrt(_terms(rule, start, SHOWN + 1)[-1]) for start in rule.starts]
    drawn = draw.choices(rule.starts, weights, k=2 * rows["train"])
    tested = list(dict.fromkeys(drawn))[: rows["test"]]
    held_out = set(tested)
    trained = [start for start in drawn if start not in held_out][: rows["train"]]
    tests, trainings = ([_terms(rule, start, draw.randint(*_LENGTHS)) for start in part] for part in (tested, trained))
    asked = {terms[: SHOWN + 1] for terms in tests}
    parts = {"train": [_before(terms, asked) for terms in trainings], "test": tests}
    return {part: [NumberSequence(kind, terms) for terms in all_terms] for part, all_terms in parts.items()}


def _terms(rule: _Rule, start: Start, length: int) -> Terms:
    return tuple(takewhile(lambda term: term <= _LARGEST, islice(rule.terms(start), length)))


def _before(terms: Terms, asked: set[Terms]) -> Terms:
    """The terms, up to the last one before they contain one of these runs of five."""
    runs = (terms[place : place + SHOWN + 1] for place in range(len(terms) - SHOWN))
    return next((terms[: place + SHOWN] for place, run in enumerate(runs) if run in asked), terms)


def _endless(terms: Sequence[int]) -> Iterator[tuple[str, Iterator[int]]]:
    """All kinds that the numbers follow, each with the numbers that come after them."""
    for kind, rule in _RULES.items():
        start = rule.start(terms[0], terms[1])
        if start is not None:
            endless = rule.terms(start)
            if tuple(islice(endless, len(terms))) == tuple(terms):
                yield kind, endless
