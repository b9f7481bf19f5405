"""Options of the ``subword`` tokenizer, and why words are unknown to subwords."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqclf.config.schema.tokenizers.base import (
    LineBreaks,
    Normalize,
    Times,
    TokenizerOptions,
    Words,
    full_vocabulary,
)

if TYPE_CHECKING:
    from seqclf.text.kinds.subword import SubwordTokenizer
    from seqclf.text.tokenizer import Tokenizer

LEAST_PIECES = 64
"""Two pieces are special tokens, and a quarter of the rest are single characters: fewer cannot spell a language."""


class SubwordTokens(TokenizerOptions):
    """WordPiece (Schuster & Nakajima 2012), trained on the training texts: rare words are split into pieces."""

    other_names = ("wordpiece", "bpe", "sentencepiece", "unigram", "subwords")

    type: Literal["subword"] = Field("subword", description="Tokenizer type.")
    vocab_size: int = Field(
        8192,
        ge=1,
        le=1_000_000,
        description=f"Maximum vocabulary size, special tokens included; at least {LEAST_PIECES}.",
        json_schema_extra={"unit": "pieces"},
    )
    lowercase: bool = Field(True, description="Lowercase words; accents are kept.")
    min_frequency: Times = Field(2, description="Minimum number of occurrences for a pair to be merged into a piece.")
    normalize: Normalize = "nfc"
    words: Words = 2
    line_breaks: LineBreaks = False

    def learn(self, texts: Iterable[str]) -> SubwordTokenizer:
        from seqclf.text.kinds.subword import SubwordTokenizer

        return SubwordTokenizer.learn(texts, **self.learning_options())

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.vocab_size < LEAST_PIECES:
            yield (
                "vocab_size",
                f"expected at least {LEAST_PIECES} (two special tokens, [PAD] and [UNK], and a piece for each single "
                f"character), found {self.vocab_size}",
            )

    def why_unknown(self, share: float, texts: Iterable[str], tokenizer: Tokenizer) -> tuple[str, str]:
        size = tokenizer.vocabulary_size
        if (reason := too_long_words(share, texts, tokenizer)) is not None:
            return reason
        if size >= self.vocab_size or self._lacks_characters(tokenizer):
            return full_vocabulary(size)
        return "type", (
            f"the vocabulary ({size:,} of {self.vocab_size:,} pieces) lacks characters that are rare in the training "
            "texts; {type: byte} knows all characters"
        )

    def _lacks_characters(self, tokenizer: Tokenizer) -> bool:
        """Whether the texts have more single characters than fit (a quarter of the pieces), such as ideographs."""
        from seqclf.text.wordpiece import CONTINUATION

        characters = {piece.removeprefix(CONTINUATION) for piece in tokenizer.pieces}
        return sum(len(piece) == 1 for piece in characters) >= (self.vocab_size - 2) // 4


def too_long_words(share: float, texts: Iterable[str], tokenizer: Tokenizer) -> tuple[str, str] | None:
    """A reason as for ``why_unknown``, if words that are too long to be split are half of the unknown tokens."""
    from seqclf.text.chunks import ChunkTokenizer
    from seqclf.text.long_words import long_words

    if not isinstance(tokenizer, ChunkTokenizer) or tokenizer.wording.most is not None:
        return None
    found = long_words(texts, tokenizer)
    if found is None or found.share * 2 <= share:
        return None
    return "words", (
        f"{found}, which version 1 of the definition of words does not split; with {{words: 2}} they are cut, and "
        "{type: char, ngram: 3} reads characters instead"
    )
