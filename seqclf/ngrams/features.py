"""The presence of n-grams in texts, as sparse features."""

from __future__ import annotations

import zlib

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


def features_of(
    config: Config, hashed: NgramHash, texts: EncodedTexts, places: NDArray[np.int64]
) -> tuple[Sparse, NDArray[np.int64]]:
    """The presence of each bucket, 0 or 1, ``float32 [texts, buckets]`` in CSR form, and the fold of each text.

    The fold follows from the token ids: copies of a text are in one fold, or the fit would have seen it.
    """
    from scipy.sparse import csr_matrix

    tokenizer = config.tokenizer
    folds = np.empty(len(places), np.int64)
    lengths = np.minimum(texts.lengths[places], tokenizer.max_tokens).tolist()

    def block(part: range) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        ids = [truncate_ids(texts[int(places[i])], tokenizer.max_tokens, tokenizer.truncate) for i in part]
        folds[part.start : part.stop] = [zlib.crc32(one.astype("<i4").tobytes(), config.seed) % FOLDS for one in ids]
        return hashed.rows(ids)

    columns, ends = joined(block(part) for part in blocks(lengths))
    presence = np.ones(len(columns), np.float32)
    return csr_matrix((presence, columns, ends), shape=(len(places), hashed.buckets)), folds


def normalized(presence: Sparse) -> Sparse:
    """Each row divided by the root of the number of its entries, so that its Euclidean norm is 1."""
    numbers = np.diff(presence.indptr)
    found = presence.copy()
    found.data = np.repeat(1 / np.sqrt(np.maximum(numbers, 1)), numbers).astype(np.float32)
    return found


def frequent_columns(features: Sparse, units: int) -> NDArray[np.int64]:
    """Buckets that occur, or the most frequent where all of them would be too many weights."""
    occurrences = np.bincount(features.indices, minlength=features.shape[1])
    least, columns = 1, np.flatnonzero(occurrences)
    while len(columns) * units > MOST_WEIGHTS:
        least += 1
        columns = np.flatnonzero(occurrences >= least)
    return columns
