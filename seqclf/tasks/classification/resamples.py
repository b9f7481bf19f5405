"""Scores of two classifiers on resamples of the same texts: the paired bootstrap (Efron and Tibshirani 1993)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.tasks.classification.answers import Decided
from seqclf.tasks.classification.draws import drawn, kinds_of
from seqclf.tasks.classification.resampled_scores import OF_PROBABILITIES, RANKED, ResampledScores

RESAMPLES = 10_000
RESAMPLES_OF_RANKINGS = 2_000
"""Resamples for scores that sort the texts by probability, which take longer."""


def number_of_resamples(name: str) -> int:
    """How many resamples a score is computed on."""
    return RESAMPLES_OF_RANKINGS if name in RANKED else RESAMPLES


def resampled(first: Decided, second: Decided, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Scores of two classifiers on resamples of the same texts, drawn with replacement from ``draws.SEED``.

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
        kinds = np.arange(len(first)) if apart else kinds_of([first.ids, first.predicted, second.predicted])
        scores = [np.empty((number_of_resamples(group[0]), len(group))) for _ in range(2)]
        _, texts = np.unique(kinds, return_index=True)
        scorers = [ResampledScores(one, texts, group) for one in (first, second)]
        weights = 1.0 if first.weights is None else first.weights[texts]
        start = 0
        for draws in drawn(kinds, len(scores[0])):
            for one, scorer in zip(scores, scorers, strict=True):
                one[start : start + len(draws)] = scorer(draws * weights)
            start += len(draws)
        both = np.stack(scores)
        found |= {name: both[:, :, place] for place, name in enumerate(group)}
    return {name: found[name] for name in names}
