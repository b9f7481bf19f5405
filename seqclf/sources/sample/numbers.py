"""Number sequences of four kinds as text, such as ``2 4 8 16 32 64``: what comes next can be computed.

The first four numbers of a sequence determine its kind and all that follows: no other kind goes on with the same fourth
number. One sequence can be a part of another (``4 8 16 32`` of ``2 4 8 16 32``), so all parts of one endless sequence,
a family, are either for training or for testing: no four numbers in a row of a test sequence occur in training.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count, islice, product, takewhile
from math import isqrt
from typing import NamedTuple

Start = tuple[int, int]
"""The two numbers that determine a sequence of a kind, such as the first number and the step."""

LABELS = ("arithmetic", "fibonacci", "geometric", "squares")
"""The kinds. fibonacci: each number is the sum of the two before it, from any two numbers."""

ROWS = {"train": 6_000, "test": 600}
"""Number of sequences in each part, a quarter of each kind."""

SHOWN = 4
"""So many numbers of a sequence determine the rest."""

_LENGTHS = (5, 9)
_LARGEST = 999_999
_TESTED = 10  # one family of so many
_SEED = 31_415


@dataclass(frozen=True)
class NumberSequence:
    """A sequence of numbers of one kind."""

    kind: str
    terms: tuple[int, ...]

    @property
    def text(self) -> str:
        return " ".join(map(str, self.terms))


def sequences(part: str) -> list[NumberSequence]:
    """The sequences of a part, ``train`` or ``test``: distinct, the kinds in turn, always the same."""
    kinds = [_of_kind(kind, part) for kind in LABELS]
    return [kinds[place % len(kinds)][place // len(kinds)] for place in range(ROWS[part])]


def rows(part: str) -> list[tuple[str, str]]:
    """The text and the kind of each sequence of a part."""
    return [(sequence.text, sequence.kind) for sequence in sequences(part)]


def kind_of(terms: Sequence[int]) -> str | None:
    """The kind of the sequence that starts with these numbers, at least four; None if it is of no kind."""
    return next((kind for kind, _ in _endless(terms)), None) if len(terms) >= SHOWN else None


def continued(terms: Sequence[int], more: int) -> tuple[int, ...]:
    """The numbers that follow, at least four are given. Raises ``ValueError`` if the sequence is of no kind."""
    endless = next(_endless(terms), None) if len(terms) >= SHOWN else None
    if endless is None:
        raise ValueError(f"{terms}: no sequence of the kinds {', '.join(LABELS)}")
    return tuple(islice(endless[1], more))


class _Rule(NamedTuple):
    """How the sequences of a kind continue.

    Attributes:
        starts: of the sequences in the sample.
        terms: the endless sequence of a start.
        start: of the sequence that begins with two numbers; None if there is none.
        family: equal for sequences that are parts of one endless sequence.
    """

    starts: Callable[[], Iterable[Start]]
    terms: Callable[[Start], Iterator[int]]
    start: Callable[[int, int], Start | None]
    family: Callable[[Start], Start]


def _arithmetic(start: Start) -> Iterator[int]:
    return count(*start)


def _geometric(start: Start) -> Iterator[int]:
    first, ratio = start
    return (first * ratio**place for place in count())


def _squares(start: Start) -> Iterator[int]:
    return (root * root for root in count(*start))


def _fibonacci(start: Start) -> Iterator[int]:
    one, other = start
    while True:
        yield one
        one, other = other, one + other


def _step(one: int, other: int) -> Start | None:
    return (one, other - one) if other > one else None


def _ratio(one: int, other: int) -> Start | None:
    return (one, other // one) if one > 0 and other > one and other % one == 0 else None


def _root_and_step(one: int, other: int) -> Start | None:
    roots = isqrt(max(0, one)), isqrt(max(0, other))
    return _step(*roots) if (roots[0] ** 2, roots[1] ** 2) == (one, other) else None


def _remainder(start: Start) -> Start:
    first, step = start
    return first % step, step


def _without_ratio(start: Start) -> Start:
    first, ratio = start
    while first % ratio == 0:
        first //= ratio
    return first, ratio


def _earliest(start: Start) -> Start:
    """The first two numbers of the sequence, continued to the left as long as its numbers are positive and grow."""
    one, other = start
    while one < other:
        one, other = other - one, one
    return one, other


_RULES: dict[str, _Rule] = {
    "arithmetic": _Rule(lambda: product(range(1, 101), range(1, 31)), _arithmetic, _step, _remainder),
    "fibonacci": _Rule(lambda: product(range(1, 46), range(1, 46)), _fibonacci, lambda *two: two, _earliest),
    "geometric": _Rule(lambda: product(range(1, 401), (2, 3, 4, 5, 10)), _geometric, _ratio, _without_ratio),
    "squares": _Rule(lambda: product(range(1, 101), range(1, 21)), _squares, _root_and_step, _remainder),
}


@cache
def _of_kind(kind: str, part: str) -> list[NumberSequence]:
    """The sequences of a kind in a part, shuffled."""
    rule, draw = _RULES[kind], random.Random(f"{_SEED} {kind}")
    found = []
    for start in draw.sample(sorted(rule.starts()), k=len(list(rule.starts()))):
        length = draw.randint(*_LENGTHS)
        terms = tuple(takewhile(lambda term: term <= _LARGEST, islice(rule.terms(start), length)))
        if len(terms) >= _LENGTHS[0] and _part_of(kind, rule.family(start)) == part:
            found.append(NumberSequence(kind, terms))
    return found


def _part_of(kind: str, family: Start) -> str:
    """The part with all sequences of a family. Those with step 1 are for training: they are one family, the largest."""
    content = hashlib.sha256(f"{_SEED} {kind} {family}".encode()).digest()
    return "test" if family[1] > 1 and int.from_bytes(content, "big") % _TESTED == 0 else "train"


def _endless(terms: Sequence[int]) -> Iterator[tuple[str, Iterator[int]]]:
    """All kinds that the numbers follow, each with the numbers that come after them."""
    for kind, rule in _RULES.items():
        start = rule.start(terms[0], terms[1])
        if start is not None:
            endless = rule.terms(start)
            if tuple(islice(endless, len(terms))) == tuple(terms):
                yield kind, endless
