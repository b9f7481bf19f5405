"""Seeds for all random numbers of a model, derived from one number without global state."""

from __future__ import annotations

import numpy as np


class Seeds:
    """Returns a new seed at each call; the same ``seed`` gives the same sequence."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng([seed, 0x3EED])

    def __call__(self) -> int:
        return int(self._generator.integers(2**31))


def seed_of_replica(seed: int, replica: int) -> int:
    """The seed from which a replica draws in place of ``seed``; the first one draws from ``seed`` itself."""
    return seed if replica == 0 else int(np.random.default_rng([seed, replica, 0x4E91]).integers(2**31))
