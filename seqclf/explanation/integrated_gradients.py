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

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqclf.explanation.attribution import Attribution
from seqclf.explanation.ngram_shares import NgramShares, ngram_shares
from seqclf.explanation.reading import Reading, read_text
from seqclf.explanation.targets import Target, probabilities, targets_of
from seqclf.inference.text_classifier import features_of
from seqclf.labels import Labels
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
    path = _path(classifier.model, classifier.labels, temperatures)
    found = []
    for place, text in enumerate(texts):
        beside = None if features is None else features[place : place + 1]
        found.append(_explained(classifier, path, read_text(classifier, text), beside, (labels, against)))
    return found


def _explained(
    classifier: KerasClassifier,
    path: _Path,
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
            scores, baseline = path.scores(reading, beside, target)
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


@dataclass(frozen=True)
class _Path:
    """From the baseline to the text.

    Attributes:
        embed: from token ids, ``int32 [1, time]``, to their vectors; None: the model has no network.
        ngrams: the layer of n-grams; None: there is none.
        gradients: from token ids, vectors, logits of n-grams and features (``[steps, ...]``, of which absent ones are
            None), the label's number and which other labels it is against, to the log-odds (``[steps]``) and their
            gradients by vectors and by logits of n-grams.
    """

    labels: Labels
    embed: Any
    ngrams: Any
    gradients: Callable[..., Any]

    def scores(
        self, reading: Reading, beside: NDArray[np.float32] | None, target: Target
    ) -> tuple[NDArray[np.float64], float]:
        """The score of each word, ``float64 [words]``, and the log-odds of the baseline."""
        words = np.full(len(reading.ids), len(reading.words))  # tokens of no word have the number after the last
        for number, tokens in enumerate(reading.tokens):
            words[tokens] = number
        vectors = base = None
        if self.embed is not None:
            vectors = np.asarray(self.embed(reading.ids[None]))[0]
            base = np.where((words == len(reading.words))[:, None], vectors, 0).astype(np.float32)
        shares = None if self.ngrams is None else ngram_shares(self.ngrams, reading)
        way = _Way(reading.ids, base, vectors, shares, beside)
        ends, _, _ = self._sums(way, target, np.array([0.0, 1.0]), np.zeros(2))
        steps = FEWEST_STEPS
        while True:
            nodes, weights = np.polynomial.legendre.leggauss(steps)
            _, by_vectors, by_ngrams = self._sums(way, target, (nodes + 1) / 2, weights / 2)
            scores = np.zeros(len(reading.words))
            if vectors is not None and base is not None:
                of_tokens = (by_vectors * (vectors - base)).sum(axis=1)
                scores += np.bincount(words, of_tokens, len(reading.words) + 1)[:-1]
            if shares is not None:
                scores += shares.of_words @ by_ngrams
            whole = ends[1] - ends[0]
            if steps == MOST_STEPS or abs(whole - scores.sum()) <= _RELATIVE * abs(whole) + _ABSOLUTE:
                return scores, float(ends[0])
            steps *= 2

    def _sums(
        self, way: _Way, target: Target, places: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The log-odds at some places of the way, 0 to 1, and the weighted sums of their gradients there."""
        size = max(1, min(_STEPS_A_BATCH, _TOKENS_A_BATCH // len(way.ids)))
        log_odds, by_vectors, by_ngrams = [], np.zeros(0), np.zeros(0)
        for first in range(0, len(places), size):
            part = slice(first, first + size)
            inputs = way.at(places[part])
            found, *slopes = self.gradients(*inputs, *_of_target(target, self.labels))
            log_odds.append(found.numpy().astype(np.float64))
            sums = [
                np.zeros(0) if slope is None else np.tensordot(weights[part], slope.numpy().astype(np.float64), 1)
                for slope in slopes
            ]
            by_vectors, by_ngrams = (sums[0] + by_vectors, sums[1] + by_ngrams) if first else (sums[0], sums[1])
        return np.concatenate(log_odds), by_vectors, by_ngrams


@functools.lru_cache(maxsize=1)  # texts are often explained one by one, and tracing takes seconds
def _path(model: Any, labels: Labels, temperatures: tuple[float, ...] | None) -> _Path:
    from seqclf.model.build import NGRAMS, calibrated_model, logits_model
    from seqclf.model.encoder import EMBEDDING

    layers = {layer.name: layer for layer in model.layers}
    embed, ngrams = layers.get(EMBEDDING), layers.get(NGRAMS)
    whole = model if temperatures is None else calibrated_model(model, labels, temperatures)
    return _Path(labels, embed, ngrams, _gradients(whole, logits_model(whole).output, (embed, ngrams), labels))


@dataclass(frozen=True)
class _Way:
    """The inputs of the model between baseline and text."""

    ids: NDArray[np.int32]
    base: NDArray[np.float32] | None
    vectors: NDArray[np.float32] | None
    shares: NgramShares | None
    beside: NDArray[np.float32] | None

    def at(self, places: NDArray[np.float64]) -> tuple[Any, ...]:
        number = len(places)
        vectors = scores = beside = None
        if self.vectors is not None and self.base is not None:
            far = places[:, None, None].astype(np.float32)
            vectors = self.base + far * (self.vectors - self.base)
        if self.shares is not None:
            grown = places[:, None] * self.shares.of_words.sum(axis=0)
            scores = (self.shares.without + grown).astype(np.float32)
        if self.beside is not None:
            beside = np.repeat(self.beside, number, axis=0)
        return np.repeat(self.ids[None], number, axis=0), vectors, scores, beside


def _of_target(target: Target, labels: Labels) -> tuple[Any, Any]:
    """The label's number, and which labels it is against, as tensors: another label is no other graph."""
    import tensorflow as tf

    others = np.zeros(len(labels), bool)
    others[target.against if target.against is not None else np.arange(len(labels)) != target.label] = True
    return tf.constant(target.label), tf.constant(others)


def _gradients(model: Any, output: Any, given: tuple[Any, Any], labels: Labels) -> Callable[..., Any]:
    """The function ``_Path.gradients`` of a model, traced once for all lengths and labels.

    Args:
        given: the layers of vectors and of n-grams, or None.
    """
    import keras
    import tensorflow as tf

    sources = [layer.output for layer in given if layer is not None]
    logits_of = keras.Model([*model.inputs, *sources], output)
    inputs = len(model.inputs)

    def gradients(label: Any, others: Any, *values: Any) -> Any:
        watched = values[inputs:]
        with tf.GradientTape() as tape:
            tape.watch(watched)
            log_odds = _log_odds(logits_of(list(values), training=False), label, others, labels)
        return log_odds, *tape.gradient(log_odds, watched, unconnected_gradients="zero")

    of_values = [tf.TensorSpec(one.shape, one.dtype) for one in (*model.inputs, *sources)]
    of_target = [tf.TensorSpec([], tf.int32), tf.TensorSpec([len(labels)], tf.bool)]
    traced = tf.function(gradients, input_signature=[*of_target, *of_values], autograph=False)

    def call(ids: Any, vectors: Any, scores: Any, beside: Any, *target: Any) -> Any:
        values = (one for one in (ids, beside, vectors, scores) if one is not None)
        log_odds, *slopes = traced(*target, *map(tf.convert_to_tensor, values))
        left = iter(slopes)
        return log_odds, *(None if one is None else next(left) for one in (vectors, scores))

    return call


def _log_odds(logits: Any, label: Any, others: Any, labels: Labels) -> Any:
    """``Target.log_odds`` as TensorFlow's operators, ``float32 [texts]``."""
    import tensorflow as tf

    if labels.multi:
        return tf.gather(logits, label, axis=1)
    if labels.units == 1:
        return logits[:, 0] * tf.where(label == 1, 1.0, -1.0)
    against = tf.reduce_logsumexp(tf.where(others, logits, tf.constant(-np.inf, logits.dtype)), axis=1)
    return tf.gather(logits, label, axis=1) - against
