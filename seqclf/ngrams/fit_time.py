"""How long the fits of ``ngrams`` will take."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import found as in_cache
from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.ngrams.features import FOLDS, frequent_columns, hash_of, presence_of
from seqclf.ngrams.fit import cache_key, fitted_linear, network_needs_them, options_of, sampled, work_of
from seqclf.ngrams.fit_texts import FitTexts, unlabelled_places, unlabelled_texts
from seqclf.ngrams.targets import targets_of

_TOKENS_TIMED = 100_000  # of the texts that are fitted to measure the time
_MOST_GROWTH = 1.5  # exponent of the number of tokens


def fits_seconds(config: Config, data: TrainingData) -> float | None:
    """About how long this machine takes, under its current load, for all fits that a training makes; None without
    ``ngrams``, 0 for fits that the cache has.

    Fits a part of the texts, of two sizes, and expects the time to grow on with the number of tokens as it does from
    one to the other.
    """
    if config.ngrams is None:
        return None
    own = sampled(config, data.train.lengths, data.train.relative_weights)
    others = unlabelled_places(config, data, data.train.lengths[own])
    fits = work_of(1 + FOLDS) if network_needs_them(config) else 1.0
    seconds = 0.0
    cached_fit = in_cache("ngrams", cache_key(config, data, ("train",))) is not None
    refits = config.ngrams.refit and data.validation is not None
    cached_refit = not refits or in_cache("ngrams", cache_key(config, data, ("train", "validation"))) is not None
    if cached_fit and cached_refit:
        return 0.0
    reading, fitting = _seconds_of(config, data, own, others)
    if not cached_fit:
        seconds += reading + fits * fitting
    if refits and not cached_refit and data.validation is not None:
        seconds += (reading + fitting) * (1 + len(data.validation) / max(1, len(own) + len(others)))
    return seconds


def _seconds_of(
    config: Config, data: TrainingData, own: NDArray[np.int64], others: NDArray[np.int64]
) -> tuple[float, float]:
    """How long it takes to find the n-grams of the training texts at ``own`` and the unlabelled ones at ``others``, and
    to fit them once."""
    lengths = data.train.lengths[own]
    if len(others) and data.unlabelled is not None:
        lengths = np.concatenate([lengths, data.unlabelled.encoded.lengths[others]])
    order = np.random.default_rng(config.seed).permutation(len(lengths))
    ends = np.cumsum(lengths[order])
    whole = float(ends[-1])
    measured = []
    for share in (0.5, 1.0):
        count = max(1, int(np.searchsorted(ends, share * min(_TOKENS_TIMED, whole), side="right")))
        some = np.union1d(order[:count], [0])  # a training text at least, as in every fit
        of_all = some < len(own)
        began = time.perf_counter()
        read, fitted = _timed(config, data, own[some[of_all]], others[some[~of_all] - len(own)])
        measured.append((float(lengths[some].sum()), read - began, fitted - read))
    (less, _, fast), (more, reading, slow) = measured
    grows = np.log(slow / fast) / np.log(more / less) if more > less else 1.0
    return reading * whole / more, slow * float((whole / more) ** np.clip(grows, 1.0, _MOST_GROWTH))


def _timed(
    config: Config, data: TrainingData, own: NDArray[np.int64], others: NDArray[np.int64]
) -> tuple[float, float]:
    """Fit the training texts at ``own`` and the unlabelled ones at ``others``; the times when their n-grams were found,
    and when they were fitted."""
    hashed = hash_of(config, data.tokenizer)
    targets = targets_of(data.train.truth[own], data.labels, np.ones(len(data.labels), np.float32))
    texts = FitTexts(presence_of(config, hashed, data.train, own), targets)
    texts = texts.joined(unlabelled_texts(config, data, hashed, others, float(len(own))))
    narrow = texts.of_columns(frequent_columns(texts.presence.matrix, data.labels.units))
    read = time.perf_counter()
    fitted_linear(narrow.presence, narrow.targets, options_of(config), narrow.times)
    return read, time.perf_counter()
