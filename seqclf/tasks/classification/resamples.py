"""Scores of two classifiers on resamples of the same texts: the paired bootstrap (Efron and Tibshirani 1993)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.tasks.classification.answers import Answers
from seqclf.tasks.classification.resampled_scores import OF_PROBABILITIES, RANKED, ResampledScores

RESAMPLES = 10_000
RESAMPLES_OF_RANKINGS = 2_000
"""Resamples for scores that sort the texts by probability, which take longer."""
SEED = 0

_ENTRIES_A_BLOCK = 4_000_000
_MUCH_FEWER = 20


def number_of_resamples(name: str) -> int:
    """How many resamples a score is computed on."""
    return RESAMPLES_OF_RANKINGS if name in RANKED else RESAMPLES


def resampled(first: Answers, second: Answers, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Scores of two classifiers on resamples of the same texts, drawn with replacement from ``SEED``.

    A resample has as many texts as there are. Its texts of one kind (same truth, same two predictions) are drawn at
    once, so the time hardly grows with the number of texts. Scores of probabilities tell all texts apart.

    Args:
        names: of scores, not of other names for them.

    Returns:
        By name, ``float64 [2, resamples]``, NaN where the score is not defined.
    """
    decided = [name for name in names if name not in OF_PROBABILITIES]
    summed = [name for name in names if name in OF_PROBABILITIES and name not in RANKED]
    ranked = [name for name in names if name in RANKED]
    found: dict[str, NDArray[np.float64]] = {}
    for group in (decided, summed, ranked):
        if not group:
            continue
        apart = group is not decided or first.weights is not None
        kinds = np.arange(len(first)) if apart else _kinds(first, second)
        scores = [np.empty((number_of_resamples(group[0]), len(group))) for _ in range(2)]
        _, texts = np.unique(kinds, return_index=True)
        scorers = [ResampledScores(one, texts, group) for one in (first, second)]
        weights = 1.0 if first.weights is None else first.weights[texts]
        start = 0
        for draws in _drawn(kinds, len(scores[0])):
            for one, scorer in zip(scores, scorers, strict=True):
                one[start : start + len(draws)] = scorer(draws * weights)
            start += len(draws)
        both = np.stack(scores)
        found |= {name: both[:, :, place] for place, name in enumerate(group)}
    return {name: found[name] for name in names}


def _kinds(first: Answers, second: Answers) -> NDArray[np.int64]:
    """Numbers of the kinds of texts, ``int64 [texts]``: of one kind are the truth and both predictions the same."""
    parts = [first.ids, first.predicted, second.predicted]
    if first.labels.multi:
        rows = np.packbits(np.concatenate(parts, axis=1), axis=1)
        kinds = np.unique(rows, axis=0, return_inverse=True)[1]
    else:
        ids, one, other = (part.astype(np.int64) for part in parts)
        kinds = np.unique((ids * first.width + one) * first.width + other, return_inverse=True)[1]
    numbers: NDArray[np.int64] = kinds.reshape(-1)
    return numbers


def _drawn(kinds: NDArray[np.int64], resamples: int) -> Iterator[NDArray[np.int64]]:
    """Blocks of resamples: how many texts of each kind they have, ``int64 [block, kinds]``."""
    draw = np.random.default_rng(SEED)
    of_kinds, texts = np.bincount(kinds), len(kinds)
    rows = max(1, _ENTRIES_A_BLOCK // len(of_kinds))
    for start in range(0, resamples, rows):
        number = min(rows, resamples - start)
        if len(of_kinds) * _MUCH_FEWER < texts:
            yield draw.multinomial(texts, of_kinds / texts, size=number)
            continue
        each = (kinds[draw.integers(texts, size=texts)] for _ in range(number))
        yield np.stack([np.bincount(one, minlength=len(of_kinds)) for one in each])
