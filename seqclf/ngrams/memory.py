"""What memory the fit of n-grams needs, known before it is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.labels import Labels
from seqclf.ngrams.features import MOST_NGRAMS, MOST_WEIGHTS

_NUMBER = 4  # bytes of a float32
_BYTES_AN_NGRAM = 48  # 8 in each copy: hashed, of frequent buckets, of a fold, as numbers, merged, transposed
_BYTES_A_SCALE = 16  # for a bucket and unit: counts with the label and without, their ratio, the table
_BYTES_A_WEIGHT = 180  # L-BFGS with five corrections keeps 15 float64 of its own; weights and gradients beside them
# In English texts 38 to 46 % of the n-grams are different and 7 to 10 % of them recur: those alone have a weight each,
# all others of a text share one.
_DIFFERENT = 0.5
_RECURRENT = 0.125


def fit_bytes(config: Config, lengths: NDArray[np.integer], labels: Labels) -> int:
    """An estimate of the most that the fit holds at once, in bytes; 0 where the config has no ``ngrams``.

    On made-up texts (2 to 12 labels, 8 to 200 words) what numpy allocated was 0.6 to 1.0 times it.

    Args:
        lengths: of the training texts in tokens, untruncated, ``[texts]``.
    """
    options = config.ngrams
    if options is None:
        return 0
    kept = np.minimum(lengths, config.tokenizer.max_tokens)
    ngrams = min(MOST_NGRAMS, sum(int(np.maximum(kept - order + 1, 0).sum()) for order in options.orders))
    if options.words:  # as many words as tokens at most
        ngrams = min(MOST_NGRAMS, ngrams + int(kept.sum()))
    columns = min(options.buckets, int(_DIFFERENT * ngrams), MOST_WEIGHTS // labels.units)
    recurrent = min(columns, int(_RECURRENT * ngrams)) + min(len(kept), ngrams)
    at_once = 1 if labels.multi else labels.units  # decisions that do not depend on each other are fitted in turn
    return (
        ngrams * _BYTES_AN_NGRAM
        + columns * labels.units * _BYTES_A_SCALE
        + recurrent * at_once * _BYTES_A_WEIGHT
        + (options.buckets + len(kept)) * labels.units * _NUMBER
    )
