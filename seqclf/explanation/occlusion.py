"""Occlusion: how much less a model believes in a label if a word is missing. It needs no TensorFlow.

A word's score is the log-odds of the text minus those of the text without the word: the weight of evidence of
Robnik-Sikonja and Kononenko (2008, "Explaining Classifications for Individual Instances"), in natural logarithms, with
erasure as in Li, Monroe and Jurafsky (2016, "Understanding Neural Networks through Representation Erasure").

A word is taken away rather than replaced by the unknown token. The text that remains is one that people might write,
and ``seqclf predict`` gives it the same probability. The unknown token is not neutral: subword tokenizers hardly ever
meet it in training, so that its vector is the random one of the start, and bytes are never unknown. Averages over all
words that might stand there, as in the first paper, would take many more calls.

Nothing takes the place of the word: of a text that is truncated, no more tokens are read.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.explanation.attribution import Attribution
from seqclf.explanation.reading import Reading, TokenClassifier, read_text
from seqclf.explanation.targets import probabilities, targets_of
from seqclf.inference.text_classifier import features_of
from seqclf.text.fields import Text, check_several

MOST_CALLS = 500
"""Default for the number of texts that a model reads to explain one."""

_PARTS, _CALLS_A_ROUND = 8, 64

Drops = Callable[[list[list[int]]], NDArray[np.float64]]
"""From groups of words to what the log-odds of each target lose without them, ``[groups, targets]``."""


def occlusion(
    classifier: TokenClassifier,
    texts: Sequence[Text],
    labels: Sequence[str] = (),
    *,
    against: str | None = None,
    extra: Mapping[str, Sequence[Any]] | None = None,
    most_calls: int = MOST_CALLS,
) -> list[tuple[Attribution, ...]]:
    """Explain the labels of texts: for each text an attribution for each label.

    Args:
        texts: strings; with several text columns also objects of values by column.
        labels: towards which; empty: those that the classifier predicts for the text, else its most probable one.
        against: explain the log-odds of the labels against this one instead of all others.
        extra: values of the columns beside the text, one for each text; they stay as they are.
        most_calls: the number of variants of a text that the model reads at most, besides the text with all of its
            words and with none; at least 1. In a text of more words, groups of words are left out first, and then parts
            of the groups that matter most. Words that are not looked at alone share the score of their group
            (``ScoredWord.together``).

    Raises:
        InputError: a label that the classifier does not have, or texts or ``extra`` of other columns.
    """
    check_several(texts)
    features = features_of(classifier, extra, len(texts))
    found = []
    for place, text in enumerate(texts):
        beside = None if features is None else features[place]
        found.append(_explained(classifier, read_text(classifier, text), beside, (labels, against), most_calls))
    return found


def _explained(
    classifier: TokenClassifier,
    reading: Reading,
    beside: NDArray[np.float32] | None,
    wished: tuple[Sequence[str], str | None],
    most_calls: int,
) -> tuple[Attribution, ...]:
    def logits_of(encoded: list[NDArray[np.int32]]) -> NDArray[np.float32]:
        features = None if beside is None else np.repeat(beside[None], len(encoded), axis=0)
        return classifier.logits_of_ids(encoded, features)

    logits = logits_of([reading.ids, reading.empty])
    probability = probabilities(logits[:1], classifier.labels)[0]
    targets = targets_of(classifier, *wished, probability)
    of_text, baseline = np.stack([one.log_odds(logits, classifier.labels) for one in targets], axis=1)

    def drops(groups: list[list[int]]) -> NDArray[np.float64]:
        without = logits_of([reading.without(group) for group in groups])
        log_odds = [one.log_odds(without, classifier.labels) for one in targets]
        found: NDArray[np.float64] = of_text - np.stack(log_odds, axis=1)
        return found

    scores, together = _scores(reading.read, drops, most_calls)
    names = classifier.labels.names
    return tuple(
        Attribution(
            reading.fields,
            classifier.columns,
            names[target.label],
            None if target.against is None else names[target.against],
            "occlusion",
            tuple(
                replace(word, score=float(scores[number][place]), together=together[number])
                if number in scores
                else word
                for number, word in enumerate(reading.words)
            ),
            float(probability[target.label]),
            float(of_text[place]),
            float(baseline[place]),
        )
        for place, target in enumerate(targets)
    )


def _scores(words: list[int], drops: Drops, most_calls: int) -> tuple[dict[int, NDArray[np.float64]], dict[int, int]]:
    """The score of each word towards each target, ``float64 [targets]``, and how many words share it."""
    if not words:
        return {}, {}
    number = len(words) if len(words) <= most_calls else max(1, most_calls // 2)
    groups = _split(words, number)
    found = list(zip(groups, drops(groups), strict=True))
    left = most_calls - len(groups)
    while parts := _parts(found, left):
        left -= len(parts)
        split = set(itertools.chain.from_iterable(parts))
        found = [one for one in found if one[0][0] not in split]
        found += zip(parts, drops(parts), strict=True)
    scores = {word: drop / len(group) for group, drop in found for word in group}
    return scores, {word: len(group) for group, _ in found for word in group}


def _parts(found: list[tuple[list[int], NDArray[np.float64]]], left: int) -> list[list[int]]:
    """The parts of the groups of several words that matter most: half as much as the first or more, and as many as the
    remaining calls are enough for."""
    several = [(float(np.abs(drop).max()), group) for group, drop in found if len(group) > 1]
    several.sort(key=lambda one: -one[0])
    parts: list[list[int]] = []
    for size, group in several:
        number = min(_PARTS, len(group), min(left, _CALLS_A_ROUND) - len(parts))
        if number < 2 or size < several[0][0] / 2:
            break
        parts += _split(group, number)
    return parts


def _split(words: list[int], parts: int) -> list[list[int]]:
    """Words in consecutive groups of about the same size, at most ``parts``."""
    return [part.tolist() for part in np.array_split(words, min(parts, len(words)))]
