"""Seeds for everything random in a model, all from one number and without touching any global state."""

from __future__ import annotations

import numpy as np


class Seeds:
    """Hands out another seed at each call; the same ones in the same order for the same ``seed``."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng([seed, 0x3EED])

    def __call__(self) -> int:
        return int(self._generator.integers(2**31))
