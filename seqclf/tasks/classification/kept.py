"""A classifier's answers to encoded texts in the form that a run keeps (``seqclf.run_answers``)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.labels import Labels
from seqclf.run_answers import KeptAnswers
from seqclf.tasks.classification.answers import Answers


def kept_answers(
    texts: EncodedTexts,
    logits: NDArray[np.floating],
    labels: Labels,
    thresholds: tuple[float, ...] | None = None,
) -> KeptAnswers:
    """The answers to all texts, also to those of weight 0.

    Args:
        logits: calibrated, ``[texts, 1 or labels]``.
        thresholds: as ``Answers.thresholds``.
    """
    answers = Answers(labels, texts.truth, logits, len(labels) + len(texts.more_labels), thresholds)
    return to_keep(answers, texts.relative_weights, texts.more_labels)


def to_keep(
    answers: Answers,
    weights: NDArray[np.floating] | None,
    more_labels: tuple[str, ...] = (),
    places: NDArray[np.int64] | None = None,
) -> KeptAnswers:
    """The answers as a run keeps them; arguments as the attributes of ``KeptAnswers``."""
    probabilities = None
    if not answers.labels.multi:
        probabilities = answers.probabilities[np.arange(len(answers)), answers.predicted].astype(np.float32)
    return KeptAnswers(
        answers.labels,
        answers.ids,
        answers.predicted,
        answers.losses.astype(np.float32),
        probabilities,
        weights,
        places,
        more_labels,
        soft=answers.truth.ndim == 2 and not answers.labels.multi,
    )
