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
    probabilities = None
    if not labels.multi:
        probabilities = answers.probabilities[np.arange(len(answers)), answers.predicted].astype(np.float32)
    return KeptAnswers(
        labels,
        answers.ids,
        answers.predicted,
        answers.losses.astype(np.float32),
        probabilities,
        texts.relative_weights,
        more_labels=texts.more_labels,
        soft=texts.shares is not None,
    )
