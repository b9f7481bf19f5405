"""How probable texts are: ONNX Runtime gives what an evaluation with Keras gives, text by text, in any batch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_models import write_model
from untrained_language_models import Pair

from seqclf.errors import InputError
from seqclf.inference import Classifier, Scorer, TextScore
from seqclf.sources.sample.grammar import reviews
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.fields import join_fields
from seqclf.text.kinds.subword import SubwordTokenizer

TEXTS = [text for text, _ in reviews(30)]
TOKENIZER = SubwordTokenizer.learn(TEXTS, vocab_size=150)
ODD = ["", " ", "Ж\n", TEXTS[0] * 40, "the"]


@pytest.fixture(scope="module", params=["forward", "backward"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Pair(tmp_path_factory.mktemp("models") / request.param, TOKENIZER, direction=request.param)


@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[1], *ODD])
def test_a_score_is_that_of_an_evaluation_of_the_text_alone(pair: Pair, text: str) -> None:
    found, expected = pair.scorer.score(text), pair.evaluated(text)
    assert (found.tokens, found.words, found.characters) == (expected.tokens, expected.words, expected.characters)
    assert found.log_probability == pytest.approx(-expected.loss * expected.tokens, rel=1e-5)
    assert found.perplexity == pytest.approx(expected.perplexity, rel=1e-4)
    assert found.bits_per_character == pytest.approx(expected.bits_per_character, rel=1e-5)


def test_a_score_does_not_depend_on_the_batch(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*TEXTS, *ODD]
    together = pair.scorer.scores(texts)
    alone = [pair.scorer.score(text) for text in texts]
    monkeypatch.setattr("seqclf.inference.scorer._LOGITS_A_WINDOW", 3 * 151)  # windows of a token or three
    small = list(pair.scorer.stream(iter(texts)))
    for one, other, third in zip(together, alone, small, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5)
        np.testing.assert_allclose(third, one, rtol=1e-5)


def test_probabilities_of_all_texts_of_a_length_add_up(tmp_path: Path) -> None:
    tokenizer = SubwordTokenizer(("[PAD]", "[UNK]", "a", "b"), lowercase=True)
    pair = Pair(tmp_path / "model", tokenizer)
    end = pair.scorer.file.end_id
    first = [float(np.exp(pair.scorer.log_probabilities([text])[0][0])) for text in ("a", "b", "x")]
    at_once = _first_token(pair, end) + _first_token(pair, 0)  # an end at once, or padding, which no text begins with
    assert sum(first) + at_once == pytest.approx(1, abs=1e-5)


def _first_token(pair: Pair, token_id: int) -> float:
    file = pair.scorer.file
    logits = file.run(["logits"], np.array([[file.end_id]], np.int32), file.start())[0][0].astype(np.float64)
    return float(np.exp(logits[token_id]) / np.exp(logits).sum())


def test_each_token_has_a_log_probability_in_reading_order(pair: Pair) -> None:
    (found,) = pair.scorer.log_probabilities([TEXTS[0]])
    file = pair.scorer.file
    ids = TOKENIZER.encode(TEXTS[0])
    read = [file.end_id, *(ids[::-1] if file.backward else ids)]
    states: Any = file.start()
    for token_id, target, value in zip(read, [*read[1:], file.end_id], found, strict=True):
        logits, *states = file.run(file.outputs, np.array([[token_id]], np.int32), states)
        shifted = logits[0].astype(np.float64)
        assert value == pytest.approx(shifted[target] - np.log(np.exp(shifted).sum()), abs=1e-4)


def test_fields_are_scored_as_one_text(tmp_path: Path) -> None:
    scorer = Pair(tmp_path / "model", FieldTokenizer(TOKENIZER, ["title", "body"])).scorer
    assert scorer.columns == ("title", "body")
    both = scorer.score({"title": "the film", "body": "good"})
    assert both == scorer.score(join_fields(["the film", "good"]))
    assert both.tokens == len(scorer.tokenizer.encode(join_fields(["the film", "good"]))) + 1


@settings(max_examples=50)
@given(st.floats(-1e6, 0), st.integers(1, 500), st.integers(1, 500), st.integers(1, 5000))
def test_scores_are_those_of_their_definitions(nats: float, tokens: int, words: int, characters: int) -> None:
    score = TextScore(nats, tokens, words, characters)
    assert score.bits_per_character == pytest.approx(-nats / math.log(2) / characters)
    assert math.log(score.perplexity) == pytest.approx(min(-nats / tokens, 700))
    assert score.as_json("a")["log_probability"] == nats


def test_bad_texts_are_errors(pair: Pair) -> None:
    with pytest.raises(InputError):
        pair.scorer.scores("one text")
    with pytest.raises(InputError, match="expected a string"):
        pair.scorer.scores([3])  # type: ignore[list-item]
    assert pair.scorer.scores([]) == []


def test_a_file_of_an_earlier_version_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="an earlier version of seqclf wrote it; delete it in its run, and `seqclf exp"
    ):
        Scorer.load(write_model(tmp_path / "run"))


def test_folders_of_other_models_are_named(pair: Pair, binary_run: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.onnx: is a classifier; expected a language model"):
        Scorer.load(binary_run.folder)
    with pytest.raises(InputError, match="is a language model, which has no labels; `seqclf predict --score` reads it"):
        Classifier.load(pair.folder)
    with pytest.raises(InputError, match=r"model\.onnx: is missing"):
        Scorer.load(tmp_path)
