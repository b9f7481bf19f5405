"""The pretrained vectors of a config, and how much of its texts they cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError
from seqclf.text.vectors import read_vectors


@dataclass(frozen=True)
class Pretrained:
    """Vectors of a file for the tokens of a vocabulary.

    Attributes:
        vectors: by token id, ``float32 [dim]`` each.
        tokens: size of the vocabulary.
        covered: share of the tokens in the training texts that have one.
    """

    vectors: dict[int, NDArray[np.float32]]
    tokens: int
    covered: float

    def __str__(self) -> str:
        return (
            f"{len(self.vectors):,} of the {self.tokens:,} tokens, {self.covered:.1%} of what the training texts hold"
        )

    def as_json(self) -> dict[str, Any]:
        return {"found": len(self.vectors), "tokens": self.tokens, "covered": round(self.covered, 4)}


def read_pretrained(config: Config, data: TrainingData, on_stage: Callable[[str], None]) -> Pretrained | None:
    """None where the config names no vectors. Raises ``InputError`` where no token has one, or for a bad line."""
    path = config.embedding.vectors
    if path is None:
        return None
    on_stage(f"Reading vectors from {path}")
    vectors = read_vectors(Path(path).expanduser(), data.tokenizer.pieces, config.embedding.dim)
    if not vectors:
        raise InputError(
            f"{path}: holds a vector of none of the tokens; are its words of another language, or written differently "
            "(capitals, pieces of words)? See tokenizer.type and tokenizer.lowercase"
        )
    counts = data.train.counts(data.tokenizer.vocabulary_size)
    covered = float(counts[list(vectors)].sum() / counts.sum())
    return Pretrained(vectors, data.tokenizer.vocabulary_size, covered)
