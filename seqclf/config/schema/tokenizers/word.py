"""Options of the ``word`` tokenizer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqclf.config.schema.tokenizers.base import (
    LineBreaks,
    Normalize,
    Times,
    TokenizerOptions,
    VocabularySize,
    Words,
    complete_vocabulary,
    full_vocabulary,
)

if TYPE_CHECKING:
    from seqclf.text.kinds.word import WordTokenizer
    from seqclf.text.tokenizer import Tokenizer


class WordTokens(TokenizerOptions):
    """The most frequent words of the training texts; every other word becomes the unknown token."""

    listed = "words"
    other_names = ("words", "whitespace", "token")

    type: Literal["word"] = Field(description="Tokenizer type.")
    vocab_size: VocabularySize = Field(20_000, description="Maximum vocabulary size, two special tokens included.")
    lowercase: bool = Field(True, description="Lowercase words; accents are kept.")
    min_frequency: Times = Field(2, description="Minimum number of occurrences for a word to be in the vocabulary.")
    normalize: Normalize = "nfc"
    words: Words = 2
    line_breaks: LineBreaks = False

    def learn(self, texts: Iterable[str]) -> WordTokenizer:
        from seqclf.text.kinds.word import WordTokenizer

        return WordTokenizer.learn(texts, **self.learning_options())

    @property
    def no_whole_words(self) -> str:
        return "with tokenizer.type: word, every token is already a word"

    def why_unknown(self, share: float, texts: Iterable[str], tokenizer: Tokenizer) -> tuple[str, str]:
        from seqclf.text.long_words import long_words

        size, long = tokenizer.vocabulary_size, long_words(texts, tokenizer)
        if long is not None and long.share * 2 > share:
            return "type", f"{long}, few of which occur again; {{type: char, ngram: 3}} reads characters instead"
        if size >= self.vocab_size:
            return full_vocabulary(size)
        return "type", f"{complete_vocabulary(size, self.listed, self.min_frequency)}; {{type: subword}} knows more"
