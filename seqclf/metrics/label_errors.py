"""Which given labels may be wrong, by probabilities of a model that has not seen the texts.

Confident learning (Northcutt, Jiang and Chuang 2021, Journal of Artificial Intelligence Research 70): a label is
predicted confidently if its probability reaches the mean that it has for the texts to which it is given. Thus a label
that the model overrates or underrates has a threshold of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seqclf.metrics.calibration import blocks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUNDING = 1e-6  # a probability that equals a threshold up to the rounding of float32 reaches it

LEAST_FOUND = 5
"""A label of several that a model finds in fewer of the texts that have it cannot be judged by the model."""


@dataclass(frozen=True)
class LabelErrors:
    """Texts whose only label may be wrong, the most certain first.

    Attributes:
        places: of the texts, ``int64 [suspects]``.
        given: the label that the text has, ``int64 [suspects]``.
        suggested: the most probable label, ``int64 [suspects]``.
        given_probability, suggested_probability: of the two labels, ``float64 [suspects]``.
    """

    places: NDArray[np.int64]
    given: NDArray[np.int64]
    suggested: NDArray[np.int64]
    given_probability: NDArray[np.float64]
    suggested_probability: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def margins(self) -> NDArray[np.float64]:
        """The normalised margin, ``float64 [suspects]``: from 0, certainly wrong, to 0.5, where both labels are equally
        probable."""
        return (self.given_probability - self.suggested_probability + 1) / 2


@dataclass(frozen=True)
class MultiLabelErrors:
    """Decisions about a label of a text that may be wrong, the most certain first. A text may have several.

    Attributes:
        places: of the texts, ``int64 [suspects]``.
        labels: the label in question, ``int64 [suspects]``.
        given: whether the text has the label; suggested is the opposite; ``bool [suspects]``.
        given_probability: that the decision is right, ``float64 [suspects]``.
        usual: the mean probability of the same decision for all texts that have it, ``float64 [suspects]``.
    """

    places: NDArray[np.int64]
    labels: NDArray[np.int64]
    given: NDArray[np.bool_]
    given_probability: NDArray[np.float64]
    usual: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def margins(self) -> NDArray[np.float64]:
        """As ``LabelErrors.margins``: here it is the probability that the decision is right."""
        return self.given_probability

    @property
    def shares(self) -> NDArray[np.float64]:
        """The probability that the decision is right, as a share of what is usual for it, ``float64 [suspects]``.

        A label that the model hardly ever finds has a low probability for most texts that have it. So little of it says
        less than it does of a label that the model knows.
        """
        import numpy as np

        return self.given_probability / np.maximum(self.usual, np.finfo(np.float64).tiny)

    def first_of_each(self, most: NDArray[np.integer]) -> NDArray[np.int64]:
        """The decisions to look at, by increasing ``shares``: ``int64 [chosen]``, indices of suspects.

        ``most``: how many of each label that are given, and as many that are not, ``[labels]``.
        """
        import numpy as np

        order = np.lexsort((self.labels, self.places, self.shares))
        kind = self.labels[order] * 2 + self.given[order]
        by_kind = np.argsort(kind, kind="stable")
        _, starts, counts = np.unique(kind[by_kind], return_index=True, return_counts=True)
        place_in_kind = np.empty(len(order), np.int64)
        place_in_kind[by_kind] = np.arange(len(order)) - np.repeat(starts, counts)
        chosen: NDArray[np.int64] = order[place_in_kind < most[self.labels[order]]]
        return chosen


def label_errors(
    probabilities: NDArray[np.floating], given: NDArray[np.integer], weights: NDArray[np.floating] | None = None
) -> LabelErrors:
    """Texts whose label the model confidently contradicts, by increasing normalised margin.

    A text is one if, of the labels whose probability reaches their threshold, the most probable is not the given one,
    and another label is more probable than the given one. A label without texts has no threshold, so no text is
    confidently its own. One label, or equal probabilities, give no suspects.

    Args:
        probabilities: out of sample, rows that sum to 1, ``[texts, labels]``.
        given: label ids, ``[texts]``.
        weights: how much each text counts for the thresholds, ``[texts]``; None: all the same.

    Raises:
        ValueError: shapes that do not fit, or an id that is not that of a label.
    """
    import numpy as np

    _check(probabilities, 2, given, 1)
    texts, labels = probabilities.shape
    if texts and not 0 <= given.min() <= given.max() < labels:
        raise ValueError(f"label ids from {given.min()} to {given.max()}, but there are {labels} labels")
    places, suggested = [], []
    thresholds = _thresholds(_of_ids(probabilities, given), given, labels, weights)
    for rows in blocks(texts):
        of_rows, own = probabilities[rows], given[rows]
        confident = of_rows >= thresholds - _ROUNDING
        guess = np.where(confident, of_rows, -1.0).argmax(axis=1)
        best = of_rows.argmax(axis=1)
        contradicted = confident.any(axis=1) & (guess != own) & (_of_ids(of_rows, best) > _of_ids(of_rows, own))
        places.append(rows.start + np.flatnonzero(contradicted))
        suggested.append(best[contradicted])
    found = np.concatenate(places or [np.empty(0)]).astype(np.int64)
    instead = np.concatenate(suggested or [np.empty(0)]).astype(np.int64)
    labelled: NDArray[np.int64] = given[found].astype(np.int64)
    chosen = probabilities[found]
    errors = LabelErrors(found, labelled, instead, _of_ids(chosen, labelled), _of_ids(chosen, instead))
    order = np.argsort(errors.margins, kind="stable")
    return LabelErrors(*(values[order] for values in vars(errors).values()))


def multi_label_errors(
    probabilities: NDArray[np.floating], given: NDArray[np.bool_], weights: NDArray[np.floating] | None = None
) -> MultiLabelErrors:
    """Decisions that the model confidently contradicts, by increasing normalised margin.

    Each label is looked at apart, as two classes: it applies, or it does not. A label that all texts have, or none,
    gives no suspects.

    Args:
        probabilities: that each label applies, out of sample, ``[texts, labels]``.
        given: which labels apply, ``[texts, labels]``.
        weights: as for ``label_errors``.

    Raises:
        ValueError: shapes that do not fit.
    """
    import numpy as np

    _check(probabilities, 2, given, 2)
    found: list[tuple[NDArray[np.int64], ...]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    sides = [(np.empty(0, np.bool_), np.empty(0), np.empty(0))]
    for label in range(probabilities.shape[1]):
        applies, ids = probabilities[:, label].astype(np.float64), given[:, label].astype(np.int64)
        both = np.stack([1 - applies, applies], axis=1)
        errors = label_errors(both, ids, weights)
        usual = _thresholds(_of_ids(both, ids), ids, 2, weights)
        found.append((errors.places, np.full(len(errors), label)))
        sides.append((errors.given == 1, errors.given_probability, usual[errors.given]))
    places, labels = (np.concatenate(parts) for parts in zip(*found, strict=True))
    own, probability, means = (np.concatenate(parts) for parts in zip(*sides, strict=True))
    order = np.lexsort((labels, places, probability))
    return MultiLabelErrors(places[order], labels[order], own[order].astype(np.bool_), probability[order], means[order])


def well_known(probabilities: NDArray[np.floating], given: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of several labels a model knows well enough to judge them: those that it finds (a probability above 0.5) in
    at least ``LEAST_FOUND`` of the texts that have them, ``bool [labels]``.

    A model that hardly ever finds a label contradicts nearly every text that has it.

    Args:
        probabilities: that each label applies, ``[texts, labels]``.
        given: which labels apply, ``[texts, labels]``.

    Raises:
        ValueError: shapes that do not fit.
    """
    import numpy as np

    _check(probabilities, 2, given, 2)
    return np.asarray(((probabilities > 0.5) & given).sum(axis=0) >= LEAST_FOUND, np.bool_)


