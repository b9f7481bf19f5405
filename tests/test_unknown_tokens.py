"""``check`` says why tokens are unknown, and only what would help."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from seqclf.config.schema import TokenizerConfig
from seqclf.data.unknown_tokens import long_word_warnings, unknown_warnings
from seqclf.sources.texts import LabelledTexts

DNA = ["".join("ACGT"[(i * 7 + j * j) % 4] for j in range(120)) for i in range(30)]
RARE = [f"the {word} film" for word in "one two three four five six seven eight nine ten".split()]
IDEOGRAPHS = ["".join(chr(0x4E00 + (17 * i + j) % 300) for j in range(20)) for i in range(30)]


def _warned(options: dict[str, Any], train: list[str], share: float = 0.2, test: list[str] | None = None) -> list[str]:
    checked: TokenizerConfig = TypeAdapter(TokenizerConfig).validate_python(options)
    tokenizer = checked.learn(train)
    texts = {
        name: LabelledTexts(some, ["a"] * len(some), name) for name, some in (("train", train), ("test", test or []))
    }
    split = "train" if test is None else "test"
    return [str(problem) for problem in unknown_warnings({split: share}, texts, tokenizer, checked)]


@pytest.mark.parametrize(
    ("options", "train", "expected"),
    [
        (
            {"vocab_size": 200, "words": 1},
            DNA,
            "tokenizer.words: 20.0% of the train tokens are unknown: words of more than 100 characters (100% of the "
            'words, such as "ACACACACACACACACACACACAC..." of 120)',
        ),
        ({"type": "word"}, DNA, "tokenizer.type: 20.0% of the train tokens are unknown: words of more than 100"),
        (
            {"type": "word", "vocab_size": 5, "min_frequency": 1},
            RARE,
            "tokenizer.vocab_size: 20.0% of the train tokens",
        ),
        ({"type": "word", "vocab_size": 500}, RARE, "contains all 4 words that occur at least 2 times"),
        ({"type": "char", "ngram": 8, "vocab_size": 500}, RARE, "tokenizer.ngram: 20.0%"),
        (
            {"vocab_size": 400},
            IDEOGRAPHS,
            "tokenizer.vocab_size: 20.0% of the train tokens are unknown: the vocabulary is",
        ),
    ],
)
def test_the_reason_is_reported_with_a_cure(options: dict[str, Any], train: list[str], expected: str) -> None:
    (warning,) = _warned(options, train)
    assert expected in warning


def test_characters_of_other_texts_are_no_matter_of_size() -> None:
    (warning,) = _warned({"vocab_size": 4_000}, RARE, test=["\u4e00\u4e01 \u4e02"])
    assert "of the test tokens are unknown" in warning
    assert "lacks characters that are rare in the training texts; {type: byte} knows all" in warning


def test_a_vocabulary_of_all_words_is_said_to_have_them() -> None:
    (warning,) = _warned({"type": "word", "min_frequency": 1}, RARE, test=["unheard of"])
    assert "of the test tokens are unknown" in warning
    assert "words that occur in the training texts; " in warning


def test_few_unknown_tokens_are_no_matter() -> None:
    assert not _warned({"vocab_size": 200}, DNA, share=0.04)
    assert not _warned({"type": "byte"}, ["", "a"], share=0.5)


@pytest.mark.parametrize(
    ("options", "texts", "is_warned"),
    [
        ({}, DNA, True),
        ({}, [*RARE, DNA[0]], False),
        ({}, ["\u3042" * 101 + "\u3002"] * 5, True),  # kana
        ({}, ["https://example.com/a/b?c=d&" + "e=f&" * 100] * 5, False),  # symbols end words
        ({"words": 1}, DNA, False),  # they are unknown tokens
        ({"type": "char"}, DNA, False),
        ({"type": "byte"}, DNA, False),
    ],
)
def test_words_that_are_cut_are_named(options: dict[str, Any], texts: list[str], is_warned: bool) -> None:
    checked: TokenizerConfig = TypeAdapter(TokenizerConfig).validate_python({"type": "subword", **options})
    warnings = [
        str(one) for one in long_word_warnings(LabelledTexts(texts, ["a"] * len(texts), "train"), checked.learn(texts))
    ]
    assert len(warnings) == is_warned
    for warning in warnings:
        assert "words of more than 100 characters" in warning
        word = texts[0].removesuffix("\u3002")
        assert f'"{word[:24]}..." of {len(word)}' in warning
        assert "cuts every 100 characters; for sequences without words, read characters instead" in warning
