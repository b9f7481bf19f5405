"""What a classifier says about a text. Commands, files and servers all show this."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider


class Prediction(NamedTuple):
    """The prediction for a text.

    Attributes:
        label: the label; None if the classifier abstains. Multi-label: a tuple, the most probable label first, empty
            if no label is above its threshold.
        probabilities: of every label, in the classifier's order.
    """

    label: str | tuple[str, ...] | None
    probabilities: dict[str, float]

    @property
    def is_multi(self) -> bool:
        """Whether a text may have any number of labels."""
        return isinstance(self.label, tuple)

    @property
    def chosen(self) -> list[tuple[str, float]]:
        """The predicted labels with their probabilities; empty if none is predicted."""
        if self.label is None:
            return []
        names = self.label if isinstance(self.label, tuple) else (self.label,)
        return [(name, self.probabilities[name]) for name in names]

    def top(self, count: int) -> list[tuple[str, float]]:
        """The most probable labels with their probabilities; ties in the classifier's order."""
        return heapq.nlargest(count, self.probabilities.items(), key=lambda item: item[1])

    def as_json(self, text: str, *, top: int = 0) -> dict[str, Any]:
        """The object that ``seqclf predict --json`` prints; ``top``: how many of the most probable labels to list."""
        label: Any = list(self.label) if isinstance(self.label, tuple) else self.label
        return {
            "text": text,
            "labels" if self.is_multi else "label": label,
            **({"top": [{"label": name, "probability": value} for name, value in self.top(top)]} if top else {}),
            "probabilities": self.probabilities,
        }


class MultiLabelPrediction(Prediction):
    """A ``Prediction`` of a multi-label classifier, also where it abstains."""

    __slots__ = ()

    @property
    def is_multi(self) -> bool:
        return True


def predictions(
    probabilities: NDArray[np.floating], decider: Decider, texts: Sequence[str] | None = None
) -> Iterator[Prediction]:
    """The prediction for each row of ``probabilities``, ``[texts, labels]``.

    ``texts``: the texts of the rows; without them, no text counts as empty.
    """
    names, multi = decider.labels.names, decider.labels.multi
    answered = decider.answered(probabilities) if multi else np.ones(len(probabilities), bool)
    for row, chosen, is_answered in zip(probabilities.tolist(), decider(probabilities, texts), answered, strict=True):
        every = dict(zip(names, row, strict=True))
        if multi:
            yield MultiLabelPrediction(chosen if is_answered else None, every)
        else:
            yield Prediction(next(iter(chosen), None), every)
