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
        abstain_below: with one label per text, give no label if its probability is lower.
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
        if self.abstain_below is not None and self.labels.multi:
            raise InputError(
                "abstaining needs texts with one label each; with several labels per text, labels below their "
                "threshold are omitted anyway"
            )

    def __call__(
        self, probabilities: NDArray[np.floating], texts: Sequence[str] | None = None
    ) -> list[tuple[str, ...]]:
        """The labels of each text; with one label per text, that label or None.

        Args:
            probabilities: ``[texts, labels]``.
            texts: the texts of the rows; without them, no text counts as empty.
        """
        chosen = self._chosen(probabilities)
        if not self.abstain_empty or texts is None:
            return chosen
        return [labels if text.strip() else () for labels, text in zip(chosen, texts, strict=True)]

    def _chosen(self, probabilities: NDArray[np.floating]) -> list[tuple[str, ...]]:
        if self.labels.multi:
            above = probabilities > np.array(self.thresholds if self.threshold is None else self.threshold)
            order = ranked(probabilities)
            return [tuple(self.labels[i] for i in row if chosen[i]) for row, chosen in zip(order, above, strict=True)]
        threshold = self.thresholds[0] if self.threshold is None and self.thresholds else self.threshold
        if threshold is None:
            places = probabilities.argmax(axis=1)
        else:
            places = (probabilities[:, 1] > threshold).astype(np.int64)
        confident = probabilities[np.arange(len(places)), places] >= (self.abstain_below or 0.0)
        return [
            (self.labels[place],) if is_confident else () for place, is_confident in zip(places, confident, strict=True)
        ]


def ranked(probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
    """Columns of each row, the most probable first; ties in column order."""
    return np.argsort(-probabilities, axis=1, kind="stable")
