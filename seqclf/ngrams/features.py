"""The presence of n-grams in texts, as sparse features."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.encoded import EncodedTexts
from seqclf.errors import InputError
from seqclf.ngrams.solver import Sparse
from seqclf.text.ngram_hash import NgramHash, blocks, joined
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import truncate_ids

FOLDS = 5
MOST_NGRAMS = 40_000_000  # of the texts that are fitted on: 8 bytes each, twice
MOST_WEIGHTS = 8_000_000  # L-BFGS keeps about 120 bytes for each


def sample(config: Config, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the texts to fit on: all, or as many at random as have ``MOST_NGRAMS`` n-grams.

    Args:
        lengths: tokens of each text before truncation, ``int64 [texts]``.
    """
    assert config.ngrams is not None
    read = np.minimum(lengths, config.tokenizer.max_tokens)
    ngrams = sum(np.maximum(read - order + 1, 0) for order in config.ngrams.orders)
    ngrams = ngrams + read * config.ngrams.words  # as many words as tokens at most
    order = np.random.default_rng([config.seed, 0x46175]).permutation(len(lengths))
    few = int(np.searchsorted(np.cumsum(ngrams[order]), MOST_NGRAMS, side="right"))
    return np.sort(order[: max(few, 1)])


def hash_of(config: Config, tokenizer: Tokenizer) -> NgramHash:
    """Which buckets the config's n-grams fall into, and its words.

    Raises ``InputError`` where the tokens are not parts of words.
    """
    assert config.ngrams is not None
    joins = tokenizer.word_joins() if config.ngrams.words else None
    if config.ngrams.words and joins is None:
        raise InputError(
            f"ngrams.words: the tokens of a {tokenizer.kind} tokenizer are not parts of words; leave the option out"
        )
    return NgramHash(tuple(config.ngrams.orders), config.ngrams.buckets, joins)


@dataclass(frozen=True)
class Presence:
    """Which buckets each text has.

    Attributes:
        matrix: 0 or 1, ``float32 [texts, buckets]`` in CSR form, or some of its columns.
        numbers: different buckets of each text, in ``matrix`` or not, ``int64 [texts]``.
        digests: the same number for texts of the same token ids, ``int64 [texts]``.
    """

    matrix: Sparse
    numbers: NDArray[np.int64]
    digests: NDArray[np.int64]

    @property
    def folds(self) -> NDArray[np.int64]:
        """The fold of each text. Copies of a text are in one fold, or a fit on the others would have seen it."""
        return self.digests % FOLDS

    def of_columns(self, columns: NDArray[np.int64]) -> Presence:
        return replace(self, matrix=self.matrix[:, columns])

    def of_texts(self, chosen: NDArray[Any]) -> Presence:
        """``chosen``: places, or a flag for each text."""
        return Presence(self.matrix[chosen], self.numbers[chosen], self.digests[chosen])

    def normalized(self) -> Sparse:
        """Each row divided by the root of the text's number of buckets."""
        found = self.matrix.copy()
        roots = np.sqrt(np.maximum(self.numbers, 1))
        found.data = np.repeat(1 / roots, np.diff(found.indptr)).astype(np.float32)
        return found

    def known_share(self) -> float:
        """The fraction of a text's entries that other texts have, too; copies of a text count once.

        It is what a new text would have, seen by leaving each text out.
        """
        _, first = np.unique(self.digests, return_index=True)
        buckets = self.matrix[first].indices
        return float((np.bincount(buckets)[buckets] > 1).mean()) if len(buckets) else 1.0


def presence_of(config: Config, hashed: NgramHash, texts: EncodedTexts, places: NDArray[np.int64]) -> Presence:
    """Of the texts at these places."""
    from scipy.sparse import csr_matrix

    tokenizer = config.tokenizer
    digests = np.empty(len(places), np.int64)
    lengths = np.minimum(texts.lengths[places], tokenizer.max_tokens).tolist()

    def block(part: range) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        ids = [truncate_ids(texts[int(places[i])], tokenizer.max_tokens, tokenizer.truncate) for i in part]
        digests[part.start : part.stop] = [zlib.crc32(one.astype("<i4").tobytes(), config.seed) for one in ids]
        return hashed.rows(ids)

    columns, ends = joined(block(part) for part in blocks(lengths))
    presence = np.ones(len(columns), np.float32)
    return Presence(csr_matrix((presence, columns, ends), shape=(len(places), hashed.buckets)), np.diff(ends), digests)


def together(one: Presence, other: Presence) -> Presence:
    """The texts of both."""
    from scipy.sparse import vstack

    return Presence(
        vstack([one.matrix, other.matrix], format="csr"),
        np.concatenate([one.numbers, other.numbers]),
        np.concatenate([one.digests, other.digests]),
    )


def frequent_columns(features: Sparse, units: int) -> NDArray[np.int64]:
    """Buckets that occur, or the most frequent where all of them would be too many weights."""
    occurrences = np.bincount(features.indices, minlength=features.shape[1])
    least, columns = 1, np.flatnonzero(occurrences)
    while len(columns) * units > MOST_WEIGHTS:
        least += 1
        columns = np.flatnonzero(occurrences >= least)
    return columns
