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

_FEW = 0.5
"""Fraction of the vocabulary. A file with vectors for fewer tokens does not fit the tokenizer."""

_MOST = 0.95
"""Fraction of the tokens in the training texts. Frozen vectors for fewer of them leave out too much."""


@dataclass(frozen=True)
class Pretrained:
    """A file's vectors for the tokens of a vocabulary.

    Attributes:
        file: what the file has for the vocabulary.
        tokens: size of the vocabulary.
        covered: fraction of the tokens in the training texts that have a vector.
        misfit: why many tokens have no useful vector, and what to set; None if that is not so.
    """

    file: FileVectors
    tokens: int
    covered: float
    misfit: str | None = None

    @property
    def vectors(self) -> dict[int, NDArray[np.float32]]:
        """By token id, ``float32 [dim]`` each."""
        return self.file.vectors

    @property
    def doubts(self) -> list[str]:
        """Warnings about the file, and about how it fits the tokenizer."""
        return [doubt for doubt in (self.file.doubt, self.misfit) if doubt is not None]

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
    tokens = data.tokenizer.vocabulary_size
    misfit = _misfit(config, len(found.vectors), tokens) or _frozen_at_random(config, covered)
    return Pretrained(found, tokens, covered, misfit)


def _misfit(config: Config, found: int, tokens: int) -> str | None:
    """Characters have a warning of their own, before any file is read."""
    tokenizer, ngrams = config.tokenizer, config.ngrams
    if tokenizer.type == "word" or tokenizer.reads_characters or found >= _FEW * tokens:
        return None
    words = " and ngrams.words: false" if ngrams is not None and ngrams.words else ""
    return (
        f"has a vector for {found:,} of {tokens:,} tokens only: tokenizer.type is {tokenizer.type}, whose tokens are "
        f"pieces of words; for vectors of words set tokenizer.type: word{words}"
    )


def _frozen_at_random(config: Config, covered: float) -> str | None:
    if config.embedding.trainable or config.tokenizer.reads_characters or covered >= _MOST:
        return None
    return (
        f"has no vector for {1 - covered:.1%} of the tokens in the training texts: with embedding.trainable: false "
        "these keep random vectors, from which a network learns little; set embedding.trainable: true, or use a file "
        "with more words"
    )
