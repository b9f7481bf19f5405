"""Integrated gradients (Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks").

The vectors of a text's tokens grow from zero, the baseline of that paper for texts, to those of the embedding; the
score of a token is the integral of the gradient of the log-odds along the way, times its vector (eq. 1). The scores of
a word's tokens are added up. They are complete (proposition 1): together they are the difference between the log-odds
of the text and those of the baseline, up to the error of the integration, which is ``Attribution.remainder``.

Tokens that belong to no word, between fields, have their vectors in the baseline, too, and columns beside the text keep
their values. Logits of n-grams (``seqclf.explanation.ngram_shares``) grow from those without any n-gram in the same
steps, whether they are added to those of the network or are read by the head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqclf.explanation.attribution import Attribution
from seqclf.explanation.gradients import Gradients, gradients_of
from seqclf.explanation.ngram_shares import ngram_shares
from seqclf.explanation.reading import Reading, read_text
from seqclf.explanation.targets import Target, probabilities, targets_of
from seqclf.inference.text_classifier import features_of
from seqclf.text.fields import Text, check_several
from seqclf.token_ids import known_tokens

if TYPE_CHECKING:
    from seqclf.evaluation.classifier import KerasClassifier

FEWEST_STEPS, MOST_STEPS = 16, 1_024
_RELATIVE, _ABSOLUTE = 0.005, 1e-4  # remainder at which more steps are not worth their time
_TOKENS_A_BATCH, _STEPS_A_BATCH = 8_192, 64


def integrated_gradients(
    classifier: KerasClassifier,
    texts: Sequence[Text],
    labels: Sequence[str] = (),
    *,
    against: str | None = None,
    extra: Mapping[str, Sequence[Any]] | None = None,
) -> list[tuple[Attribution, ...]]:
    """Explain the labels of texts: for each text an attribution for each label.

    The integral is a Gauss-Legendre sum of 16 steps. Their number is doubled, up to 1,024, until the remainder is at
    most half a percent of what is explained.

    Args:
        texts, labels, against, extra: as in ``occlusion``.

    Raises:
        InputError: as ``occlusion`` does.
    """
    check_several(texts)
    features = features_of(classifier, extra, len(texts))
    calibration = classifier.calibration
    temperatures = None if calibration is None else calibration.temperatures
    gradients = gradients_of(classifier.model, classifier.labels, temperatures)
    found = []
    for place, text in enumerate(texts):
        beside = None if features is None else features[place : place + 1]
        found.append(_explained(classifier, gradients, read_text(classifier, text), beside, (labels, against)))
    return found


def _explained(
    classifier: KerasClassifier,
    gradients: Gradients,
    reading: Reading,
    beside: NDArray[np.float32] | None,
    wished: tuple[Sequence[str], str | None],
) -> tuple[Attribution, ...]:
    logits = classifier.logits_of_ids([reading.ids], beside)
    probability = probabilities(logits, classifier.labels)[0]
    answered = _is_answered(classifier, reading, beside)
    found = []
    for target in targets_of(classifier, *wished, probability):
        output = float(target.log_odds(logits, classifier.labels)[0])
        scores, baseline = np.zeros(len(reading.words)), output
        if answered:  # else its words have no part in the answer
            scores, baseline = _scores(gradients, reading, beside, target)
        words = (
            replace(word, score=float(score)) if len(tokens) else word
            for word, score, tokens in zip(reading.words, scores, reading.tokens, strict=True)
        )
        names = classifier.labels.names
        found.append(
            Attribution(
                reading.fields,
                classifier.columns,
                names[target.label],
                None if target.against is None else names[target.against],
                "integrated-gradients",
                tuple(words),
                float(probability[target.label]),
                output,
                baseline,
            )
        )
    return tuple(found)


def _is_answered(classifier: KerasClassifier, reading: Reading, beside: NDArray[np.float32] | None) -> bool:
    """Whether the model answers a text, not the prior for texts without known tokens."""
    if classifier.prior is None or known_tokens(reading.ids, classifier.prior.mute_ids).any():
        return True
    return beside is not None and classifier.extra is not None and bool(classifier.extra.is_given(beside)[0])


class _Growth(NamedTuple):
    """An input of the model that grows from the baseline to the text.

    Attributes:
        start, stop: its values there, ``float32 [...]``.
        scores: from the integral of the gradients by it, of the same shape, to what each word adds, ``float64
            [words]``.
    """

    start: NDArray[np.float32]
    stop: NDArray[np.float32]
    scores: Callable[[NDArray[np.float64]], NDArray[np.float64]]

    def at(self, places: NDArray[np.float64]) -> NDArray[np.float32]:
        """Its values at some places of the way, 0 to 1: ``float32 [places, ...]``."""
        far = places.astype(np.float32).reshape(-1, *[1] * self.start.ndim)
        found: NDArray[np.float32] = self.start + far * (self.stop - self.start)
        return found


def _of_vectors(embed: Any, reading: Reading) -> _Growth:
    """Of the vectors of the tokens, ``[tokens, dim]``; those of tokens of no word are the same at both ends."""
    number = len(reading.words)
    word_of = np.full(len(reading.ids), number)
    for word, tokens in enumerate(reading.tokens):
        word_of[tokens] = word
    stop = np.asarray(embed(reading.ids[None]))[0]
    start = np.where((word_of == number)[:, None], stop, np.float32(0))

    def scores(slopes: NDArray[np.float64]) -> NDArray[np.float64]:
        of_tokens = (slopes * (stop - start)).sum(axis=1)
        return np.bincount(word_of, of_tokens, number + 1)[:-1].astype(np.float64)

    return _Growth(start, stop, scores)


def _of_ngrams(layer: Any, reading: Reading) -> _Growth:
    """Of the logits of n-grams, ``[units]``."""
    shares = ngram_shares(layer, reading)
    stop = shares.without + shares.of_words.sum(axis=0)

    def scores(slopes: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = shares.of_words @ slopes
        return found

    return _Growth(shares.without.astype(np.float32), stop.astype(np.float32), scores)


def _scores(
    gradients: Gradients, reading: Reading, beside: NDArray[np.float32] | None, target: Target
) -> tuple[NDArray[np.float64], float]:
    """The score of each word, ``float64 [words]``, and the log-odds of the baseline."""
    growing = [
        _of_ngrams(layer, reading) if gradients.are_ngrams(layer) else _of_vectors(layer, reading)
        for layer in gradients.layers
    ]

    def at(places: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[Any]]:
        return _sums(gradients, (reading.ids, beside), growing, target, places=places, weights=weights)

    (baseline, whole), _ = at(np.array([0.0, 1.0]), np.zeros(2))
    explained, steps = whole - baseline, FEWEST_STEPS
    while True:
        nodes, weights = np.polynomial.legendre.leggauss(steps)
        _, slopes = at((nodes + 1) / 2, weights / 2)
        scores = np.sum([one.scores(slope) for one, slope in zip(growing, slopes, strict=True)], axis=0)
        if steps == MOST_STEPS or abs(explained - scores.sum()) <= _RELATIVE * abs(explained) + _ABSOLUTE:
            return scores, float(baseline)
        steps *= 2


def _sums(
    gradients: Gradients,
    fixed: tuple[NDArray[np.int32], NDArray[np.float32] | None],
    growing: Sequence[_Growth],
    target: Target,
    *,
    places: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], list[Any]]:
    """The log-odds at some places of the way, and the weighted sum of the gradients there by each growing input.

    ``fixed``: token ids, ``[tokens]``, and features of the columns beside the text, ``[1, width]``.
    """
    ids, beside = fixed
    size = max(1, min(_STEPS_A_BATCH, _TOKENS_A_BATCH // len(ids)))
    log_odds, sums = [], [np.zeros(one.start.shape) for one in growing]
    for first in range(0, len(places), size):
        part = slice(first, first + size)
        number = len(places[part])
        repeated = [np.repeat(one, number, axis=0) for one in (ids[None], beside) if one is not None]
        found, slopes = gradients(target, [*repeated, *(one.at(places[part]) for one in growing)])
        log_odds.append(found)
        sums = [one + np.tensordot(weights[part], slope, 1) for one, slope in zip(sums, slopes, strict=True)]
    return np.concatenate(log_odds), sums
