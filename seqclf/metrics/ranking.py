"""How well probabilities rank the texts that have a label above those that have not.

scikit-learn has the same scores, and the tests compare them. Its functions sort all decisions at once and need several
copies of them: too much memory for the decisions of 1,000 labels, and too much time for each label alone. Here only the
probabilities of true decisions are sorted, and the others are counted between them, label by label.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Ranking:
    """Scores of a ranking.

    Attributes:
        roc_auc: the probability that a text with the label is ranked above one without it, ties counting half: the
            area under the ROC curve (Fawcett 2006). None without texts of both kinds.
        average_precision: the mean of the precision at each text that has the label: the area under the steps of the
            curve of precision and recall, not interpolated. None if no text has the label.
    """

    roc_auc: float | None
    average_precision: float | None


@dataclass(frozen=True)
class Levels:
    """Decisions, counted by their weight at the probabilities that true ones have.

    Attributes:
        true: the true decisions at each of these probabilities, ascending, ``float64 [levels]``.
        above: the false decisions above each, ``float64 [levels]``.
        from_on: the false decisions at least as probable as each, ``float64 [levels]``.
        false: all false decisions.
    """

    true: NDArray[np.float64]
    above: NDArray[np.float64]
    from_on: NDArray[np.float64]
    false: float

    @property
    def true_from_on(self) -> NDArray[np.float64]:
        """The true decisions at least as probable as each level, ``float64 [levels]``."""
        sums: NDArray[np.float64] = self.true[::-1].cumsum()[::-1]
        return sums


def levels_of(
    truth: NDArray[np.bool_], probabilities: NDArray[np.floating], weights: NDArray[np.floating] | None = None
) -> Levels:
    """Count the decisions on one label, or on several labels as if they were on one ("micro").

    Time grows with the number of decisions times the logarithm of that of the true ones. Memory beside the arguments
    grows with the number of texts and of true decisions.

    Args:
        truth: which texts have the label, ``[texts]``, or the labels, ``[texts, labels]``.
        probabilities: of the same shape.
        weights: how much each text counts, above 0, ``[texts]``; None: all the same.
    """
    import numpy as np

    columns = 1 if truth.ndim == 1 else truth.shape[1]
    truth, probabilities = truth.reshape(len(truth), columns), probabilities.reshape(len(truth), columns)
    of_texts = np.ones(len(truth)) if weights is None else weights.astype(np.float64)
    levels, places = np.unique(probabilities[truth], return_inverse=True)
    true = np.zeros(len(levels)) + np.bincount(places.ravel(), of_texts[truth.nonzero()[0]], minlength=len(levels))
    above, from_on = np.zeros(len(levels) + 1), np.zeros(len(levels) + 1)
    for column in range(columns):
        false = ~truth[:, column]
        found, counted = probabilities[false, column], of_texts[false]
        # How many levels are below each false decision, and how many are not above it.
        above += np.bincount(np.searchsorted(levels, found, "left"), counted, minlength=len(above))
        from_on += np.bincount(np.searchsorted(levels, found, "right"), counted, minlength=len(above))
    return Levels(true, _from_each_on(above), _from_each_on(from_on), float(above.sum()))


def ranking(
    truth: NDArray[np.bool_], probabilities: NDArray[np.floating], weights: NDArray[np.floating] | None = None
) -> Ranking:
    """The scores of one label, or of the decisions on several labels as if they were on one ("micro"); arguments as
    for ``levels_of``."""
    return ranking_of(levels_of(truth, probabilities, weights))


def ranking_of(levels: Levels) -> Ranking:
    """The scores of decisions that were counted."""
    true, false = levels.true, levels.false
    total = float(true.sum())
    if not total > 0:
        return Ranking(None, None)
    precision = levels.true_from_on / (levels.true_from_on + levels.from_on)
    auc = float(true @ (false - (levels.above + levels.from_on) / 2) / (total * false)) if false > 0 else None
    return Ranking(auc, float(true @ precision / total))


def _from_each_on(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of the values after each but the last, ``[values - 1]``."""
    sums: NDArray[np.float64] = values[:0:-1].cumsum()[::-1]
    return sums


def mean_of(scores: Iterable[float | None]) -> float | None:
    """The mean of those that are defined; None if none is."""
    defined: list[Any] = [score for score in scores if score is not None]
    return sum(defined) / len(defined) if defined else None
