"""The pretrained vectors of a config, and the fraction of its texts that they cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError
from seqclf.files import expanded
from seqclf.text.normal_form import speller
from seqclf.text.vectors import FileVectors, read_vectors


@dataclass(frozen=True)
class Pretrained:
    """A file's vectors for the tokens of a vocabulary.

    Attributes:
        file: what the file has for the vocabulary.
        tokens: size of the vocabulary.
        covered: fraction of the tokens in the training texts that have a vector.
    """

    file: FileVectors
    tokens: int
    covered: float

    @property
    def vectors(self) -> dict[int, NDArray[np.float32]]:
        """By token id, ``float32 [dim]`` each."""
        return self.file.vectors

    def __str__(self) -> str:
        found = (
            f"{len(self.vectors):,} of {self.tokens:,} vocabulary tokens, {self.covered:.1%} of the training tokens; "
            f"dimension {self.file.dim:,}, {self.file.words:,} words in the file"
        )
        skipped = ", ".join(map(str, self.file.skipped))
        return f"{found}; skipped: {skipped}" if skipped else found

    def as_json(self) -> dict[str, Any]:
        found = {"found": len(self.vectors), "tokens": self.tokens, "covered": round(self.covered, 4)}
        return found | self.file.as_json()


def read_pretrained(config: Config, data: TrainingData, on_stage: Callable[[str], None]) -> Pretrained | None:
    """None if the config names no vectors. Raises ``InputError`` for a file that is malformed or incomplete, or if no
    token has a vector."""
    path = config.embedding.vectors
    if path is None:
        return None
    on_stage(f"Reading vectors from {path}")
    form = data.tokenizer.normalize
    normalised = None if form == "none" else speller(form, lowercase=False)
    found = read_vectors(expanded(path), data.tokenizer.pieces, config.embedding.dim, normalised)
    if not found.vectors:
        raise InputError(
            f"{path}: has no vector for any token of the vocabulary; is it for another language, or are its words "
            "written differently (capitals, pieces of words)? See tokenizer.type and tokenizer.lowercase"
        )
    counts = data.train.counts(data.tokenizer.vocabulary_size)
    if data.tokenizer.separator_id is not None:
        counts[data.tokenizer.separator_id] = 0
    covered = float(counts[list(found.vectors)].sum() / counts.sum())
    return Pretrained(found, data.tokenizer.vocabulary_size, covered)
