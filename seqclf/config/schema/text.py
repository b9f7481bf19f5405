"""``tokenizer`` and ``embedding``: from a text to a vector for each token."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from seqclf.option_types import Name, Share, Strict, Tokens, Width

LEAST_PIECES = 64
"""Two are special tokens, and a quarter of the rest is for single characters: fewer could not spell a language."""

VocabularySize = Annotated[int, Field(ge=3, le=1_000_000, json_schema_extra={"unit": "pieces"})]
Times = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "times"})]


class TokenizerOptions(Strict):
    """How much of a text is read."""

    max_tokens: Tokens = Field(512, description="Most tokens that the model reads of a text.")
    truncate: Literal["head", "tail", "middle"] = Field(
        "middle", description="Which part of a longer text is left out."
    )


class SubwordTokens(TokenizerOptions):
    """WordPiece (Schuster & Nakajima 2012), learnt from the training texts: rare words are cut into pieces."""

    type: Literal["subword"] = Field("subword", description="The kind of tokenizer.")
    vocab_size: int = Field(
        8192,
        ge=1,
        le=1_000_000,
        description=f"Most pieces in the vocabulary, special tokens included; at least {LEAST_PIECES}.",
        json_schema_extra={"unit": "pieces"},
    )
    lowercase: bool = Field(True, description="Lower-case words; accents are kept.")
    min_frequency: Times = Field(2, description="How often a pair must occur to be merged into a piece.")


class SubwordFileTokens(TokenizerOptions):
    """An existing vocabulary: WordPiece, such as BERT's `vocab.txt`, or the deprecated `.subwords` of
    tensorflow-datasets, with the same ids. A run keeps a copy, and does not need the file again.
    """

    type: Literal["subword_file"] = Field(description="The kind of tokenizer.")
    file: Name = Field(description="File of the vocabulary; its content shows which of the two it is.")
    lowercase: bool | None = Field(
        None,
        description="Lower-case texts; accents are kept. null: only if the file is WordPiece without capitals.",
    )


class WordTokens(TokenizerOptions):
    """Words: the most frequent of the training texts; all others become the unknown token."""

    type: Literal["word"] = Field(description="The kind of tokenizer.")
    vocab_size: VocabularySize = Field(20_000, description="Most words in the vocabulary, two special tokens included.")
    lowercase: bool = Field(True, description="Lower-case words; accents are kept.")
    min_frequency: Times = Field(2, description="How often a word must occur to be known.")


class CharTokens(TokenizerOptions):
    """Characters, or n-grams of them (k-mers of DNA): the most frequent of the training texts. White space in a row
    counts as one space, and is ignored at the ends of a text. A text shorter than an n-gram is one token.
    """

    type: Literal["char"] = Field(description="The kind of tokenizer.")
    ngram: Annotated[int, Field(ge=1, le=64, json_schema_extra={"unit": "characters"})] = Field(
        1, description="Characters in a token."
    )
    stride: Annotated[int, Field(ge=1, le=64, json_schema_extra={"unit": "characters"})] = Field(
        1,
        description="Distance from one token to the next; at most `ngram`, where tokens do not overlap.",
    )
    vocab_size: VocabularySize = Field(8192, description="Most n-grams in the vocabulary, two special tokens included.")
    lowercase: bool = Field(True, description="Lower-case texts; accents are kept.")
    min_frequency: Times = Field(2, description="How often an n-gram must occur to be known.")


class ByteTokens(TokenizerOptions):
    """The bytes of UTF-8: 256 and two special tokens. Nothing is learnt, and nothing is unknown."""

    type: Literal["byte"] = Field(description="The kind of tokenizer.")


def _subword_unless_named(value: Any) -> Any:
    return {"type": "subword", **value} if isinstance(value, dict) else value


TokenizerConfig = Annotated[
    Annotated[SubwordTokens | SubwordFileTokens | WordTokens | CharTokens | ByteTokens, Field(discriminator="type")],
    BeforeValidator(_subword_unless_named),
]


class EmbeddingConfig(Strict):
    """A vector for each token id."""

    dim: Width = Field(64, description="Length of a token's vector.")
    dropout: Share = Field(0.0, description="Fraction of the vectors' entries set to zero while training.")
    word_dropout: Share = Field(
        0.0, description="Fraction of the tokens whose entire vector is set to zero while training (Iyyer et al. 2015)."
    )
    vectors: Name | None = Field(
        None,
        description="File of pretrained vectors, with a word and its `dim` numbers in each line, as in the text format "
        "of GloVe, word2vec and fastText (.gz too); tokens that it lacks start at random.",
    )
    trainable: bool = Field(True, description="Whether training changes the vectors.")
