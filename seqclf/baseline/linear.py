"""TF-IDF of hashed n-grams with logistic regression: fit, score, keep on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.ngrams import Unit, analyzer

BUCKETS = 2**20
_FILE = "linear.npz"
# Inverse strength of the L2 penalty. On topics, questions, intents and reviews 10 and 30 are within half a point of
# each other and of a linear SVM; larger or smaller ones are behind it on some.
_C = 20.0
_TOLERANCE = 0.1  # a tenth of it is no more accurate, and slower
_MOST_ITERATIONS = 100
_MOST_WEIGHTS = 8 * 1024 * 1024
_SURE = 20.0  # log odds of a label that all training texts have, or none


@dataclass(frozen=True)
class LinearModel:
    """One logistic regression for each label against the rest; for two labels one in all.

    Attributes:
        unit: what the n-grams are made of.
        buckets: those that count, ascending; ``int32 [features]``.
        idf: the inverse document frequency of each, ``float32 [features]``.
        weights: ``float32 [models, features]``.
        intercepts: ``float64 [models]``.
        exclusive: a text has exactly one of three labels or more.
    """

    unit: Unit
    buckets: NDArray[np.int32]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float64]
    exclusive: bool

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """What the metrics of ``seqclf.evaluation`` take: ``float64 [texts, 1 or labels]``."""
        scores: NDArray[np.float64] = _weighted(_counts(texts, self.unit)[:, self.buckets], self.idf) @ self.weights.T
        scores = scores.astype(np.float64) + self.intercepts
        # Of probabilities that do not add up to 1, their softmaxed logarithms are the shares.
        return -np.logaddexp(0.0, -scores) if self.exclusive else scores

    def save(self, folder: Path) -> None:
        np.savez(
            folder / _FILE,
            unit=np.array(self.unit),
            exclusive=np.array(self.exclusive),
            buckets=self.buckets,
            idf=self.idf,
            weights=self.weights,
            intercepts=self.intercepts,
        )

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what ``save`` wrote; nothing in it is ever unpickled."""
        with np.load(folder / _FILE, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in ("buckets", "idf", "weights", "intercepts")}
            return cls(
                unit="words" if kept["unit"] == "words" else "characters", exclusive=bool(kept["exclusive"]), **arrays
            )


def fit(
    texts: Sequence[str],
    truth: NDArray[Any],
    labels: int,
    unit: Unit,
    *,
    weights: NDArray[np.floating] | None = None,
) -> LinearModel:
    """Learn from raw texts.

    Args:
        truth: label ids, ``int [texts]``; or which labels apply, ``bool [texts, labels]``.
        labels: how many there are.
        weights: of ``label_weights``, ``[labels]``; None: all labels count the same.
    """
    counts = _counts(texts, unit)
    multi = truth.ndim == 2
    targets = truth if multi else truth[:, None] == np.arange(labels)
    if not multi and labels == 2:
        targets = targets[:, 1:]
    documents = np.bincount(counts.indices, minlength=BUCKETS)
    buckets = _most_frequent(documents, _MOST_WEIGHTS // targets.shape[1])
    # As scikit-learn smooths it: as if one more text held every n-gram.
    idf = (np.log((1 + len(texts)) / (1 + documents[buckets])) + 1).astype(np.float32)
    features = _weighted(counts[:, buckets], idf)
    del counts
    fitted = [
        _logistic(features, target, None if weights is None else np.where(target, weights[label], 1.0))
        if multi
        else _logistic(features, target, None if weights is None else weights[truth])
        for label, target in enumerate(targets.T)
    ]
    return LinearModel(
        unit,
        buckets,
        idf,
        weights=np.array([weights for weights, _ in fitted], np.float32).reshape(len(fitted), len(buckets)),
        intercepts=np.array([intercept for _, intercept in fitted]),
        exclusive=not multi and labels > 2,
    )


def _counts(texts: Sequence[str], unit: Unit) -> Any:
    """How often each bucket's n-grams occur, a sparse ``float32 [texts, BUCKETS]``.

    Hashing needs no vocabulary: of a million texts it would take gigabytes, and it would have to be kept.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        analyzer=analyzer(unit), n_features=BUCKETS, alternate_sign=False, norm=None, dtype=np.float32
    )
    return hashing.transform(texts)


def _most_frequent(documents: NDArray[np.int64], most: int) -> NDArray[np.int32]:
    """The buckets that occur, or the ``most`` that occur in most texts; ascending."""
    found = np.flatnonzero(documents)
    if len(found) > most:
        found = np.sort(found[np.argsort(-documents[found], kind="stable")[:most]])
    return found.astype(np.int32)


def _weighted(counts: Any, idf: NDArray[np.float32]) -> Any:
    """TF-IDF with logarithmic frequencies, rows of length 1."""
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    counts.data /= np.repeat(lengths, np.diff(counts.indptr))
    return counts


def _logistic(
    features: Any, target: NDArray[np.bool_], weights: NDArray[np.floating] | None
) -> tuple[NDArray[np.float64], float]:
    """Weights and intercept of the log odds that the label applies; ``weights`` say how much each text counts."""
    from sklearn.linear_model import LogisticRegression

    if features.shape[1] == 0 or target.all() or not target.any():
        share = np.clip(
            np.average(target, weights=None if weights is None or not weights.any() else weights), 1e-12, 1 - 1e-12
        )
        odds = float(np.clip(np.log(share) - np.log1p(-share), -_SURE, _SURE))
        return np.zeros(features.shape[1]), odds
    # liblinear, one label at a time: no more memory for more labels, and it converges where the default solver stops
    # short on hundreds of thousands of features. Its dual solver is ten times as fast as its primal one where labels
    # are many and each is rare.
    model = LogisticRegression(
        C=_C, solver="liblinear", dual=True, tol=_TOLERANCE, max_iter=_MOST_ITERATIONS, random_state=0
    )
    model.fit(features, target, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])
