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
MOST_NGRAMS = 40_000_000  # in the texts of the fit: 8 bytes each, twice
MOST_WEIGHTS = 8_000_000  # L-BFGS needs about 120 bytes for each


def sample(config: Config, lengths: NDArray[np.int64], beside: int = 0) -> NDArray[np.int64]:
    """Indices of the texts to fit to: all, or a random sample with ``MOST_NGRAMS`` n-grams.

    Args:
        lengths: tokens of each text before truncation, ``int64 [texts]``.
        beside: number of n-grams of other texts that the fit reads as well.
    """
    ngrams = numbers_of_ngrams(config, lengths)
    order = np.random.default_rng([config.seed, 0x46175]).permutation(len(lengths))
    few = int(np.searchsorted(np.cumsum(ngrams[order]), MOST_NGRAMS - beside, side="right"))
    return np.sort(order[: max(few, 0 if beside else 1)])


def numbers_of_ngrams(config: Config, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The most n-grams that texts of these lengths may have, ``int64 [texts]``."""
    assert config.ngrams is not None
    read = np.minimum(lengths, config.tokenizer.max_tokens)
    ngrams = sum(np.maximum(read - order + 1, 0) for order in config.ngrams.orders)
    found: NDArray[np.int64] = ngrams + read * config.ngrams.words  # at most one word per token
    return found


def hash_of(config: Config, tokenizer: Tokenizer) -> NgramHash:
    """The hash of the config's n-grams and words into buckets.

    Raises ``InputError`` if words are asked for and the tokens are not parts of words.
    """
    assert config.ngrams is not None
    joins = tokenizer.word_joins() if config.ngrams.words else None
    if config.ngrams.words and joins is None:
        raise InputError(
            f"ngrams.words: the tokens of a {tokenizer.plain.kind} tokenizer are not parts of words; remove the option"
        )
    return NgramHash(tuple(config.ngrams.orders), config.ngrams.buckets, joins)


@dataclass(frozen=True)
class Presence:
    """The buckets present in each text.

    Attributes:
        matrix: 0 or 1, ``float32 [texts, buckets]`` in CSR form, or some of its columns.
        numbers: number of different buckets of each text, in ``matrix`` or not, ``int64 [texts]``.
        digests: a number for each text, equal for equal token ids, ``int64 [texts]``.
    """

    matrix: Sparse
    numbers: NDArray[np.int64]
    digests: NDArray[np.int64]

    @property
    def folds(self) -> NDArray[np.int64]:
        """The fold of each text. Copies of a text share a fold, so that no fit on the other folds has seen it."""
        return self.digests % FOLDS

    def of_columns(self, columns: NDArray[np.int64]) -> Presence:
        return replace(self, matrix=self.matrix[:, columns])

    def of_texts(self, chosen: NDArray[Any]) -> Presence:
        """``chosen``: indices, or a flag for each text."""
        return Presence(self.matrix[chosen], self.numbers[chosen], self.digests[chosen])

    def normalized(self) -> Sparse:
        """Each row divided by the root of the text's number of buckets."""
        found = self.matrix.copy()
        roots = np.sqrt(np.maximum(self.numbers, 1))
        found.data = np.repeat(1 / roots, np.diff(found.indptr)).astype(np.float32)
        return found

    def known_share(self) -> float:
        """The fraction of a text's entries that other texts have as well; copies of a text count once.

        This leave-one-out estimate predicts the fraction for a new text.
        """
        _, first = np.unique(self.digests, return_index=True)
        buckets = self.matrix[first].indices
        return float((np.bincount(buckets)[buckets] > 1).mean()) if len(buckets) else 1.0


def presence_of(config: Config, hashed: NgramHash, texts: EncodedTexts, places: NDArray[np.int64]) -> Presence:
    """The presence of buckets in the texts at ``places``."""
    from scipy.sparse import csr_matrix

    tokenizer = config.tokenizer
    digests = np.empty(len(places), np.int64)
    lengths = np.minimum(texts.lengths[places], tokenizer.max_tokens).tolist()

    def block(part: range) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        limit = (tokenizer.max_tokens, tokenizer.truncate, texts.separator_id)
        ids = [truncate_ids(texts[int(places[i])], *limit) for i in part]
        digests[part.start : part.stop] = [zlib.crc32(one.astype("<i4").tobytes(), config.seed) for one in ids]
        return hashed.rows(ids)

    columns, ends = joined(block(part) for part in blocks(lengths))
    presence = np.ones(len(columns), np.float32)
    return Presence(csr_matrix((presence, columns, ends), shape=(len(places), hashed.buckets)), np.diff(ends), digests)


def together(one: Presence, other: Presence) -> Presence:
    """The texts of both, ``one`` first."""
    from scipy.sparse import vstack

    return Presence(
        vstack([one.matrix, other.matrix], format="csr"),
        np.concatenate([one.numbers, other.numbers]),
        np.concatenate([one.digests, other.digests]),
    )


def frequent_columns(features: Sparse, units: int) -> NDArray[np.int64]:
    """The buckets that occur, or the most frequent ones if all would make too many weights."""
    occurrences = np.bincount(features.indices, minlength=features.shape[1])
    least, columns = 1, np.flatnonzero(occurrences)
    while len(columns) * units > MOST_WEIGHTS:
        least += 1
        columns = np.flatnonzero(occurrences >= least)
    return columns
