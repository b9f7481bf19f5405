"""The interface of trained classifiers, whatever computes the probabilities."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider
from seqclf.inference.prediction import Prediction, predictions
from seqclf.labels import Labels

_TEXTS_A_BLOCK = 4_096


class TextClassifier(Protocol):
    """Classifies texts.

    There are two: ``seqclf.inference.Classifier`` computes with ONNX Runtime, and
    ``seqclf.evaluation.classifier.KerasClassifier`` with Keras. ``seqclf.evaluation.opening`` chooses.
    """

    @property
    def labels(self) -> Labels:
        """All labels, in the order of the columns of ``probabilities``."""

    @property
    def thresholds(self) -> tuple[float, ...] | None:
        """Multi-label, the threshold that each label's probability must exceed; else None."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Probability of every label, ``[texts, labels]``."""


def stream(classifier: TextClassifier, texts: Iterable[str], decider: Decider | None = None) -> Iterator[Prediction]:
    """Yield a prediction for each text, in order, reading some thousand texts ahead.

    ``decider`` overrides how the classifier derives labels from probabilities.
    """
    decider = decider or Decider(classifier.labels, classifier.thresholds)
    texts = iter(texts)
    while block := list(itertools.islice(texts, _TEXTS_A_BLOCK)):
        yield from predictions(classifier.probabilities(block), decider, block)