def _thresholds(
    own: NDArray[np.float64], given: NDArray[np.integer], labels: int, weights: NDArray[np.floating] | None
) -> NDArray[np.float64]:
    """The mean probability of each label for the texts that have it, ``float64 [labels]``; infinite without texts.

    Args:
        own: the probability of each text's given label, ``[texts]``.
    """
    import numpy as np

    counted = np.ones(len(own)) if weights is None else weights.astype(np.float64)
    totals = np.bincount(given, counted, minlength=labels)
    sums = np.bincount(given, counted * own, minlength=labels)
    thresholds: NDArray[np.float64] = np.divide(sums, totals, out=np.full(labels, np.inf), where=totals > 0)
    return thresholds


def _of_ids(probabilities: NDArray[np.floating], ids: NDArray[np.integer]) -> NDArray[np.float64]:
    """The probability of one label of each text, ``float64 [texts]``."""
    import numpy as np

    chosen: NDArray[np.float64] = probabilities[np.arange(len(ids)), ids].astype(np.float64)
    return chosen


def _check(probabilities: NDArray[np.floating], axes: int, given: NDArray[np.generic], of_given: int) -> None:
    """Raise ``ValueError`` if the arrays do not belong together."""
    if probabilities.ndim != axes or given.shape != probabilities.shape[:of_given]:
        raise ValueError(f"probabilities have the shape {probabilities.shape}, the given labels {given.shape}")
