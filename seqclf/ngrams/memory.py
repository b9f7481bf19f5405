"""Estimate the memory that the fit of n-grams needs, before the fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.labels import Labels
from seqclf.ngrams.features import MOST_NGRAMS, MOST_WEIGHTS

_NUMBER = 4  # bytes of a float32
_BYTES_AN_NGRAM = 48  # 8 in each copy: hashed, frequent buckets, one fold, as numbers, merged, transposed
_BYTES_A_SCALE = 16  # per bucket and unit: counts with and without the label, their ratio, the table
_BYTES_A_WEIGHT = 180  # L-BFGS with five corrections keeps 15 float64, in addition to weights and gradients
# In English texts 38 to 46 % of the n-grams are different, and 7 to 10 % of these recur: only these have a weight each;
# all others of a text share one.
_DIFFERENT = 0.5
_RECURRENT = 0.125


def fit_bytes(config: Config, lengths: NDArray[np.integer], labels: Labels) -> int:
    """Estimate the peak memory of the fit, in bytes; 0 if the config has no ``ngrams``.

    On synthetic texts (2 to 12 labels, 8 to 200 words) NumPy allocated 0.6 to 1.0 times the estimate.

    Args:
        lengths: of the training texts, in tokens before truncation, ``[texts]``.
    """
    options = config.ngrams
    if options is None:
        return 0
    kept = np.minimum(lengths, config.tokenizer.max_tokens)
    ngrams = min(MOST_NGRAMS, sum(int(np.maximum(kept - order + 1, 0).sum()) for order in options.orders))
    if options.words:  # at most one word per token
        ngrams = min(MOST_NGRAMS, ngrams + int(kept.sum()))
    columns = min(options.buckets, int(_DIFFERENT * ngrams), MOST_WEIGHTS // labels.units)
    recurrent = min(columns, int(_RECURRENT * ngrams)) + min(len(kept), ngrams)
    at_once = 1 if labels.multi else labels.units  # independent decisions are fitted in turn
    return (
        ngrams * _BYTES_AN_NGRAM
        + columns * labels.units * _BYTES_A_SCALE
        + recurrent * at_once * _BYTES_A_WEIGHT
        + (options.buckets + len(kept)) * labels.units * _NUMBER
    )


def fitted_lengths(config: Config, data: TrainingData) -> NDArray[np.int64]:
    """Lengths of the texts that the fit before a training reads, in tokens before truncation: of the training texts,
    and of the unlabelled ones that a teacher judges, as far as they are used: all, until it was asked."""
    teacher = config.training.teacher
    if data.unlabelled is None or teacher is None or not teacher.unlabelled:
        return data.train.lengths
    lengths = data.unlabelled.encoded.lengths
    if data.taught is not None and data.taught.used is not None:
        lengths = lengths[data.taught.used]
    return np.concatenate([data.train.lengths, lengths])
