"""``tokenizer`` and ``embedding``: from a text to a vector for each token."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from seqclf.option_types import Fraction, Name, Strict, Tokens, Width

LEAST_PIECES = 64
"""Two pieces are special tokens, and a quarter of the rest are single characters: fewer cannot spell a language."""

VocabularySize = Annotated[int, Field(ge=3, le=1_000_000, json_schema_extra={"unit": "pieces"})]
Times = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "times"})]


class TokenizerOptions(Strict):
    """Options of all tokenizers: how much of a text the model reads."""

    max_tokens: Tokens = Field(512, description="Maximum number of tokens that the model reads from a text.")
    truncate: Literal["head", "tail", "middle"] = Field("middle", description="Part of a longer text that is cut.")


class SubwordTokens(TokenizerOptions):
    """WordPiece (Schuster & Nakajima 2012), trained on the training texts: rare words are split into pieces."""

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


class SubwordFileTokens(TokenizerOptions):
    """An existing vocabulary: WordPiece, such as BERT's `vocab.txt`, or the deprecated `.subwords` format of
    tensorflow-datasets, with the same ids. A run keeps a copy and does not need the file again.
    """

    type: Literal["subword_file"] = Field(description="Tokenizer type.")
    file: Name = Field(description="Vocabulary file; its format is detected from the content.")
    lowercase: bool | None = Field(
        None,
        description="Lowercase texts; accents are kept. null: only if the file is a WordPiece vocabulary without "
        "uppercase letters.",
    )


class WordTokens(TokenizerOptions):
    """The most frequent words of the training texts; every other word becomes the unknown token."""

    type: Literal["word"] = Field(description="Tokenizer type.")
    vocab_size: VocabularySize = Field(20_000, description="Maximum vocabulary size, two special tokens included.")
    lowercase: bool = Field(True, description="Lowercase words; accents are kept.")
    min_frequency: Times = Field(2, description="Minimum number of occurrences for a word to be in the vocabulary.")


class CharTokens(TokenizerOptions):
    """The most frequent characters or character n-grams (k-mers of DNA) of the training texts. A run of white space
    counts as one space, and white space at the ends of a text is ignored. A text shorter than an n-gram is one token.
    """

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


class ByteTokens(TokenizerOptions):
    """UTF-8 bytes: a fixed vocabulary of 256 bytes and two special tokens; nothing is unknown."""

    type: Literal["byte"] = Field(description="Tokenizer type.")


def _subword_unless_named(value: Any) -> Any:
    return {"type": "subword", **value} if isinstance(value, dict) else value


TokenizerConfig = Annotated[
    Annotated[SubwordTokens | SubwordFileTokens | WordTokens | CharTokens | ByteTokens, Field(discriminator="type")],
    BeforeValidator(_subword_unless_named),
]


class EmbeddingConfig(Strict):
    """A vector for each token id."""

    dim: Width = Field(64, description="Dimension of the token vectors.")
    dropout: Fraction = Field(0.0, description="Fraction of the vector entries set to zero during training.")
    word_dropout: Fraction = Field(
        0.0, description="Fraction of the tokens whose entire vector is zeroed during training (Iyyer et al. 2015)."
    )
    vectors: Name | None = Field(
        None,
        description="File of pretrained vectors with a word and its `dim` numbers per line: the text format of GloVe, "
        "word2vec and fastText (also as .gz). Tokens missing from the file start with random vectors.",
    )
    trainable: bool = Field(True, description="Train the vectors.")
