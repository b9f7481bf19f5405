"""What is explained: the log-odds of a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.explanation.reading import TokenClassifier
from seqclf.labels import Labels, on_one_line


@dataclass(frozen=True)
class Target:
    """A label, against all others or against one.

    Attributes:
        label, against: indices of labels; ``against`` is None for all others.
    """

    label: int
    against: int | None = None

    def log_odds(self, logits: NDArray[np.floating], labels: Labels) -> NDArray[np.float64]:
        """``Attribution.output`` for each row of ``logits``, ``[texts, 1 or labels]``: ``float64 [texts]``."""
        found: NDArray[np.float64]
        if labels.multi:
            found = logits[:, self.label].astype(np.float64)
        elif labels.units == 1:
            found = logits[:, 0].astype(np.float64) * (1 if self.label else -1)
        else:
            exact = logits.astype(np.float64)
            others = [self.against] if self.against is not None else np.arange(len(labels)) != self.label
            found = exact[:, self.label] - np.logaddexp.reduce(exact[:, others], axis=1)
        return found


def probabilities(logits: NDArray[np.floating], labels: Labels) -> NDArray[np.float64]:
    """Probability of every label, ``float64 [texts, labels]``."""
    exact = logits.astype(np.float64)
    if labels.multi:
        return _sigmoid(exact)
    if labels.units == 1:
        return np.concatenate([_sigmoid(-exact), _sigmoid(exact)], axis=1)
    found: NDArray[np.float64] = np.exp(exact - np.logaddexp.reduce(exact, axis=1, keepdims=True))
    return found


def targets_of(
    classifier: TokenClassifier, labels: Sequence[str], against: str | None, probability: NDArray[np.float64]
) -> list[Target]:
    """The targets of a text with these probabilities, ``[labels]``: those wished for; without a wish, each label that
    the classifier predicts, whether it abstains or not; if it predicts none, the most probable one.

    Raises ``InputError`` for a label that the classifier does not have, and for a contrast of a label with itself or of
    labels that do not exclude each other.
    """
    wished = [label_number(classifier.labels, name) for name in dict.fromkeys(labels)]
    other = None if against is None else label_number(classifier.labels, against)
    if other is not None and classifier.labels.multi:
        raise InputError(
            "against: needs one label per text; of several, each is explained by itself: leave `against` out"
        )
    if not wished:
        decider = Decider(classifier.labels, classifier.thresholds)
        wished = [classifier.labels.names.index(name) for name in decider(probability[None])[0]]
        wished = wished or [int(probability.argmax())]
        if wished == [other]:  # what speaks for the predicted label is asked from the other side
            raise InputError(
                f'against: "{on_one_line(classifier.labels[wished[0]])}" is what is predicted; expected another label, '
                "or also the label to explain"
            )
    if other in wished:
        raise InputError(f'against: "{against}" is the label itself; expected another one')
    return [Target(one, other) for one in wished]


def label_number(labels: Labels, name: str) -> int:
    """The index of a label. Raises ``InputError`` that names labels there are."""
    if name in labels.names:
        return labels.names.index(name)
    import difflib

    close = difflib.get_close_matches(name, labels.names, n=1)
    shown = ", ".join(on_one_line(one) for one in labels.names[:10]) + (", ..." if len(labels) > 10 else "")
    meant = f'; did you mean "{on_one_line(close[0])}"?' if close else ""
    raise InputError(f'the run has no label "{on_one_line(name)}"{meant} (labels: {shown})')


def _sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.exp(-np.logaddexp(0.0, -logits))
    return found
