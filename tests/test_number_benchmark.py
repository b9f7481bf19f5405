"""``benchmarks/number_sequences.py``: how often the number after the first four is right."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from made_up_models import ScriptedModel
from numpy.typing import NDArray

from seqclf.generation import Generator
from seqclf.sources.sample.numbers import continued, kind_of, sequences
from seqclf.text.kinds.char import CharTokenizer

DIGITS = CharTokenizer.learn(["0123456789 0"], vocab_size=20, min_frequency=1)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "number_sequences.py"
    spec = importlib.util.spec_from_file_location("number_sequences", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _generator(after: Callable[[tuple[int, ...]], str]) -> Generator:
    """A model that continues four numbers with this text."""

    def logits(read: list[int]) -> NDArray[np.floating]:
        prompt = next(step for step in reversed(model.steps) if len(step) > 1)[1:]
        rest = after(tuple(map(int, DIGITS.decode(prompt).split())))
        written = len(read) - 1 - len(prompt)
        scores = np.zeros(model.end_id + 1)
        scores[DIGITS.encode(f"0{rest[written]}0")[1] if written < len(rest) else -1] = 50
        return scores

    model = ScriptedModel(DIGITS.vocabulary_size, logits)
    return Generator(model, DIGITS)


def _right(shown: tuple[int, ...]) -> str:
    return f" {continued(shown, 1)[0]}"


@pytest.mark.parametrize(
    ("after", "answer"),
    [(" 32 64", "32"), (" 32", "32"), (" 3", "3"), ("0 32", "0 32"), ("", ""), (" 32323232323232", "323232323")],
)
def test_the_answer_is_the_whole_number_after_the_space(benchmark: ModuleType, after: str, answer: str) -> None:
    assert benchmark.next_number(_generator(lambda shown: after), (2, 4, 8, 16)) == answer


def test_the_table_counts_the_right_ones_by_kind(benchmark: ModuleType) -> None:
    def wrong_for_squares(shown: tuple[int, ...]) -> str:
        return " 1" if kind_of(shown) == "squares" else _right(shown)

    asked = sequences("test")[:39]  # nine squares, ten of each other kind
    lines = benchmark.table(benchmark.answers(_generator(wrong_for_squares), asked)).splitlines()
    assert lines[2:] == [
        "| arithmetic | 10 | 100.0% |",
        "| fibonacci | 10 | 100.0% |",
        "| geometric | 10 | 100.0% |",
        "| squares | 9 | 0.0% |",
        "| all | 39 | 76.9% |",
    ]
