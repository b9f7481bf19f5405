"""White space between decoded words: as English is printed."""

from __future__ import annotations

import pytest
from learnt_tokenizers import learn_tokenizer

from seqclf.text.tokenizer import Tokenizer

PRINTED = [
    "The film was good, wasn't it? Yes! No; maybe: 50% of it...",
    "He said: \"It was (almost) 'fine'\", and left.",
    "The dogs' toys and the boy's [own] {book}.",
    "A well-known 8/10 and/or snake_case_name.",
    "It costs $5.50, €3 or £10,000 at 10:30.",
    "In 1999, 20 people. And 2, 4, 8, 16 more",
    "2 4 8 16 32",
    "3.5--yes",
    "** stars **",
    "don’t “quote” ‘this’ and “that” too",
    "¿Qué? «Oui» ¡no!",
    "日本語。中文、汉字",
    "中文 film 日本",
    "\u0e01\u0e49\u0e02\u0e04",
    "\u0f56\u0f7c\u0f51\u0f0b\u0f66\u0f90\u0f51\u0f0b",
    "O Romeo, Romeo!\n\nWherefore art thou\nRomeo? 'Tis but thy name...",
    '"One\n"Two" three',
]
"""Texts that words alone reproduce."""

CHANGED = {
    "don ' t": "don 't",
    "the film 's plot": "the film 's plot",
    "do n't . ( no )": "do n't. (no)",
    '" hello , " she said .': '"hello," she said.',
    "' hello ' she said": "'hello' she said",
    "a ' s b ' c ' d": "a 's b 'c' d",
    "well - known": "well-known",
    "- item - -": "- item--",
    "- - end -": "-- end-",
    "a - , b / - c": "a-, b/ - c",
    "- 5": "- 5",
    "10 , 000 and 10 , 20": "10,000 and 10, 20",
    "! ! ! = = =": "!!! ===",
    " \n \u240a two\u200blines\r\nthree ": "\n\ntwo lines\nthree",
    "= \u0338": "= \u0338",
    "\ufffd \ufffd": "\ufffd \ufffd",
}
"""Texts, and how they are decoded. Words that would become others stay apart."""


def _tokenizers(text: str) -> list[Tokenizer]:
    options = {"lowercase": False, "min_frequency": 1, "line_breaks": True, "vocab_size": 1000}
    return [learn_tokenizer([text], type=kind, **options) for kind in ("word", "subword")]


@pytest.mark.parametrize("text", PRINTED)
def test_printed_texts_are_decoded_as_they_were(text: str) -> None:
    for tokenizer in _tokenizers(text):
        assert tokenizer.decode(tokenizer.encode(text)) == text


@pytest.mark.parametrize("text", CHANGED)
def test_tokens_written_apart_are_decoded_as_printed_if_they_stay_the_same(text: str) -> None:
    for tokenizer in _tokenizers(text):
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == CHANGED[text]
        assert tokenizer.encode(CHANGED[text]) == ids


def test_letters_of_scripts_without_spaces_stay_apart_where_they_are_runs() -> None:
    text = "\u0e01\u0e02 \u0e04"
    word, subword = _tokenizers(text)
    assert word.decode(word.encode(text)) == "\u0e01\u0e02\u0e04", "each letter is a word"
    assert subword.decode(subword.encode(text)) == text


def test_parts_of_a_long_word_are_one_again() -> None:
    text = "a" * 250 + " film"
    tokenizer = _tokenizers(text)[1]
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_without_line_breaks_the_symbol_is_a_symbol() -> None:
    tokenizer = learn_tokenizer(["one\u240atwo"], type="word", min_frequency=1)
    assert tokenizer.decode(tokenizer.encode("one\ntwo \u240a")) == "one two \u240a"


@pytest.mark.parametrize("kind", ["word", "subword"])
def test_long_texts_are_decoded_in_linear_time(kind: str) -> None:
    text = "!" * 50_000 + "a" * 50_000 + "- " * 20_000
    tokenizer = learn_tokenizer([text], type=kind, min_frequency=1, **({} if kind == "word" else {"vocab_size": 64}))
    ids = tokenizer.encode(text)
    assert tokenizer.encode(tokenizer.decode(ids)) == ids
