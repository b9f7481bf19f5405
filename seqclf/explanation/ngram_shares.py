"""What each word adds to the logits of the n-grams, which are a sum of weights: exact, with no steps.

The weight of an n-gram is shared evenly by its tokens. N-grams of the same bucket count once, so that each has an equal
part of the bucket's weight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seqclf.explanation.reading import Reading
from seqclf.token_ids import CONTINUES, GOES_ON, LONGEST_WORD

if TYPE_CHECKING:
    from seqclf.layers.ngrams import NgramLogits


@dataclass(frozen=True)
class NgramShares:
    """The logits of a text's n-grams: ``without + of_words.sum(axis=0)``.

    Attributes:
        of_words: what each word adds, ``float64 [words, units]``.
        without: bias, and n-grams that have no token of a word, as of the tokens between fields; ``float64 [units]``.
    """

    of_words: NDArray[np.float64]
    without: NDArray[np.float64]


def ngram_shares(layer: NgramLogits, reading: Reading) -> NgramShares:
    """The shares of the words of a text in the output of an n-gram layer. They are divided as the sum is
    (``normalize``): by the root of the number of different buckets of the whole text."""
    import tensorflow as tf

    word_of = np.full(len(reading.ids), -1)
    for number, tokens in enumerate(reading.tokens):
        word_of[tokens] = number
    found: dict[int, list[NDArray[np.int64]]] = defaultdict(list)
    for bucket, tokens in _ngrams(layer, reading.ids):
        found[bucket].append(word_of[tokens])
    buckets = list(found)
    weights = tf.gather(tf.convert_to_tensor(layer.table), np.array(buckets, np.int64)).numpy().astype(np.float64)
    if layer.normalize:
        weights /= np.sqrt(max(len(buckets), 1))
    of_words = np.zeros((len(reading.words), layer.units))
    without = tf.convert_to_tensor(layer.bias).numpy().astype(np.float64)
    for weight, places in zip(weights, found.values(), strict=True):
        shared = [words[words >= 0] for words in places if (words >= 0).any()]
        if not shared:
            without += weight
        for words in shared:
            np.add.at(of_words, words, weight / (len(shared) * len(words)))
    return NgramShares(of_words, without)


def _ngrams(layer: NgramLogits, ids: NDArray[np.int32]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The bucket of each n-gram and word of a text, with its tokens' places."""
    rows = layer.buckets_of(ids[None]).numpy()[0].reshape(-1, len(ids))
    for order, row in zip(layer.orders, rows, strict=False):
        for place in np.flatnonzero(row < layer.buckets).tolist():
            yield int(row[place]), np.arange(place, place + order)
    if not layer.words:
        return
    flags = np.asarray(layer.joins)[ids]
    begins, row = 0, rows[-1]
    for place in range(len(ids)):
        if place and not (flags[place] & CONTINUES and flags[place - 1] & GOES_ON):
            begins = place
        if row[place] < layer.buckets:  # the last token of a word
            yield int(row[place]), np.arange(max(begins, place + 1 - LONGEST_WORD), place + 1)
