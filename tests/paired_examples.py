"""Two made-up classifiers that answer the same texts."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqclf.labels import Labels
from seqclf.tasks.classification.answers import Answers


def made_answers(
    seed: int,
    texts: int,
    labels: int,
    *,
    multi: bool = False,
    threshold: float | None = None,
    more: int = 0,
    weighted: bool = False,
    skill: float = 1.0,
) -> tuple[Answers, Answers]:
    """Answers of two classifiers whose logits are noise plus the truth; the first is better by ``skill``.

    Args:
        threshold: of the second of two labels.
        more: number of labels that the classifiers lack.
    """
    draw = np.random.default_rng(seed)
    names = Labels(tuple(f"label {place}" for place in range(labels)), multi)
    if multi:
        truth: Any = draw.random((texts, labels + more)) < 0.3
        signal = truth[:, :labels] * 2.0 - 1
    else:
        truth = draw.integers(0, labels + more, texts)
        truth[0] = 0  # one text whose label is known
        signal = np.eye(labels + more)[truth][:, :labels]
    weights = None
    if weighted:
        weights = draw.random(texts) + 0.1
        weights /= weights.mean()
    thresholds = None if threshold is None else (threshold,)
    if multi:
        thresholds = tuple(np.linspace(0.3, 0.6, labels).tolist())
    found = []
    for strength in (1 + skill, 1.0):
        logits = strength * signal + draw.normal(0, 1, (texts, labels))
        if labels == 2 and not multi:
            logits = logits[:, 1:] - logits[:, :1]
        found.append(Answers(names, truth, logits, labels + more, thresholds, weights))
    return found[0], found[1]


def all_metrics(answers: Answers, weights: Any = None) -> dict[str, float | None]:
    """All scores as ``seqclf eval`` computes them; ``weights`` replace those of the answers."""
    from seqclf.metrics.kinds import all_scores
    from seqclf.tasks.classification.metrics import classification_metrics
    from seqclf.tasks.classification.multi_label import multi_label_metrics

    weights = answers.weights if weights is None else weights
    more = [f"more {place}" for place in range(answers.width - len(answers.labels))]
    if answers.labels.multi:
        found = multi_label_metrics(
            answers.logits,
            answers.truth,
            answers.labels,
            answers.thresholds or (),
            more,
            weights=weights,
            evaluate=True,
        )
        return all_scores(found)
    threshold = None if answers.thresholds is None else answers.thresholds[0]
    options: Any = {"threshold": threshold, "evaluate": True}
    return all_scores(classification_metrics(answers.logits, answers.truth, answers.labels, more, weights, **options))
