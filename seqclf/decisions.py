"""Derive labels from probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.labels import Labels


@dataclass(frozen=True)
class Decider:
    """Derives labels from probabilities.

    With one label per text, it is the most probable one; of two labels with a threshold, the second if its probability
    exceeds it, else the first. Multi-label, all labels whose probability exceeds their threshold, the most probable
    first, possibly none.

    Args:
        labels: of the columns of the probabilities.
        thresholds: of ``labels.with_thresholds``; None: the most probable label is predicted.
        threshold: replaces ``thresholds``; with two labels, the threshold for the second label's probability.
        abstain_below: give no label if the confidence is lower (``confidences``).
        abstain_empty: give no label to texts that are empty or only white space.

    Raises:
        InputError: for an option that has no effect with these labels.
    """

    labels: Labels
    thresholds: tuple[float, ...] | None = None
    threshold: float | None = None
    abstain_below: float | None = None
    abstain_empty: bool = False

    def __post_init__(self) -> None:
        if self.threshold is not None and not self.labels.multi and len(self.labels) != 2:
            raise InputError(
                f"a threshold needs two labels, or several labels per text; here each text has one of "
                f"{len(self.labels)}. To give uncertain texts no label, use abstain_below"
            )

    def __call__(
        self, probabilities: NDArray[np.floating], texts: Sequence[str] | None = None
    ) -> list[tuple[str, ...]]:
        """The labels of each text; with one label per text, that label. Empty where it abstains (``answered``).

        Args:
            probabilities: ``[texts, labels]``.
            texts: the texts of the rows; without them, no text counts as empty.
        """
        found = self._names(probabilities, self.chosen(probabilities))
        if self.abstain_below is not None:
            found = [names if one else () for names, one in zip(found, self.answered(probabilities), strict=True)]
        if not self.abstain_empty or texts is None:
            return found
        return [names if text.strip() else () for names, text in zip(found, texts, strict=True)]

    def chosen(self, probabilities: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which labels each text would get if none were abstained from, ``bool [texts, labels]``."""
        if self.labels.multi:
            least = np.array(self.thresholds if self.threshold is None else self.threshold)
            return np.asarray(probabilities > least, np.bool_)
        threshold = self.thresholds[0] if self.threshold is None and self.thresholds else self.threshold
        if threshold is None:
            places = probabilities.argmax(axis=1)
        else:
            places = (probabilities[:, 1] > threshold).astype(np.int64)
        return np.asarray(places[:, None] == np.arange(len(self.labels)), np.bool_)

    def confidences(self, probabilities: NDArray[np.floating]) -> NDArray[np.floating]:
        """How probable it is that a text's labels are right, ``[texts]``: the probability of the one label.

        Multi-label, that a text has exactly these labels if labels were independent: the product over all labels of
        the probability of what is decided about it.
        """
        chosen = self.chosen(probabilities)
        if self.labels.multi:
            decided = np.where(chosen, probabilities, 1 - probabilities)
            return np.asarray(decided.prod(axis=1, dtype=np.float64))
        return np.asarray(probabilities[np.arange(len(probabilities)), chosen.argmax(axis=1)])

    def answered(self, probabilities: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which texts it does not abstain from, ``bool [texts]``."""
        return np.asarray(self.confidences(probabilities) >= (self.abstain_below or 0.0), np.bool_)

    def _names(self, probabilities: NDArray[np.floating], chosen: NDArray[np.bool_]) -> list[tuple[str, ...]]:
        if not self.labels.multi:
            return [(self.labels[place],) for place in chosen.argmax(axis=1)]
        order = ranked(probabilities)
        return [tuple(self.labels[i] for i in row if one[i]) for row, one in zip(order, chosen, strict=True)]


def ranked(probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
    """Columns of each row, the most probable first; ties in column order."""
    return np.argsort(-probabilities, axis=1, kind="stable")
