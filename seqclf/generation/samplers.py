"""Samplers: from the logits of all tokens to the next one. Each is one step; ``chain`` puts them together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

COLDEST = 1e-200
"""No temperature is lower: all different ``float32`` are then far apart, and no quotient overflows."""


class Sampler(Protocol):
    """Chooses tokens."""

    def next_token(self, logits: NDArray[np.floating]) -> int:
        """The id of the next token.

        Args:
            logits: unnormalised log-probabilities, ``[tokens]``; ``-inf`` for tokens that must not be chosen. Infinite
                ones are as probable as each other.

        Raises:
            ValueError: if no token may be chosen, or a logit is NaN.
        """


class Greedy:
    """The most probable token; of several, the one with the smallest id."""

    def next_token(self, logits: NDArray[np.floating]) -> int:
        _check(logits)
        return int(logits.argmax())


class Draw:
    """A random token, by the probabilities of all tokens.

    The same seed and logits give the same tokens.
    """

    def __init__(self, seed: int) -> None:
        """Raises ``ValueError`` for a negative seed."""
        if seed < 0:
            raise ValueError(f"seed: expected 0 or more, found {seed}")
        self._generator = np.random.default_rng(seed)

    def next_token(self, logits: NDArray[np.floating]) -> int:
        cumulated = np.cumsum(np.exp(_below_the_best(logits)))
        # The first place whose sum exceeds the number: a token of probability 0 adds nothing to the sum before it.
        drawn = np.searchsorted(cumulated, self._generator.random() * cumulated[-1], side="right")
        last = np.searchsorted(cumulated, cumulated[-1], side="left")  # if rounding gave the whole sum
        return int(min(drawn, last))


@dataclass(frozen=True)
class Temperature:
    """Divides logits by ``value`` before ``then`` chooses: below 1, probable tokens become more probable.

    Raises ``ValueError`` unless ``value`` is a finite number above 0.
    """

    value: float
    then: Sampler

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value > 0):
            raise ValueError(f"temperature: expected a number above 0, found {self.value}")

    def next_token(self, logits: NDArray[np.floating]) -> int:
        return self.then.next_token(_below_the_best(logits) / max(self.value, COLDEST))


@dataclass(frozen=True)
class TopK:
    """Lets ``then`` choose among the ``count`` most probable tokens; of equal ones, those with the smallest ids.

    Raises ``ValueError`` unless ``count`` is 1 or more.
    """

    count: int
    then: Sampler

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"top_k: expected 1 or more, found {self.count}")

    def next_token(self, logits: NDArray[np.floating]) -> int:
        _check(logits)
        if self.count >= len(logits):
            return self.then.next_token(logits)
        least = np.partition(logits, -self.count)[-self.count]
        kept = logits > least
        kept[np.flatnonzero(logits == least)[: self.count - np.count_nonzero(kept)]] = True
        return self.then.next_token(np.where(kept, logits, -np.inf))


@dataclass(frozen=True)
class TopP:
    """Lets ``then`` choose among the fewest most probable tokens whose probabilities sum to at least ``share``.

    This is nucleus sampling (Holtzman et al. 2020). Raises ``ValueError`` unless ``share`` is above 0 and at most 1.
    """

    share: float
    then: Sampler

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"top_p: expected a number above 0, at most 1, found {self.share}")

    def next_token(self, logits: NDArray[np.floating]) -> int:
        weights = np.exp(_below_the_best(logits))
        possible = np.flatnonzero(weights)
        ranked = possible[np.argsort(-weights[possible], kind="stable")]
        sums = np.cumsum(weights[ranked])
        needed = int(np.searchsorted(sums, self.share * sums[-1], side="left")) + 1
        kept = np.full(len(logits), -np.inf, logits.dtype)
        kept[ranked[:needed]] = logits[ranked[:needed]]
        return self.then.next_token(kept)


def chain(*, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None, seed: int = 0) -> Sampler:
    """The sampler with these options: first temperature, then top-k, then top-p, then a draw.

    A temperature of 0 chooses the most probable token, whatever the other options are.

    Raises ``ValueError`` for an option outside its range.
    """
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ValueError(f"temperature: expected 0 or more, found {temperature}")
    sampler: Sampler = Draw(seed)
    if top_p is not None:
        sampler = TopP(top_p, sampler)
    if top_k is not None:
        sampler = TopK(top_k, sampler)
    if temperature == 0:
        return Greedy()
    return sampler if temperature == 1 else Temperature(temperature, sampler)


def _below_the_best(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """The logits minus the largest, which is 0: no exponential of them overflows."""
    best = _check(logits)
    if best == math.inf:
        return np.where(logits == best, 0.0, -np.inf)
    below: NDArray[np.float64] = logits.astype(np.float64) - best
    return below


def _check(logits: NDArray[np.floating]) -> float:
    """The largest logit. Raises ``ValueError`` if it is NaN, as it is if any is, or if no token may be chosen."""
    best = float(logits.max(initial=-np.inf))
    if math.isnan(best):
        raise ValueError("the logits are NaN")
    if best == -math.inf:
        raise ValueError("no token may be chosen: all logits are -inf")
    return best
