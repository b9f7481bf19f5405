"""How far probabilities can be taken at their word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seqclf.metrics.scores import count_in, number_in, number_or_none_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BINS = 15
"""Number of bins of the expected calibration error, as in Guo et al. 2017."""
ROWS_A_BLOCK = 4_096
"""Rows of a matrix of probabilities that are compared at a time, so that no second one is in memory."""


@dataclass(frozen=True)
class Bin:
    """The predictions whose confidence is above ``low`` and at most ``high`` (in the first bin also 0).

    Attributes:
        texts: number of texts.
        weight: their fraction of the weight of all texts.
        confidence: their mean confidence; None without texts.
        accuracy: the fraction of them whose prediction is correct; None without texts.
    """

    low: float
    high: float
    texts: int
    weight: float
    confidence: float | None
    accuracy: float | None

    @classmethod
    def from_json(cls, saved: Any) -> Bin:
        """Raises ``ValueError``."""
        low, high, weight = (number_in(saved, name) for name in ("low", "high", "weight"))
        means = (number_or_none_in(saved, name) for name in ("confidence", "accuracy"))
        return cls(low, high, count_in(saved, "texts"), weight, *means)


@dataclass(frozen=True)
class Calibration:
    """Confidence and accuracy, bin by bin: a reliability diagram."""

    bins: tuple[Bin, ...]

    @property
    def expected_error(self) -> float:
        """The expected calibration error (Guo et al. 2017): the mean difference of accuracy and confidence in a bin,
        a bin with the weight of its texts. From 0, perfect, to 1."""
        return sum(
            one.weight * abs(one.accuracy - one.confidence)
            for one in self.bins
            if one.accuracy is not None and one.confidence is not None
        )

    def to_json(self) -> list[dict[str, Any]]:
        """The input of ``from_json``: the bins, by confidence."""
        return [asdict(one) for one in self.bins]

    @classmethod
    def from_json(cls, saved: Any) -> Calibration:
        """Raises ``ValueError`` for anything but the output of ``to_json``."""
        if not isinstance(saved, list):
            raise ValueError('"calibration" is missing or not a list')
        return cls(tuple(map(Bin.from_json, saved)))


def calibration(
    correct: NDArray[np.bool_],
    confidences: NDArray[np.floating],
    weights: NDArray[np.floating] | None = None,
    bins: int = BINS,
) -> Calibration:
    """Predictions in ``bins`` bins of equal width, by their confidence.

    Args:
        correct: which predictions are, ``[texts]``, not empty.
        confidences: the probability that each prediction has, ``[texts]``.
        weights: how much each text counts, above 0, ``[texts]``; None: all the same.
    """
    import numpy as np

    weights = np.ones(len(correct)) if weights is None else weights.astype(np.float64)
    places = bin_places(confidences, bins)
    weight, confident, right = (
        np.bincount(places, weights * values, minlength=bins) for values in (1, confidences, correct)
    )
    return calibration_of(np.bincount(places, minlength=bins), weight, confident, right)


def bin_places(confidences: NDArray[np.floating], bins: int = BINS) -> NDArray[np.int64]:
    """The bin of each prediction, from 0 on, ``[texts]``."""
    import numpy as np

    places: NDArray[np.int64] = np.digitize(confidences, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    return places


def calibration_of(
    texts: NDArray[Any], weight: NDArray[Any], confident: NDArray[Any], right: NDArray[Any]
) -> Calibration:
    """From sums in bins of equal width, all ``[bins]``: the number of texts, their weight, and their confidences and
    correct predictions, both times the weight."""
    import numpy as np

    edges = np.linspace(0, 1, len(texts) + 1)
    return Calibration(
        tuple(
            Bin(
                float(edges[place]),
                float(edges[place + 1]),
                int(texts[place]),
                float(weight[place] / weight.sum()),
                *((float(sums[place] / weight[place]) if texts[place] else None) for sums in (confident, right)),
            )
            for place in range(len(texts))
        )
    )


def brier_score(
    truth: NDArray[Any], probabilities: NDArray[np.floating], weights: NDArray[np.floating] | None = None
) -> float:
    """The Brier score (Brier 1950): the mean squared difference of probabilities and truth.

    With one label per text a text's differences are added up, and halved if there are two labels, so that the score is
    that of the second label's probability, as in scikit-learn. With several labels per text it is the mean over all
    decisions.

    Args:
        truth: label ids, ``int [texts]``; the probability of each label, ``float [texts, labels]``; or which labels
            apply, ``bool [texts, labels]``. Not empty.
        probabilities: ``[texts, labels]``.
        weights: how much each text counts, ``[texts]``; None: all the same.
    """
    import numpy as np

    return float(np.average(squared_errors(truth, probabilities), weights=weights))


def squared_errors(truth: NDArray[Any], probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """The part of each text in the Brier score, which is the mean of them; ``[texts]``. Arguments as there."""
    import numpy as np

    labels, texts = probabilities.shape[1], len(probabilities)
    squares = np.empty(texts)
    for rows in blocks(texts):
        difference = probabilities[rows].astype(np.float64)
        if truth.ndim == 1:
            difference[np.arange(len(difference)), truth[rows]] -= 1
        else:
            difference -= truth[rows]
        squares[rows] = (difference**2).sum(axis=1)
    parts = labels if truth.dtype == np.bool_ else 2 if labels == 2 else 1
    return squares / parts


def blocks(rows: int) -> Iterator[slice]:
    """Consecutive parts of ``rows`` rows."""
    return (slice(start, start + ROWS_A_BLOCK) for start in range(0, rows, ROWS_A_BLOCK))
