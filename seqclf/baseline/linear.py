"""TF-IDF of hashed n-grams with logistic regression: fit, predict, save and load."""

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
# Inverse strength of the L2 penalty. On topics, questions, intents and reviews 10 and 30 score within half a point of
# each other and of a linear SVM; larger or smaller values score worse on some of these.
_C = 20.0
_TOLERANCE = 0.1  # a tenth of it is slower and no more accurate
_MOST_ITERATIONS = 100
_MOST_WEIGHTS = 8 * 1024 * 1024
_MOST_LOG_ODDS = 20.0  # log odds of a label that all training texts have, or none has


@dataclass(frozen=True)
class LinearModel:
    """One logistic regression per label against the rest; a single one for two labels.

    Attributes:
        unit: the unit of the n-grams, words or characters.
        buckets: the buckets in use, ascending; ``int32 [features]``.
        idf: inverse document frequency of each bucket, ``float32 [features]``.
        weights: ``float32 [models, features]``.
        intercepts: ``float64 [models]``.
        exclusive: each text has exactly one of three or more labels.
    """

    unit: Unit
    buckets: NDArray[np.int32]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float64]
    exclusive: bool

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Logits for the metrics of ``seqclf.evaluation``: ``float64 [texts, 1 or labels]``."""
        scores: NDArray[np.float64] = _weighted(_counts(texts, self.unit)[:, self.buckets], self.idf) @ self.weights.T
        scores = scores.astype(np.float64) + self.intercepts
        # The softmax of log probabilities normalises probabilities that do not add up to 1.
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
        """Read the files of ``save``; nothing is unpickled."""
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
    text_weights: NDArray[np.floating] | None = None,
) -> LinearModel:
    """Fit to raw texts.

    Args:
        truth: label ids, ``int [texts]``; or which labels apply, ``bool [texts, labels]``.
        labels: number of labels.
        weights: from ``label_weights``, ``[labels]``; None: all labels count the same.
        text_weights: ``[texts]``, which multiply those of the labels; None: all texts count the same.
    """
    counts = _counts(texts, unit)
    multi = truth.ndim == 2
    targets = truth if multi else truth[:, None] == np.arange(labels)
    if not multi and labels == 2:
        targets = targets[:, 1:]
    documents = np.bincount(counts.indices, minlength=BUCKETS)
    buckets = _most_frequent(documents, _MOST_WEIGHTS // targets.shape[1])
    # Smoothed as in scikit-learn: as if one more text contained every n-gram.
    idf = (np.log((1 + len(texts)) / (1 + documents[buckets])) + 1).astype(np.float32)
    features = _weighted(counts[:, buckets], idf)
    del counts
    fitted = []
    for label, target in enumerate(targets.T):
        of_texts = text_weights
        if weights is not None:
            of_labels = np.where(target, weights[label], 1.0) if multi else weights[truth]
            of_texts = of_labels if text_weights is None else of_labels * text_weights
        fitted.append(_logistic(features, target, of_texts))
    return LinearModel(
        unit,
        buckets,
        idf,
        weights=np.array([weights for weights, _ in fitted], np.float32).reshape(len(fitted), len(buckets)),
        intercepts=np.array([intercept for _, intercept in fitted]),
        exclusive=not multi and labels > 2,
    )


def _counts(texts: Sequence[str], unit: Unit) -> Any:
    """Counts of each bucket's n-grams, a sparse ``float32 [texts, BUCKETS]``.

    Hashing needs no vocabulary, which would take gigabytes for a million texts and would have to be saved.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        analyzer=analyzer(unit), n_features=BUCKETS, alternate_sign=False, norm=None, dtype=np.float32
    )
    return hashing.transform(texts)


def _most_frequent(documents: NDArray[np.int64], most: int) -> NDArray[np.int32]:
    """The buckets that occur, at most the ``most`` that occur in the most texts; ascending."""
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
    """Weights and intercept of the log odds that the label applies; ``weights`` are the weights of the texts."""
    from sklearn.linear_model import LogisticRegression

    if features.shape[1] == 0 or target.all() or not target.any():
        share = np.clip(
            np.average(target, weights=None if weights is None or not weights.any() else weights), 1e-12, 1 - 1e-12
        )
        odds = float(np.clip(np.log(share) - np.log1p(-share), -_MOST_LOG_ODDS, _MOST_LOG_ODDS))
        return np.zeros(features.shape[1]), odds
    # liblinear, one label at a time: memory does not grow with the labels, and it converges on hundreds of thousands of
    # features, where the default solver stops early. With many rare labels its dual solver is ten times as fast as its
    # primal one.
    model = LogisticRegression(
        C=_C, solver="liblinear", dual=True, tol=_TOLERANCE, max_iter=_MOST_ITERATIONS, random_state=0
    )
    model.fit(features, target, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])
