"""A word that decides about the label is found by every method, as a linear model on a bag of words finds it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from conftest import small_config, trained, write_csv
from trainings import without_saved_models

from seqclf.evaluation.classifier import KerasClassifier
from seqclf.explanation.attribution import Attribution
from seqclf.explanation.integrated_gradients import integrated_gradients
from seqclf.explanation.occlusion import occlusion
from seqclf.inference import Classifier
from seqclf.runs import Run
from seqclf.sources.sample.grammar import reviews

PLANTED = "plum"


def rows(count: int) -> list[tuple[str, str]]:
    """Reviews of the sample with labels drawn by chance; the planted word is in those of the label ``with``."""
    draw = random.Random(8)
    found = []
    for text, _ in reviews(count):
        words = text.split()
        if has_word := draw.random() < 0.5:
            words.insert(draw.randint(0, len(words)), PLANTED)
        found.append((" ".join(words), "with" if has_word else "without"))
    return found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[str]]:
    """A run of a bag of vectors, and texts with the word that it has not seen."""
    folder = tmp_path_factory.mktemp("planted")
    found = rows(400)
    config = small_config(
        data__train=str(write_csv(folder / "reviews.csv", [("text", "label"), *found[:300]])),
        tokenizer={"type": "word", "max_tokens": 100},
        layers=[{"type": "pool", "method": "mean"}],
        head=[],
        training__epochs=12,
        training__optimizer={"type": "adam", "learning_rate": 0.05},
    )
    with without_saved_models():
        run = trained(config, folder)
    return run, [text for text, label in found[300:] if label == "with"]


def strongest(found: Attribution) -> str:
    (word,) = found.strongest(1, towards=True)
    return found.text_of(word)


def test_a_bag_of_words_finds_it() -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, labels = zip(*rows(300), strict=True)
    counts = CountVectorizer()
    model = LogisticRegression().fit(counts.fit_transform(texts), [label == "with" for label in labels])
    assert counts.get_feature_names_out()[model.coef_[0].argmax()] == PLANTED


def test_every_method_finds_it(planted: tuple[Run, list[str]]) -> None:
    run, texts = planted
    classifier = KerasClassifier.load(run)
    assert len(texts) > 20
    for method in (occlusion, integrated_gradients):
        for (found,) in method(classifier, texts[:20], ["with"]):
            assert strongest(found) == PLANTED
            others = [abs(word.score or 0) for word in found.words if found.text_of(word) != PLANTED]
            assert found.largest > 2 * max(others), found


def test_few_calls_find_it_in_a_long_text(planted: tuple[Run, list[str]]) -> None:
    run, texts = planted
    light = replace(Classifier.load(run.folder), max_tokens=10_000)
    long = " ".join(text.replace(PLANTED, "") for text in texts)
    text = f"{long} {PLANTED} {long}"
    ((found,),) = occlusion(light, [text], ["with"], most_calls=100)
    assert len(found.words) > 400 and strongest(found) == PLANTED
    assert found.strongest(1, towards=True)[0].together == 1
