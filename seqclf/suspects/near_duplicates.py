"""Pairs of similar texts among many, without comparing all pairs.

MinHash (Broder 1997): the smallest hash value of two sets of shingles is equal with a probability that is their Jaccard
similarity, the number of common shingles by the number of different ones. Locality-sensitive hashing (Indyk and Motwani
1998; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4) takes as candidates the texts that agree
in all hash values of a band. The similarity of candidates is then computed exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.ngrams import Unit
from seqclf.suspects.shingles import hashed

_HASHES = 128
_FOUND = 0.99  # the least probability that a pair as similar as asked for becomes a candidate
_TEXTS_A_BLOCK, _PAIRS_A_BLOCK = 2_048, 8_192
_SEED = 0x5E7


@dataclass(frozen=True)
class SimilarPairs:
    """Pairs of texts by their places, ``int64 [pairs]`` each; ``first < second``. Similar texts need not be a pair
    themselves, but are then linked by others."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)


def similar_pairs(texts: Sequence[str], unit: Unit, least: float) -> SimilarPairs:
    """Pairs of texts whose Jaccard similarity is ``least`` or more, ascending.

    At least 99 % of the links between texts that are as similar as ``least`` are found, and nearly all between texts
    that are more similar. The same texts give the same pairs.

    Args:
        unit: of the shingles.
        least: above 0, at most 1.
    """
    signatures, places = _signatures(texts, unit)
    first, second = _candidates(signatures, *bands(least))
    first, second = places[first], places[second]
    kept = similarities(texts, unit, first, second) >= least - 1e-9
    return SimilarPairs(first[kept], second[kept])


def bands(least: float) -> tuple[int, int]:
    """Number of bands and of hash values in a band, for texts as similar as ``least``.

    The bands are as long as possible, which keeps candidates few, while such texts agree in at least one of them with
    a probability of 0.99.
    """
    sizes = [rows for rows in range(1, _HASHES + 1) if 1 - (1 - least**rows) ** (_HASHES // rows) >= _FOUND]
    rows = max(sizes, default=1)
    return _HASHES // rows, rows


def similarities(
    texts: Sequence[str], unit: Unit, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The Jaccard similarity of pairs of texts, ``float64 [pairs]``; 0 for texts without shingles."""
    involved, where = np.unique(np.concatenate([first, second]), return_inverse=True)
    found = np.zeros(len(first))
    if not len(first):
        return found
    sets = hashed([texts[place] for place in involved.tolist()], unit)
    sizes = np.diff(sets.indptr)
    left, right = where[: len(first)], where[len(first) :]
    for start in range(0, len(first), _PAIRS_A_BLOCK):
        block = slice(start, start + _PAIRS_A_BLOCK)
        common = np.asarray(sets[left[block]].multiply(sets[right[block]]).sum(axis=1)).ravel()
        different = sizes[left[block]] + sizes[right[block]] - common
        found[block] = np.divide(common, different, out=np.zeros(len(common)), where=different > 0)
    return found


def _signatures(texts: Sequence[str], unit: Unit) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The smallest hash values of the texts with shingles, ``uint32 [texts, _HASHES]``, and the places of these."""
    draw = np.random.default_rng(_SEED)
    # Multiply-shift hashing (Dietzfelbinger et al. 1997): the upper half of a product with an odd number.
    factors = draw.integers(0, 2**63, _HASHES, np.uint64) * np.uint64(2) + np.uint64(1)
    added = draw.integers(0, 2**63, _HASHES, np.uint64)
    parts, places = [np.empty((0, _HASHES), np.uint32)], [np.empty(0, np.int64)]
    for start in range(0, len(texts), _TEXTS_A_BLOCK):
        sets = hashed(texts[start : start + _TEXTS_A_BLOCK], unit)
        filled = np.flatnonzero(np.diff(sets.indptr))
        if not len(filled):
            continue
        shingles, starts = sets.indices.astype(np.uint64), sets.indptr[filled]
        least = [
            np.minimum.reduceat(((shingles * factor + more) >> np.uint64(32)).astype(np.uint32), starts)
            for factor, more in zip(factors, added, strict=True)
        ]
        parts.append(np.stack(least, axis=1))
        places.append(start + filled)
    return np.concatenate(parts), np.concatenate(places)


def _candidates(signatures: NDArray[np.uint32], count: int, rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of texts that agree in a band, ascending.

    Of many texts that agree, each is paired with the first and with the one before: the number of candidates grows with
    the texts, not with their square.
    """
    texts = len(signatures)
    found = [np.empty(0, np.int64)]
    for keys in _keys(signatures, count, rows):
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[order][1:] == keys[order][:-1]) + 1  # agree with the one before
        if not len(same):
            continue
        begins = np.ones(texts, np.bool_)
        begins[same] = False
        head = np.maximum.accumulate(np.where(begins, np.arange(texts), 0))
        for before in (same - 1, head[same]):
            found.append(np.unique(order[before] * texts + order[same]))
    pairs = np.unique(np.concatenate(found))
    return pairs // max(texts, 1), pairs % max(texts, 1)


def _keys(signatures: NDArray[np.uint32], count: int, rows: int) -> Iterator[NDArray[np.uint64]]:
    """A number for each band of each text, ``uint64 [texts]``, equal if all hash values of the band are."""
    for band in range(count):
        keys = np.zeros(len(signatures), np.uint64)
        for values in signatures[:, band * rows : (band + 1) * rows].T:
            keys = (keys ^ values) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(29)
        yield keys
