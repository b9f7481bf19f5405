"""The unigram baseline of language models, and the table of ``seqclf eval``."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.baseline.unigram import unigram_scores
from seqclf.cli.eval_perplexity import show_language_model
from seqclf.data.encoded import EncodedTexts
from seqclf.metrics.language_model import LanguageModelMetrics, LanguageModelScores, MeasuredLanguageModel, Surprise

SIZE = 6
TEXTS = st.lists(st.lists(st.integers(1, SIZE - 1), min_size=1, max_size=5), min_size=1, max_size=5)


def _encoded(texts: list[list[int]]) -> EncodedTexts:
    rows = [np.array(text, np.int32) for text in texts]
    return EncodedTexts.collect(rows, np.zeros(len(texts), np.int32), SIZE)


def _metrics(texts: list[list[int]], nats: float = 1.0, words: int = 3) -> LanguageModelMetrics:
    tokens = sum(map(len, texts)) + len(texts)
    found = LanguageModelMetrics.of(Surprise(nats, tokens, words, 4 * tokens), len(texts))
    return replace(found, unknown=sum(text.count(1) for text in texts))


@given(TEXTS, TEXTS)
def test_the_baseline_is_that_of_its_definition(train: list[list[int]], texts: list[list[int]]) -> None:
    metrics = _metrics(texts)
    found = unigram_scores(_encoded(train), _encoded(texts), SIZE, metrics)
    seen = Counter(token for text in train for token in [*text, SIZE])
    total = seen.total() + SIZE  # ids 1 to SIZE - 1, and the end, count once more
    nats = -sum(math.log((seen[token] + 1) / total) for text in texts for token in [*text, SIZE])
    assert found.loss == pytest.approx(nats / metrics.tokens)
    assert found.bits_per_character == pytest.approx(nats / math.log(2) / metrics.characters)
    assert found.word_perplexity == pytest.approx(math.exp(nats / metrics.words))


@given(TEXTS)
def test_probabilities_of_the_baseline_add_up(train: list[list[int]]) -> None:
    each = [[token] for token in range(1, SIZE)]
    losses = [unigram_scores(_encoded(train), _encoded([one]), SIZE, _metrics([one])).loss * 2 for one in each]
    seen = Counter(token for text in train for token in [*text, SIZE])
    end = (seen[SIZE] + 1) / (seen.total() + SIZE)
    assert sum(math.exp(-loss) / end for loss in losses) + end == pytest.approx(1)


def test_metrics_are_read_as_they_were_written() -> None:
    metrics = _metrics([[1, 2], [3]])
    assert metrics.to_json()["unknown"] == 1
    assert metrics.unknown_share == pytest.approx(1 / 3)
    assert LanguageModelMetrics.from_json(metrics.to_json()) == metrics
    earlier = {name: value for name, value in metrics.to_json().items() if name != "unknown"}
    assert LanguageModelMetrics.from_json(earlier) == replace(metrics, unknown=None)
    unigram = LanguageModelScores(**metrics.values_of(LanguageModelScores))
    entry = MeasuredLanguageModel("a file", metrics, unigram).to_json()
    assert entry["baseline"] == {"unigram": unigram.to_json()}
    assert LanguageModelMetrics.from_json(entry) == metrics


@pytest.mark.parametrize("markdown", [False, True])
def test_the_table_has_both_models_and_says_what_is_good(markdown: bool, capsys: pytest.CaptureFixture[str]) -> None:
    metrics = _metrics([[1, 2], [3]], nats=3.0)
    unigram = LanguageModelScores(loss=2.0, perplexity=7.4, bits_per_character=1.5, word_perplexity=99.0)
    show_language_model("lm-1", "test", MeasuredLanguageModel("a file", metrics, unigram), markdown=markdown)
    shown = capsys.readouterr().out
    cells = [line.replace("|", " ").split() for line in shown.splitlines()]
    assert ["loss", "0.6000", "2.0000"] in cells
    assert ["bits", "per", "character", f"{metrics.bits_per_character:.4f}", "1.5000"] in cells
    assert ["word", "perplexity", "2.7183", "99.000"] in cells
    assert "Smaller is better" in shown
    assert "33.33%" in shown and "1 of 3" in shown
    assert "Baseline: every token as probable" in shown


def test_a_word_perplexity_of_many_digits_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = _metrics([[1, 2], [3]], nats=90.0)
    show_language_model("lm-1", "test", MeasuredLanguageModel("a file", metrics))
    shown = capsys.readouterr().out
    assert "Word perplexity: left out" in shown
    assert "\nword perplexity" not in shown
    assert "baseline" not in shown.lower()


def test_lines_fit_a_narrow_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    metrics = _metrics([[1, 2], [3]], nats=3.0)
    unigram = LanguageModelScores(loss=2.0, perplexity=7.4, bits_per_character=1.5, word_perplexity=99.0)
    show_language_model("a-long-name-1", "validation (a/file.txt)", MeasuredLanguageModel("a file", metrics, unigram))
    lines = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 60
