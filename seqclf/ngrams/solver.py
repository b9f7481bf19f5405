"""Logistic regression over sparse features with a scale per label: the convex part of ``ngrams``.

scikit-learn's solvers use the same scale of a feature for all labels; naive Bayes ratios differ by label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ITERATIONS = 100
_TOLERANCE = 1e-5  # change of the objective, in nats per text
_PRIOR_TEXTS = 10
_CORRECTIONS = 5  # pairs of vectors that L-BFGS keeps, with one float64 per weight

Sparse = Any
"""``scipy.sparse.csr_matrix``; its module is imported only where needed."""


@dataclass(frozen=True)
class Linear:
    """Logits are ``features @ table + bias``.

    Attributes:
        table: ``float32 [features, units]``.
        bias: ``float32 [units]``.
    """

    table: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, features: Sparse) -> NDArray[np.float32]:
        """``float32 [texts, units]``."""
        logits: NDArray[np.float32] = np.asarray(features @ self.table + self.bias, dtype=np.float32)
        return logits


@dataclass(frozen=True)
class Targets:
    """The targets of a linear model.

    Attributes:
        truth: ``float32 [texts, units]``: 1 where the unit's label applies, or the probability that it does.
        weights: weight of an error, ``float32 [texts, 1 or units]``.
        exclusive: exactly one unit applies to a text (softmax); otherwise units are independent decisions (sigmoid).
    """

    truth: NDArray[np.float32]
    weights: NDArray[np.float32]
    exclusive: bool

    def chosen(self, places: NDArray[np.int64]) -> Targets:
        """The targets of the texts at ``places``."""
        return Targets(self.truth[places], self.weights[places], self.exclusive)


def fit_linear(features: Sparse, targets: Targets, scale: NDArray[np.float32], l2: float) -> Linear:
    """Minimise the summed cross-entropy plus ``l2 / 2`` times the squared norm of the unscaled weights with L-BFGS
    (Byrd et al. 1995).

    Args:
        features: ``float32 [texts, features]``; the non-zero features of a text are equal.
        scale: factor of each feature for each unit, ``float32 [features, units]``.
        l2: 0 or more.
    """
    merged = _Merged(features.astype(np.float32))
    fitted = _fit(merged.features, targets, merged.scale(scale), l2)
    return Linear(merged.apart(fitted.table), fitted.bias)


class _Merged:
    """Merges the features that occur in only one text, which most n-grams do, into one feature per text.

    These features have the same value ``v`` and the same scale, and so the same weight ``w`` at the minimum. A feature
    of value ``sqrt(m) * v`` and weight ``sqrt(m) * w`` replaces ``m`` of them: it adds the same to the logits and the
    squared norm.
    """

    def __init__(self, features: Sparse) -> None:
        from scipy.sparse import csr_matrix, hstack

        texts, width = features.shape
        occurrences = np.bincount(features.indices, minlength=width)
        single = occurrences == 1
        self._others = np.flatnonzero(occurrences > 1)
        rows = np.repeat(np.arange(texts), np.diff(features.indptr))
        alone = single[features.indices]
        self._columns, self._owners = features.indices[alone], rows[alone]  # of the merged features
        counts = np.bincount(self._owners, minlength=texts)
        self._texts = np.flatnonzero(counts)
        self._roots = np.sqrt(counts[self._texts]).astype(np.float32)
        values = self._roots * features.data[features.indptr[self._texts]]
        places = np.arange(len(self._texts))
        shape = (texts, len(self._texts))
        self.features = hstack(
            [features[:, self._others], csr_matrix((values, (self._texts, places)), shape=shape)], format="csr"
        )
        self._width = width
        self._first = np.full(texts, -1)
        self._first[self._owners] = self._columns

    def scale(self, scale: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scale of the merged features, ``[features, units]``."""
        return np.concatenate([scale[self._others], scale[self._first[self._texts]]])

    def apart(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """The table of the original features, ``[features, units]``, from that of the merged features."""
        full = np.zeros((self._width, table.shape[1]), np.float32)
        full[self._others] = table[: len(self._others)]
        places = np.searchsorted(self._texts, self._owners)
        full[self._columns] = table[len(self._others) + places] / self._roots[places][:, np.newaxis]
        return full


def _fit(features: Sparse, targets: Targets, scale: NDArray[np.float32], l2: float) -> Linear:
    turned = features.T.tocsr()
    if targets.exclusive:
        return _minimum(features, turned, targets, scale, l2)
    # Decisions are independent: fitted in turn they take less memory, and each stops when it has converged.
    units = []
    for unit in range(targets.truth.shape[1]):
        column = slice(unit, unit + 1)
        weights = targets.weights if targets.weights.shape[1] == 1 else targets.weights[:, column]
        units.append(
            _minimum(features, turned, Targets(targets.truth[:, column], weights, False), scale[:, column], l2)
        )
    return Linear(np.concatenate([one.table for one in units], axis=1), np.concatenate([one.bias for one in units]))


def _minimum(features: Sparse, turned: Sparse, targets: Targets, scale: NDArray[np.float32], l2: float) -> Linear:
    from scipy.optimize import minimize

    texts, (width, units) = features.shape[0], scale.shape

    def split(flat: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        single = flat.astype(np.float32)
        return single[: width * units].reshape(width, units), single[width * units :]

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = split(flat)
        losses, slopes = _cross_entropy(features @ (scale * weights) + bias, targets)
        gradient = np.concatenate([(scale * (turned @ slopes) + l2 * weights).ravel(), slopes.sum(axis=0)])
        loss = losses + 0.5 * l2 * float(np.vdot(flat[: width * units], flat[: width * units]))
        return loss / texts, gradient.astype(np.float64) / texts

    options = {"maxiter": _ITERATIONS, "maxcor": _CORRECTIONS, "ftol": _TOLERANCE}
    start = np.zeros(width * units + units)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    weights, bias = split(found.x)
    return Linear(scale * weights, bias)


def _cross_entropy(logits: NDArray[np.float32], targets: Targets) -> tuple[float, NDArray[np.float32]]:
    """The weighted sum over all texts, in nats, and its derivative with respect to each logit."""
    truth = targets.truth
    if targets.exclusive:
        top = logits.max(axis=1, keepdims=True)
        exp = np.exp(logits - top)
        total = exp.sum(axis=1, keepdims=True)
        losses = top + np.log(total) - (truth * logits).sum(axis=1, keepdims=True)
        probabilities = exp / total
    else:
        losses = np.logaddexp(0, logits) - truth * logits
        probabilities = np.exp(-np.logaddexp(0, -logits))
    weighted = targets.weights * losses
    return float(weighted.sum(dtype=np.float64)), (targets.weights * (probabilities - truth)).astype(np.float32)


def best_weights(
    network: NDArray[np.float32], ngrams: NDArray[np.float32], targets: Targets, before: tuple[float, float]
) -> tuple[float, float]:
    """The non-negative weights of two sets of logits that minimise the cross-entropy of the weighted sum.

    Args:
        network, ngrams: ``float32 [texts, units]``.
        before: prior weights, which count as much as ``_PRIOR_TEXTS`` texts.
    """
    from scipy.optimize import minimize

    def objective(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        ours, theirs = weights.astype(np.float32)
        loss, slopes = _cross_entropy(ours * network + theirs * ngrams, targets)
        off = weights - before
        gradient = np.array([np.vdot(slopes, network), np.vdot(slopes, ngrams)]) + _PRIOR_TEXTS * off
        return loss + 0.5 * _PRIOR_TEXTS * float(off @ off), gradient.astype(np.float64)

    found = minimize(objective, np.array(before), jac=True, method="L-BFGS-B", bounds=[(0, None), (0, None)])
    return float(found.x[0]), float(found.x[1])


def naive_bayes_ratios(
    features: Sparse, truth: NDArray[np.float32], smoothing: float, weights: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Log-count ratios of the features, of each unit against the rest (Wang & Manning 2012, section 2.1).

    Args:
        features: presence, 0 or 1, ``[texts, features]``.
        truth: 1 where the unit's label applies, or the probability that it does, ``float32 [texts, units]``.
        smoothing: added to every count.
        weights: how often each text counts, ``[texts]``; None: once.

    Returns:
        ``float32 [features, units]``.
    """
    turned = features.T.tocsr()
    times = np.float32(1) if weights is None else weights[:, np.newaxis]
    with_label = turned @ (times * truth) + smoothing
    without = turned @ (times * (1 - truth)) + smoothing
    ratios = np.log(with_label / with_label.sum(axis=0)) - np.log(without / without.sum(axis=0))
    return np.asarray(ratios, dtype=np.float32)


def inverse_document_frequencies(features: Sparse, weights: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """``(log((1 + texts) / (1 + texts with it)) + 1) / (log(1 + texts) + 1)``: at most 1, ``float32 [features, 1]``.

    ``weights``: how often each text counts, ``[texts]``; None: once.
    """
    texts = features.shape[0] if weights is None else float(weights.sum(dtype=np.float64))
    times = None if weights is None else np.repeat(weights, np.diff(features.indptr))
    occurrences = np.bincount(features.indices, times, minlength=features.shape[1])
    idf = (np.log((1 + texts) / (1 + occurrences)) + 1) / (np.log(1 + texts) + 1)
    return np.asarray(idf, dtype=np.float32)[:, np.newaxis]


def joint_scale(*scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scale of one feature that replaces copies of itself with different scales.

    The optimal weights of the copies add up to that of one feature scaled by the root of the summed squares.
    """
    squares = [np.square(scale) for scale in scales]
    return np.asarray(np.sqrt(sum(squares[1:], squares[0])), dtype=np.float32)
