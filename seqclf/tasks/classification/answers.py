"""What a classifier answers to labelled texts: its decisions, and what scores of its probabilities add up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.labels import Labels
from seqclf.metrics.calibration import squared_errors
from seqclf.tasks.classification.metrics import counted, log_probabilities
from seqclf.tasks.classification.multi_label import sigmoid


class Decided(Protocol):
    """Answers to labelled texts without all probabilities: those that a run keeps (``KeptAnswers.counted``), or
    ``Answers``, which describes the members."""

    def __len__(self) -> int: ...

    @property
    def labels(self) -> Labels: ...

    @property
    def width(self) -> int: ...

    @property
    def weights(self) -> NDArray[np.floating] | None: ...

    @property
    def ids(self) -> NDArray[Any]: ...

    @property
    def predicted(self) -> NDArray[Any]: ...

    @property
    def right(self) -> NDArray[np.bool_]: ...

    @property
    def known(self) -> NDArray[np.bool_]: ...

    @property
    def losses(self) -> NDArray[np.floating]: ...


@dataclass(frozen=True)
class Answers:
    """One classifier's logits for labelled texts. Texts of weight 0 are left out.

    Attributes:
        truth: label ids, ``int [texts]``; the probability of each label, ``float [texts, labels]``; or which labels
            apply, ``bool [texts, labels + more]``. Labels that the classifier lacks come last.
        logits: ``float [texts, 1 or labels]``.
        width: number of labels, with those that the classifier lacks.
        thresholds: that the probability of each of ``labels.with_thresholds`` must exceed; None: the most probable
            label is predicted.
        weights: how much each text counts, ``float64 [texts]``, with mean 1; None: all the same.
    """

    labels: Labels
    truth: NDArray[Any]
    logits: NDArray[np.floating]
    width: int
    thresholds: tuple[float, ...] | None = None
    weights: NDArray[np.float64] | None = None

    @classmethod
    def to(
        cls,
        texts: EncodedTexts,
        logits: NDArray[np.floating],
        labels: Labels,
        thresholds: tuple[float, ...] | None = None,
    ) -> Answers:
        """The answers to encoded texts. Raises ``InputError`` if no text has a weight above 0."""
        (truth, logits), given = counted([texts.truth, logits], texts.weights)
        width = len(labels) + len(texts.more_labels)
        return cls(labels, truth, logits, width, thresholds, None if given is None else given.relative)

    def __len__(self) -> int:
        return len(self.truth)

    @cached_property
    def ids(self) -> NDArray[Any]:
        """The true label of each text, ``int [texts]``; or ``truth`` if a text may have several."""
        is_shares = self.truth.ndim == 2 and not self.labels.multi
        found: NDArray[Any] = self.truth.argmax(axis=1) if is_shares else self.truth
        return found

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """``float64 [texts, labels]``."""
        if self.labels.multi:
            return sigmoid(self.logits)
        found: NDArray[np.float64] = np.exp(log_probabilities(self.logits))
        return found

    @cached_property
    def predicted(self) -> NDArray[Any]:
        """The predicted label of each text, ``int [texts]``; multi-label: ``bool [texts, width]``."""
        if not self.labels.multi:
            if self.thresholds is not None:
                return (self.probabilities[:, 1] > self.thresholds[0]).astype(np.int64)
            best: NDArray[Any] = log_probabilities(self.logits).argmax(axis=1)
            return best
        found = np.zeros((len(self), self.width), np.bool_)
        found[:, : len(self.labels)] = self.probabilities > np.asarray(self.thresholds)
        return found

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Which texts have exactly the predicted labels, ``bool [texts]``."""
        same = self.predicted == self.ids
        right: NDArray[np.bool_] = same.all(axis=1) if self.labels.multi else same
        return right

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which texts count in scores of probabilities: with one label per text, those whose label the classifier has;
        ``bool [texts]``."""
        return np.ones(len(self), np.bool_) if self.labels.multi else self.ids < len(self.labels)

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """Cross-entropy of each text in nats, 0 if not ``known``; multi-label, the mean over the labels. ``[texts]``"""
        if self.labels.multi:
            x, truth = self.logits.astype(np.float64), self.truth[:, : len(self.labels)]
            each: NDArray[np.float64] = (np.maximum(x, 0) - x * truth + np.log1p(np.exp(-np.abs(x)))).mean(axis=1)
            return each
        log_p = log_probabilities(self.logits)
        if self.truth.ndim == 2:
            shared: NDArray[np.float64] = -(self.truth * log_p).sum(axis=1)
            return shared
        losses = np.zeros(len(self))
        losses[self.known] = -log_p[self.known, self.ids[self.known]]
        return losses

    @cached_property
    def squares(self) -> NDArray[np.float64]:
        """The part of each text in the Brier score, 0 if not ``known``, ``[texts]``."""
        squares = np.zeros(len(self))
        truth = self.truth[:, : len(self.labels)] if self.labels.multi else self.truth
        squares[self.known] = squared_errors(truth[self.known], self.probabilities[self.known])
        return squares

    @cached_property
    def confidences(self) -> NDArray[np.float64]:
        """The probability of the most probable label, ``[texts]``."""
        found: NDArray[np.float64] = self.probabilities.max(axis=1)
        return found

    @cached_property
    def confident_right(self) -> NDArray[np.bool_]:
        """Which texts have their most probable label, ``bool [texts]``."""
        best = self.probabilities.argmax(axis=1)
        has: NDArray[np.bool_] = self.truth[np.arange(len(self)), best] if self.labels.multi else best == self.ids
        return has
