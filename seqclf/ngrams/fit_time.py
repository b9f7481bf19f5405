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
from seqclf.ngrams.memory import fitted_lengths
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
    texts = data.train
    places = sampled(config, texts.lengths, texts.relative_weights)
    beside = fitted_lengths(config, data)[len(texts) :]  # unlabelled texts that a teacher judges
    whole = float(texts.lengths[places].sum() + beside.sum())
    fits = work_of(1 + FOLDS) if network_needs_them(config) else 1.0
    seconds = 0.0
    cached_fit = in_cache("ngrams", cache_key(config, data, ("train",))) is not None
    refits = config.ngrams.refit and data.validation is not None
    cached_refit = not refits or in_cache("ngrams", cache_key(config, data, ("train", "validation"))) is not None
    if cached_fit and cached_refit:
        return 0.0
    reading, fitting = _seconds_of(config, data, places, whole)
    if not cached_fit:
        seconds += reading + fits * fitting
    if refits and not cached_refit and data.validation is not None:
        seconds += (reading + fitting) * (1 + len(data.validation) / max(1, len(texts)))
    return seconds


def _seconds_of(config: Config, data: TrainingData, places: NDArray[np.int64], whole: float) -> tuple[float, float]:
    """How long it takes to find the n-grams of the texts at ``places``, of ``whole`` tokens, and to fit them once."""
    texts, options = data.train, options_of(config)
    places = np.random.default_rng(config.seed).permutation(places)
    ends = np.cumsum(texts.lengths[places])
    measured = []
    for share in (0.5, 1.0):
        some = np.sort(places[: max(1, int(np.searchsorted(ends, share * _TOKENS_TIMED)))])
        began = time.perf_counter()
        presence = presence_of(config, hash_of(config, data.tokenizer), texts, some)
        narrow = presence.of_columns(frequent_columns(presence.matrix, data.labels.units))
        read = time.perf_counter()
        weights = np.ones(len(data.labels), np.float32)
        fitted_linear(narrow, targets_of(texts.truth[some], data.labels, weights), options)
        measured.append((float(texts.lengths[some].sum()), read - began, time.perf_counter() - read))
    (less, _, fast), (more, reading, slow) = measured
    grows = np.log(slow / fast) / np.log(more / less) if more > less else 1.0
    return reading * whole / more, slow * float((whole / more) ** np.clip(grows, 1.0, _MOST_GROWTH))
