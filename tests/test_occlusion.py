"""Occlusion, on classifiers whose answer is known."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear_classifiers import linear_classifier

from seqclf.errors import InputError
from seqclf.explanation.attribution import Attribution
from seqclf.explanation.occlusion import occlusion
from seqclf.labels import Labels
from seqclf.runs import Run

WEIGHTS = {"good": 2.0, "fine": 1.0, "bad": -3.0, "film": 0.25}


def scores_of(attribution: Attribution) -> dict[str, float | None]:
    return {attribution.text_of(word): word.score for word in attribution.words}


def test_words_of_a_linear_model_have_their_weights() -> None:
    classifier = linear_classifier(WEIGHTS)
    ((found,),) = occlusion(classifier, ["A GOOD film, not bad!"], ["good"])
    assert scores_of(found) == {"A": 0, "GOOD": 2, "film": 0.25, ",": 0, "not": 0, "bad": -3, "!": 0}
    assert (found.output, found.baseline, found.remainder) == (-0.75, 0, 0)
    assert found.probability == pytest.approx(1 / (1 + math.exp(0.75)))
    assert [found.text_of(word) for word in found.strongest(9, towards=True)] == ["GOOD", "film"]
    assert [found.text_of(word) for word in found.strongest(9, towards=False)] == ["bad"]
    assert [word.known for word in found.words] == [False, True, True, False, False, True, False]
    assert found.largest == 3 and found.is_known
    ((other,),) = occlusion(classifier, ["A GOOD film, not bad!"])  # towards what is predicted
    assert other.label == "bad" and scores_of(other)["bad"] == 3 and other.output == 0.75


def test_the_labels_of_a_text() -> None:
    weights = {"goal": (3, 0, 0), "bank": (0, 2, -1), "moon": (0, 0, 1)}
    one = linear_classifier(weights, ["sport", "money", "space"])
    ((found,),) = occlusion(one, ["goal bank"])
    assert found.label == "sport" and found.against is None
    assert found.output == pytest.approx(3 - math.log(math.exp(2) + math.exp(-1)), abs=1e-6)
    assert scores_of(found)["goal"] == pytest.approx(3)
    ((found,),) = occlusion(one, ["goal bank"], ["sport"], against="money")
    assert (found.against, found.output, scores_of(found)) == ("money", 1, {"goal": 3, "bank": -2})
    many = linear_classifier(weights, Labels(("sport", "money", "space"), multi=True), thresholds=(0.5, 0.5, 0.5))
    (found_labels,) = occlusion(many, ["goal bank"])
    assert [(found.label, found.output) for found in found_labels] == [("sport", 3), ("money", 2)]
    ((found,),) = occlusion(linear_classifier(weights, many.labels, thresholds=(1, 1, 1)), ["bank"])
    assert found.label == "money"  # none is predicted: the most probable one
    three = occlusion(one, ["goal", "bank", ""], ["space", "sport"])
    assert [[found.label for found in each] for each in three] == [["space", "sport"]] * 3


@pytest.mark.parametrize(
    ("labels", "against", "said"),
    [
        (["Good"], None, 'has no label "Good"; did you mean "good"?'),
        (["good"], "x", 'has no label "x"'),
        (["good"], "good", "is the label itself"),
        ([], "bad", '"bad" is what is predicted'),
    ],
)
def test_wrong_labels(labels: list[str], against: str | None, said: str) -> None:
    with pytest.raises(InputError) as caught:
        occlusion(linear_classifier(WEIGHTS), ["bad"], labels, against=against)
    assert said in str(caught.value)


def test_wrong_texts_and_contrasts() -> None:
    with pytest.raises(InputError, match="is a string, expected a list of texts"):
        occlusion(linear_classifier(WEIGHTS), "bad")
    with pytest.raises(InputError, match="one label per text"):
        occlusion(linear_classifier({"a": (1, 2)}, Labels(("x", "y"), multi=True)), ["a"], ["x"], against="y")
    with pytest.raises(InputError, match="reads the text alone"):
        occlusion(linear_classifier(WEIGHTS), ["bad"], extra={"price": [1]})


def test_words_that_are_not_read_have_no_score() -> None:
    for truncate, expected in (
        ("tail", {"good": 2, "fine": 1, "bad": None}),
        ("head", {"good": None, "fine": 1, "bad": -3}),
        ("middle", {"good": 2, "fine": None, "bad": -3}),
    ):
        classifier = linear_classifier(WEIGHTS, max_tokens=2, truncate=truncate)
        ((found,),) = occlusion(classifier, ["good fine bad"], ["good"])
        assert scores_of(found) == expected
        assert found.remainder == 0
        assert max(map(len, classifier.calls)) == 2  # no further token is read in place of a word


def test_several_columns() -> None:
    classifier = linear_classifier(WEIGHTS, columns=["title", "body"])
    ((found,),) = occlusion(classifier, [{"title": "good", "body": "a bad  film"}], ["good"])
    assert found.fields == ("good", "a bad  film") and found.columns == ("title", "body")
    assert [(word.column, found.text_of(word), word.score) for word in found.words] == [
        (0, "good", 2),
        (1, "a", 0),
        (1, "bad", -3),
        (1, "film", 0.25),
    ]
    assert all(classifier.tokenizer.separator_id in ids for ids in classifier.calls)
    assert Attribution.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.to_json()["text"] == {"title": "good", "body": "a bad  film"}
    ((found,),) = occlusion(classifier, ["good\x1fbad\x1fbad"], ["good"])  # further separators belong to the last
    assert found.fields == ("good", "bad\x1fbad") and scores_of(found)["bad"] == -3


def test_texts_without_words() -> None:
    for text in ("", " \n", "\u200b"):
        ((found,),) = occlusion(linear_classifier(WEIGHTS), [text])
        assert found.words == () and found.output == found.baseline == found.remainder == 0
        assert not found.is_known and found.largest == 0
    ((found,),) = occlusion(linear_classifier(WEIGHTS), ["zzz"])
    assert not found.is_known and len(found.words) == 1
    assert occlusion(linear_classifier(WEIGHTS), []) == []


@given(
    words=st.lists(st.sampled_from([*WEIGHTS, "x"]), min_size=1, max_size=200),
    most=st.integers(1, 250),
)
def test_a_bounded_number_of_calls_leaves_nothing_out(words: list[str], most: int) -> None:
    classifier = linear_classifier(WEIGHTS)
    ((found,),) = occlusion(classifier, [" ".join(words)], ["good"], most_calls=most)
    assert len(classifier.calls) <= most + 2
    assert len(found.words) == len(words) and None not in scores_of(found).values()
    assert found.remainder == pytest.approx(0, abs=1e-6)
    for word in found.words:
        if word.together == 1:
            assert word.score == pytest.approx(WEIGHTS.get(found.text_of(word), 0))
    if len(words) <= most:
        assert {word.together for word in found.words} == {1}


def test_the_words_that_matter_are_found_among_many() -> None:
    words = ["x"] * 5_000
    words[1_234], words[4_321] = "good", "bad"
    classifier = linear_classifier(WEIGHTS, max_tokens=10_000)
    ((found,),) = occlusion(classifier, [" ".join(words)], ["good"], most_calls=100)
    alone = {number: word.score for number, word in enumerate(found.words) if word.together == 1 and word.score}
    assert alone == {1_234: 2, 4_321: -3}
    assert len(classifier.calls) <= 102


@given(text=st.text(max_size=40), score=st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_json_keeps_everything(text: str, score: float) -> None:
    classifier = linear_classifier({**WEIGHTS, "a": score}, max_tokens=4)
    for (found,) in occlusion(classifier, [text + " a good", "a " + text], most_calls=2):
        assert Attribution.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize(
    "change",
    [
        {"words": [{"start": 0, "stop": 99, "score": 1}]},
        {"method": "guess"},
        {"label": None, "words": 3},
        {"output": "x"},
    ],
)
def test_json_that_is_no_explanation(change: dict[str, Any]) -> None:
    ((found,),) = occlusion(linear_classifier(WEIGHTS), ["good"])
    with pytest.raises(ValueError, match="not an explanation"):
        Attribution.from_json({**found.to_json(), **change})
    with pytest.raises(ValueError, match="not an explanation"):
        Attribution.from_json([])


def test_both_classifiers_of_a_run_give_the_same_scores(three_label_run: Run) -> None:
    """A word's score is what its deletion changes in the answer of ``predict``."""
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    light, heavy = Classifier.load(three_label_run.folder), KerasClassifier.load(three_label_run)
    text = "the new moon said"
    ((found,),), ((again,),) = occlusion(light, [text]), occlusion(heavy, [text])
    assert found.label == again.label and found.output == pytest.approx(again.output, abs=1e-4)
    for one, other in zip(found.words, again.words, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-4)
    shorter = [text[: word.start] + text[word.stop :] for word in found.words]
    place = light.labels.names.index(found.label)
    p = light.probabilities(shorter)[:, place].astype(float)
    expected = found.output - np.log(p / (1 - p))
    np.testing.assert_allclose([word.score for word in found.words], expected, atol=1e-3)
