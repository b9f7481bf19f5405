"""The quick judge: TF-IDF with logistic regression (``seqclf.baseline.linear``)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.linear import fit
from seqclf.baseline.ngrams import choose_unit
from seqclf.baseline.sample import MOST_OF_ONE_TEXT, characters_allowed, sample
from seqclf.data.label_sets import encode_labels
from seqclf.label_weights import relative_weights
from seqclf.labels import Labels
from seqclf.sources.texts import LabelledTexts
from seqclf.tasks.classification.metrics import log_probabilities
from seqclf.tasks.classification.multi_label import sigmoid

_TEXTS_A_BLOCK = 4_096


class LinearModels:
    """Fits one linear model for each fold; to a sample of the texts if they are many (``seqclf.baseline.sample``). Of
    probabilities of labels, it learns the most probable one. It reads no columns beside the text."""

    key = "linear"

    def announcement(self, times: int, texts: int) -> str:
        return f"Fitting {times:,} linear model{'' if times == 1 else 's'} to about {texts:,} texts each"

    def probabilities(self, train: LabelledTexts, held: LabelledTexts, labels: Labels) -> NDArray[np.float32]:
        truth = encode_labels(train, labels)
        unit = choose_unit(train.texts[:1_000])
        chosen = sample(train.texts, truth, characters_allowed(unit, labels.units))
        weights = None if train.weights is None else relative_weights(train.weights[chosen])
        texts = [train.texts[place][:MOST_OF_ONE_TEXT] for place in chosen.tolist()]
        model = fit(texts, truth[chosen], len(labels), unit, text_weights=weights)
        found = np.empty((len(held), len(labels)), np.float32)
        for start in range(0, len(held), _TEXTS_A_BLOCK):
            logits = model.logits([text[:MOST_OF_ONE_TEXT] for text in held.texts[start : start + _TEXTS_A_BLOCK]])
            judged = sigmoid(logits) if labels.multi else np.exp(log_probabilities(logits))
            found[start : start + len(judged)] = judged
        return found
