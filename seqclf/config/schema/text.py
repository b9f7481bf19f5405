"""``tokenizer`` and ``embedding``: from a text to a vector for each token."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.strict import Name, Share, Strict, Tokens, Width

LEAST_PIECES = 64
"""Two are special tokens, and a quarter of the rest is for single characters: fewer could not spell a language."""


class TokenizerConfig(Strict):
    """WordPiece, learnt from the training texts."""

    type: Literal["subword"] = Field("subword", description="The kind of tokenizer.")
    vocab_size: int = Field(
        8192,
        ge=1,
        le=1_000_000,
        description=f"Most pieces in the vocabulary, special tokens included; at least {LEAST_PIECES}.",
        json_schema_extra={"unit": "pieces"},
    )
    lowercase: bool = Field(True, description="Lower-case words; accents are kept.")
    min_frequency: int = Field(
        2,
        ge=1,
        le=1_000_000,
        description="How often a merge must occur to become a piece.",
        json_schema_extra={"unit": "times"},
    )
    max_tokens: Tokens = Field(512, description="Most tokens of a text that the model reads.")
    truncate: Literal["head", "tail", "middle"] = Field("middle", description="Part of a longer text that is cut away.")


class EmbeddingConfig(Strict):
    """A vector for each token id."""

    dim: Width = Field(64, description="Length of a token's vector.")
    dropout: Share = Field(0.0, description="Share of the vectors' entries set to zero while training.")
    word_dropout: Share = Field(
        0.0, description="Share of the tokens whose whole vector is set to zero while training (Iyyer et al. 2015)."
    )
    vectors: Name | None = Field(
        None,
        description="File of pretrained vectors, a word and its `dim` numbers a line, as GloVe, word2vec and fastText "
        "write them (.gz too); tokens that it lacks start at random.",
    )
    trainable: bool = Field(True, description="Whether training changes the vectors.")
