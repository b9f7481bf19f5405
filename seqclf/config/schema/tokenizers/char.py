"""Options of the ``char`` tokenizer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from seqclf.config.schema.tokenizers.base import (
    Normalize,
    Times,
    TokenizerOptions,
    VocabularySize,
    complete_vocabulary,
    full_vocabulary,
)

if TYPE_CHECKING:
    from seqclf.text.kinds.char import CharTokenizer
    from seqclf.text.tokenizer import Tokenizer


class CharTokens(TokenizerOptions):
    """The most frequent characters or character n-grams (k-mers of DNA) of the training texts. A text shorter than
    an n-gram is one token.
    """

    reads_characters = True
    listed = "n-grams"
    other_names = ("chars", "character", "characters", "kmer", "ngram")

    type: Literal["char"] = Field(description="Tokenizer type.")
    ngram: Annotated[int, Field(ge=1, le=64, json_schema_extra={"unit": "characters"})] = Field(
        1, description="Number of characters in a token."
    )
    stride: Annotated[int, Field(ge=1, le=64, json_schema_extra={"unit": "characters"})] = Field(
        1,
        description="Distance from the start of one token to the next; at most `ngram`, at which tokens do not "
        "overlap.",
    )
    vocab_size: VocabularySize = Field(8192, description="Maximum vocabulary size, two special tokens included.")
    lowercase: bool = Field(True, description="Lowercase texts; accents are kept.")
    min_frequency: Times = Field(2, description="Minimum number of occurrences for an n-gram to be in the vocabulary.")
    normalize: Normalize = "nfc"
    white_space: Literal["join", "keep"] = Field(
        "join",
        description="join: a run of white space counts as one space, and white space at the ends of a text is ignored; "
        "keep: line breaks, tabs and every space are characters like others, as poems, tunes and code need it (CR LF "
        "and CR are read as LF).",
    )

    def learn(self, texts: Iterable[str]) -> CharTokenizer:
        from seqclf.text.kinds.char import CharTokenizer

        return CharTokenizer.learn(texts, **self.learning_options())

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.stride > self.ngram:
            yield (
                "stride",
                f"expected at most tokenizer.ngram, {self.ngram}, since a larger stride skips characters between "
                f"tokens; found {self.stride}",
            )

    @property
    def no_whole_words(self) -> str | None:
        if self.ngram > 1 or self.stride > 1:
            return "words cannot be assembled from character n-grams (tokenizer.ngram or tokenizer.stride above 1)"
        return None

    def why_unknown(self, share: float, texts: Iterable[str], tokenizer: Tokenizer) -> tuple[str, str]:
        size = tokenizer.vocabulary_size
        if size >= self.vocab_size:
            return full_vocabulary(size)
        return "ngram", f"{complete_vocabulary(size, self.listed, self.min_frequency)}; a smaller ngram knows more"
