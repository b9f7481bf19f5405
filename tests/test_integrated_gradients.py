"""Integrated gradients: complete for every kind of layer, and exact where the model is linear."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from untrained_classifiers import untrained_classifier

from seqclf.evaluation.classifier import KerasClassifier
from seqclf.explanation.attribution import Attribution
from seqclf.explanation.integrated_gradients import integrated_gradients
from seqclf.explanation.occlusion import occlusion
from seqclf.labels import Labels
from seqclf.prior import Prior
from seqclf.token_ids import UNKNOWN_ID

TEXTS = ["The film was not good, but don't watch it alone", "A fine story of a film", "bad bad bad", "watch"]
TWO, THREE, LISTS = Labels(("no", "yes")), Labels(("a", "b", "c")), Labels(("a", "b", "c"), multi=True)
DENSE = [{"type": "dense", "units": 6, "activation": "relu"}]
LSTM, GRU = {"type": "lstm", "units": 5}, {"type": "gru", "units": 8}
MODELS: dict[str, dict[str, Any]] = {
    "lstm": {"layers": [LSTM], "head": DENSE},
    "gru": {"layers": [GRU], "labels": THREE},
    "simple_rnn": {"layers": [{"type": "simple_rnn", "units": 5}]},
    "min_gru": {"layers": [{"type": "min_gru", "units": 5}], "labels": LISTS},
    "stacked, bidirectional": {"layers": [{**LSTM, "bidirectional": True}, GRU], "labels": THREE},
    "convolution": {
        "layers": [{"type": "conv1d", "filters": 6, "kernel_size": 3}, {"type": "pool", "method": ["max", "mean"]}]
    },
    "residual": {"layers": [{"type": "residual", "layer": GRU}, {"type": "pool", "method": "attention"}]},
    "attention": {"layers": [{"type": "self_attention", "heads": 2}, {"type": "pool", "method": "mean"}]},
    "n-grams beside": {"layers": [LSTM], "ngrams": {"buckets": 999}, "labels": THREE},
    "n-grams in the head": {"layers": [LSTM], "ngrams": {"buckets": 99, "join": "head"}, "head": DENSE},
    "n-grams alone": {"layers": [], "head": [], "ngrams": {"buckets": 50, "words": True, "normalize": True}},
    "calibrated": {"layers": [GRU], "labels": LISTS, "temperatures": (0.5, 2.0, 3.0)},
    "several columns": {"layers": [LSTM], "columns": ("title", "body"), "ngrams": {"buckets": 999}},
    "beside the text": {"layers": [LSTM], "head": DENSE, "extra": True},
}


@functools.cache
def classifier_of(name: str) -> KerasClassifier:
    """A model with random weights that are large, so that texts get different answers."""
    return untrained_classifier(TEXTS, **MODELS[name])


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_complete(name: str) -> None:
    classifier = classifier_of(name)
    texts: Any = TEXTS
    if classifier.columns:
        texts = [{"title": text, "body": TEXTS[0]} for text in TEXTS] + [{"title": TEXTS[0]}, {"body": "watch"}]
    extra = {"price": [3, None, 9, 2]} if classifier.extra is not None else None
    labels = [*classifier.labels][:2]
    found = [one for each in integrated_gradients(classifier, texts, labels, extra=extra) for one in each]
    light = [one for each in occlusion(classifier, texts, labels, extra=extra, most_calls=1) for one in each]
    assert len(found) == len(texts) * len(labels)
    for one, other in zip(found, light, strict=True):
        assert abs(one.remainder) <= 0.01 * abs(one.output - one.baseline) + 2e-4
        assert one.output == pytest.approx(other.output, abs=1e-5)
        assert one.probability == pytest.approx(1 / (1 + np.exp(-one.output)), abs=1e-5)
        assert [word.start for word in one.words] == [word.start for word in other.words]
    assert max(one.largest for one in found) > 0.05


def test_a_contrast_is_complete() -> None:
    ((found,),) = integrated_gradients(classifier_of("gru"), TEXTS[:1], ["a"], against="c")
    assert found.against == "c" and abs(found.remainder) <= 0.01 * abs(found.output - found.baseline)
    p = classifier_of("gru").probabilities(TEXTS[:1])[0]
    assert found.output == pytest.approx(np.log(p[0] / p[2]), abs=1e-5)


def scores_of(found: Attribution) -> dict[str, float]:
    return {found.text_of(word): word.score or 0.0 for word in found.words}


def test_n_grams_alone_are_exact() -> None:
    """Of single tokens, the scores are their weights; occlusion agrees."""
    classifier = untrained_classifier(TEXTS, layers=[], head=[], ngrams={"buckets": 2**16, "orders": [1]})
    text = "a fine story"
    ((found,),), ((again,),) = (method(classifier, [text], ["yes"]) for method in (integrated_gradients, occlusion))
    for word, score in scores_of(found).items():
        assert score == pytest.approx(scores_of(again)[word], abs=1e-5)
        one = np.array(classifier.tokenizer.encode(word), np.int32)
        alone = classifier.logits_of_ids([one])[0, 0]
        assert score == pytest.approx(alone - found.baseline, abs=1e-5)


def test_n_grams_are_shared_by_their_words_alone() -> None:
    from seqclf.explanation.ngram_shares import ngram_shares
    from seqclf.explanation.reading import read_text

    for name in ("n-grams alone", "n-grams beside", "several columns"):
        classifier = classifier_of(name)
        layer: Any = classifier.model.get_layer("ngrams")
        for text in (TEXTS[0], "bad bad bad", "", "x\x1fbad film"):
            reading = read_text(classifier, text)
            shares = ngram_shares(layer, reading)
            expected = layer(reading.ids[None]).numpy()[0]
            np.testing.assert_allclose(shares.without + shares.of_words.sum(axis=0), expected, atol=1e-5)
    reading = read_text(classifier_of("n-grams beside"), "bad bad")
    shares = ngram_shares(classifier_of("n-grams beside").model.get_layer("ngrams"), reading)
    np.testing.assert_allclose(shares.of_words[0], shares.of_words[1])  # they share the same n-grams


def test_a_bag_of_vectors_is_exact() -> None:
    """With the mean of the vectors and a linear output, a score is the product of vector and weights."""
    classifier = untrained_classifier(TEXTS, layers=[{"type": "pool", "method": "mean"}], head=[])
    ((found,),) = integrated_gradients(classifier, ["a fine story"], ["yes"])
    ids = classifier.tokenizer.encode("a fine story")
    table, kernel = np.array(classifier.model.get_layer("embedding").embeddings), classifier.model.weights[1]
    scores = (table[ids] @ np.array(kernel))[:, 0] / len(ids)
    assert sum(scores_of(found).values()) == pytest.approx(scores.sum(), abs=1e-5)
    assert scores_of(found)["a"] == pytest.approx(scores[0], abs=1e-5)
    assert found.baseline == pytest.approx(float(np.array(classifier.model.weights[2])[0]), abs=1e-6)


def test_a_model_that_joins_several_is_complete() -> None:
    """Its members share their inputs and the way from the baseline to the text."""
    import keras

    from seqclf.model.build import logits_model
    from seqclf.tasks.predictor import Predictor

    members = [classifier_of(name) for name in ("lstm", "n-grams in the head", "n-grams alone")]
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    logits = [
        keras.Model(one.model.input, logits_model(one.model).output, name=f"member_{number}")(token_ids)
        for number, one in enumerate(members)
    ]
    joined = keras.layers.Average(name="logits")(logits)
    model = keras.Model(token_ids, keras.layers.Activation("sigmoid", name="probabilities")(joined))
    classifier = replace(members[0], model=model, predictor=Predictor(model))
    for (found,) in integrated_gradients(classifier, TEXTS, ["yes"]):
        text = found.fields[0]
        alone = [integrated_gradients(one, [text], ["yes"])[0][0] for one in members]
        assert abs(found.remainder) <= 0.01 * abs(found.output - found.baseline) + 2e-4
        assert found.output == pytest.approx(np.mean([one.output for one in alone]), abs=1e-5)
        expected = np.mean([[word.score for word in one.words] for one in alone], axis=0)
        np.testing.assert_allclose([word.score for word in found.words], expected, atol=0.02 * found.largest + 1e-3)


def test_texts_that_the_prior_answers() -> None:
    classifier = classifier_of("gru")
    prior = Prior(UNKNOWN_ID, (0.5, 0.3, 0.2))
    classifier = replace(classifier, prior=prior)
    for ((found,),) in (integrated_gradients(classifier, [text]) for text in ("", "\u4e00 \u4e01")):
        assert found.label == "a" and found.probability == pytest.approx(0.5)
        assert found.output == found.baseline == pytest.approx(0, abs=1e-6)
        assert found.largest == 0 and not found.is_known


def test_words_that_are_not_read_have_no_score() -> None:
    found = integrated_gradients(classifier_of("lstm"), ["film " * 40])[0][0]
    read = [word.score is not None for word in found.words]
    assert read.count(True) == 12 and read[0] and read[-1] and not read[20]  # truncate: middle
