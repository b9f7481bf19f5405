"""What is said about an explanation."""

from __future__ import annotations

from typing import Any

import pytest
from linear_classifiers import linear_classifier

from seqclf.explanation.attribution import Attribution
from seqclf.explanation.occlusion import occlusion
from seqclf.explanation.sentences import notes, signed, sum_of, title
from seqclf.inference.prediction import MultiLabelPrediction, Prediction


def explained(text: str, **options: Any) -> Attribution:
    ((found,),) = occlusion(linear_classifier({"good": 2.0, "bad": -1.0}, max_tokens=6), [text], ["good"], **options)
    return found


@pytest.mark.parametrize(
    ("prediction", "said"),
    [
        (Prediction("good", {"bad": 0.12, "good": 0.88}), "good 0.8808"),
        (Prediction("bad", {"bad": 0.9, "good": 0.1}), "good 0.8808 (predicted: bad 0.9000)"),
        (Prediction(None, {"bad": 0.12, "good": 0.88}), "good 0.8808 (no label: the run abstains)"),
        (Prediction(("bad",), {"bad": 0.9, "good": 0.1}), "good 0.8808 (not predicted)"),
        (Prediction((), {"bad": 0.1, "good": 0.1}), "good 0.8808 (not predicted)"),
        (MultiLabelPrediction(None, {"bad": 0.5, "good": 0.5}), "good 0.8808 (no label: the run abstains)"),
    ],
)
def test_titles(prediction: Prediction, said: str) -> None:
    assert title(explained("good"), prediction) == said


def test_contrasts_are_named() -> None:
    found = explained("good", against="bad")
    assert title(found, Prediction("good", {"good": 0.9})) == "good 0.8808, against bad"
    assert sum_of(found).startswith('Log-odds of "good" to "bad" +2.00 = +0.00 (no words) +2.00 (each word alone)')


def test_labels_are_spelt_alike_in_all_sentences() -> None:
    classifier = linear_classifier({"good": 2.0}, ["a\nb", "x" * 300])
    ((found,),) = occlusion(classifier, ["good"], ["a\nb"], against="x" * 300)
    for said in (title(found, Prediction("a\nb", {"a\nb": 0.9})), sum_of(found)):
        assert "a\\nb" in said and "x" * 20 in said and len(said) < 300


def test_sums_add_up_as_they_are_read() -> None:
    assert sum_of(explained("good bad")) == (
        "Log-odds +1.00 = +0.00 (no words) +1.00 (each word alone) +0.00 (combinations)"
    )
    assert signed(-0.001) == "+0.00" and signed(-0.006) == "-0.01" and signed(12) == "+12.00"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("good bad", {}, []),
        ("", {}, ["no words for the run to read"]),
        ("x y", {}, ["knows no word of this text"]),
        ("good x y x", {}, ["Unknown to the run: 'x', 'y'."]),
        ("good " * 9, {}, ["3 of 9 words are not read"]),
        ("good bad good bad", {"most_calls": 2}, ["--most-calls 4 looks at each word"]),
    ],
)
def test_notes(text: str, options: dict[str, Any], said: list[str]) -> None:
    found = list(notes(explained(text, **options)))
    assert len(found) == len(said) and all(part in one for part, one in zip(said, found, strict=True)), found
