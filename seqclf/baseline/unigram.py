"""The baseline of language models: every token as probable as it is frequent in the training texts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.metrics.language_model import LanguageModelMetrics, LanguageModelScores, Surprise
from seqclf.token_ids import PAD_ID


def unigram_scores(
    train: EncodedTexts, texts: EncodedTexts, vocabulary_size: int, metrics: LanguageModelMetrics
) -> LanguageModelScores:
    """The scores on ``texts`` of a model that ignores what comes before a token.

    The ends of texts are tokens, too. Each token counts once more than the training texts have it (Laplace), so that
    none is impossible.

    Args:
        train: the training texts.
        vocabulary_size: of the tokenizer that encoded both.
        metrics: those of a language model on ``texts``, which say how many words and characters these have.
    """
    known = _counts(train, vocabulary_size) + 1.0
    occurring = _counts(texts, vocabulary_size)
    nats = float(occurring @ (np.log(known.sum()) - np.log(known)))
    counts = Surprise(nats, int(occurring.sum()), metrics.words, metrics.characters)
    return LanguageModelScores(**LanguageModelScores.computed(counts))


def _counts(texts: EncodedTexts, vocabulary_size: int) -> NDArray[np.int64]:
    """Occurrences of each token that a model predicts, the end of a text last, ``int64 [vocabulary_size]``."""
    return np.append(np.delete(texts.counts(vocabulary_size), PAD_ID), len(texts))
