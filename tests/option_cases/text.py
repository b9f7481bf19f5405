"""Cases of the options of the tokenizers and of the embedding."""

from __future__ import annotations

from typing import Any

from option_cases import looks
from option_cases.case import Case


def _tokenizer(kind: str, option: str, value: Any, **options: Any) -> Case:
    base = {"type": kind, **options}
    return Case(looks.texts_of, {"tokenizer": base}, {"tokenizer": {**base, option: value}})


def _layout(kind: str, option: str, value: Any) -> Case:
    return Case(looks.ids_of_lines, {"tokenizer": {"type": kind}}, {"tokenizer": {"type": kind, option: value}})


def _tokenizer_options(name: str, kind: str, **options: Any) -> dict[str, Case]:
    """The options that all kinds share."""
    other = {"type": "word" if kind == "byte" else "byte"}
    return {
        f"{name}.type": Case(looks.texts_of, {"tokenizer": {"type": kind, **options}}, {"tokenizer": other}),
        f"{name}.max_tokens": _tokenizer(kind, "max_tokens", 3, max_tokens=2, **options),
        f"{name}.truncate": _tokenizer(kind, "truncate", "head", max_tokens=2, **options),
    }


CASES: dict[str, Case] = {
    "Config.tokenizer": Case(looks.texts_of, {}, {"tokenizer": {"vocab_size": 64}}),
    "Config.embedding": Case(looks.model_of, {}, {"embedding": {"dim": 7}}),
    **_tokenizer_options("SubwordTokens", "subword"),
    "SubwordTokens.vocab_size": _tokenizer("subword", "vocab_size", 64, vocab_size=300),
    "SubwordTokens.lowercase": _tokenizer("subword", "lowercase", False),
    "SubwordTokens.min_frequency": _tokenizer("subword", "min_frequency", 50),
    "SubwordTokens.normalize": _tokenizer("subword", "normalize", "none"),
    "SubwordTokens.words": _tokenizer("subword", "words", 1),
    "SubwordTokens.line_breaks": _layout("subword", "line_breaks", True),
    **_tokenizer_options("SubwordFileTokens", "subword_file", file="vocab.txt"),
    "SubwordFileTokens.normalize": _tokenizer("subword_file", "normalize", "nfkc", file="vocab.txt"),
    "SubwordFileTokens.words": _tokenizer("subword_file", "words", 1, file="vocab.txt"),
    "SubwordFileTokens.file": _tokenizer("subword_file", "file", "text.subwords", file="vocab.txt"),
    "SubwordFileTokens.lowercase": _tokenizer("subword_file", "lowercase", True, file="vocab.txt"),
    **_tokenizer_options("WordTokens", "word"),
    "WordTokens.vocab_size": _tokenizer("word", "vocab_size", 7),
    "WordTokens.lowercase": _tokenizer("word", "lowercase", False),
    "WordTokens.min_frequency": _tokenizer("word", "min_frequency", 50),
    "WordTokens.normalize": _tokenizer("word", "normalize", "nfkc"),
    "WordTokens.words": _tokenizer("word", "words", 1),
    "WordTokens.line_breaks": _layout("word", "line_breaks", True),
    **_tokenizer_options("CharTokens", "char"),
    "CharTokens.white_space": _layout("char", "white_space", "keep"),
    "CharTokens.normalize": _tokenizer("char", "normalize", "none"),
    "CharTokens.ngram": _tokenizer("char", "ngram", 2),
    "CharTokens.stride": _tokenizer("char", "stride", 2, ngram=2),
    "CharTokens.vocab_size": _tokenizer("char", "vocab_size", 7),
    "CharTokens.lowercase": _tokenizer("char", "lowercase", False),
    "CharTokens.min_frequency": _tokenizer("char", "min_frequency", 50),
    **_tokenizer_options("ByteTokens", "byte"),
    "ByteTokens.normalize": _tokenizer("byte", "normalize", "nfkc"),
    "EmbeddingConfig.dim": Case(looks.model_of, {}, {"embedding__dim": 9}),
    "EmbeddingConfig.dropout": Case(looks.model_of, {}, {"embedding__dropout": 0.5}),
    "EmbeddingConfig.word_dropout": Case(looks.model_of, {}, {"embedding__word_dropout": 0.5}),
    "EmbeddingConfig.row_dropout": Case(looks.model_of, {}, {"embedding__row_dropout": 0.5}),
    "EmbeddingConfig.vectors": Case(
        looks.model_of, {"embedding__dim": 3}, {"embedding__dim": 3, "embedding__vectors": "vectors.txt"}
    ),
    "EmbeddingConfig.trainable": Case(looks.model_of, {}, {"embedding__trainable": False}),
}
