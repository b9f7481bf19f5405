"""A task that needs only memory: which cue did the text start with?

Hochreiter & Schmidhuber (1997) and Bengio et al. (1994) tested recurrent networks on such tasks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.token_ids import UNKNOWN_ID

CUES, FILLERS = 8, 8
CHANCE = 1 / CUES
LABELS = tuple(f"cue {number}" for number in range(1, CUES + 1))
FIRST_CUE = UNKNOWN_ID + 1
FIRST_FILLER = FIRST_CUE + CUES
VOCABULARY_SIZE = FIRST_FILLER + FILLERS


def recall_texts(
    generator: np.random.Generator, rows: int, distance: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Texts of a random cue followed by ``distance`` random fillers.

    Returns:
        Token ids, ``int32 [rows, distance + 1]``, and label ids (the cue), ``int32 [rows]``.
    """
    labels = generator.integers(0, CUES, size=rows, dtype=np.int32)
    fillers = generator.integers(FIRST_FILLER, VOCABULARY_SIZE, size=(rows, distance), dtype=np.int32)
    return np.concatenate([labels[:, np.newaxis] + FIRST_CUE, fillers], axis=1), labels


def token_vectors(seed: int, dim: int) -> dict[int, NDArray[np.float32]]:
    """A random vector for each cue and filler, ``float32 [dim]``, with entries of variance 1."""
    vectors = np.random.default_rng([seed, 0x70C5]).normal(size=(VOCABULARY_SIZE, dim)).astype(np.float32)
    return {token: vectors[token] for token in range(FIRST_CUE, VOCABULARY_SIZE)}
