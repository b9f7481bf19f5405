"""``tokenizer``: one file per kind of tokenizer. Modules in this package are discovered automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from seqclf.config.schema.tokenizers.base import TokenizerOptions
from seqclf.option_types import kinds_in, one_of

__all__ = ["TOKENIZERS", "TokenizerConfig", "TokenizerOptions"]

TOKENIZERS: dict[str, type[TokenizerOptions]] = kinds_in(__name__, TokenizerOptions, default="subword")

if TYPE_CHECKING:
    TokenizerConfig: TypeAlias = TokenizerOptions
else:
    TokenizerConfig = one_of(TOKENIZERS, default="subword")
