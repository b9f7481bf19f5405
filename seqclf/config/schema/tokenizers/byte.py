"""Options of the ``byte`` tokenizer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqclf.config.schema.tokenizers.base import Normalize, TokenizerOptions

if TYPE_CHECKING:
    from seqclf.text.kinds.byte import ByteTokenizer


class ByteTokens(TokenizerOptions):
    """UTF-8 bytes: a fixed vocabulary of 256 bytes and two special tokens; nothing is unknown."""

    reads_characters = True
    cannot_grow = "it knows all bytes, and so every text"
    other_names = ("bytes", "utf8", "utf-8")

    type: Literal["byte"] = Field(description="Tokenizer type.")
    normalize: Normalize = "nfc"

    def learn(self, texts: Iterable[str]) -> ByteTokenizer:
        from seqclf.text.kinds.byte import ByteTokenizer

        return ByteTokenizer.learn(texts, **self.learning_options())
