"""Tokenizers as configs describe them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from seqclf.config.schema import TokenizerConfig
from seqclf.text.tokenizer import Tokenizer


def learn_tokenizer(texts: Iterable[str], **options: Any) -> Tokenizer:
    """The tokenizer of a config with these options, trained on the texts."""
    checked: TokenizerConfig = TypeAdapter(TokenizerConfig).validate_python(options)
    return checked.learn(texts)


def grow_tokenizer(tokenizer: Tokenizer, texts: Iterable[str], **options: Any) -> Tokenizer:
    """The tokenizer, grown on the texts as options of a config say."""
    checked: TokenizerConfig = TypeAdapter(TokenizerConfig).validate_python(options)
    return checked.grow(tokenizer, texts)
