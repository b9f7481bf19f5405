"""``embedding``: from token ids to vectors."""

from __future__ import annotations

from pydantic import Field

from seqclf.option_types import Fraction, Name, Strict, Width


class EmbeddingConfig(Strict):
    """A vector for each token id."""

    dim: Width = Field(64, description="Dimension of the token vectors.")
    dropout: Fraction = Field(0.0, description="Fraction of the vector entries set to zero during training.")
    word_dropout: Fraction = Field(
        0.0, description="Fraction of the tokens whose entire vector is zeroed during training (Iyyer et al. 2015)."
    )
    row_dropout: Fraction = Field(
        0.0,
        description="Fraction of the vocabulary whose vectors are zero for a whole training batch; the others are "
        "scaled up (Gal & Ghahramani 2016). A token is dropped everywhere in the batch or nowhere, while "
        "`word_dropout` draws anew for each place in a text.",
    )
    vectors: Name | None = Field(
        None,
        description="File of pretrained vectors of `dim` numbers: the text form of GloVe, word2vec and fastText, or "
        "the binary form of word2vec; also packed (gzip, bzip2, xz, zstd, or a zip of one file). Tokens missing from "
        "the file start with random vectors.",
    )
    trainable: bool = Field(True, description="Train the vectors.")
