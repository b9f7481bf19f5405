"""Options of the tokenizers of existing vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from seqclf.config.schema.tokenizers.base import Normalize, TokenizerOptions, Words
from seqclf.config.schema.tokenizers.subword import too_long_words
from seqclf.errors import InputError
from seqclf.files import expanded
from seqclf.option_types import Name

if TYPE_CHECKING:
    from seqclf.text.tokenizer import Tokenizer


class SubwordFileTokens(TokenizerOptions):
    """An existing vocabulary: WordPiece, such as BERT's `vocab.txt`, or the deprecated `.subwords` format of
    tensorflow-datasets, with the same ids for texts in NFC. A run keeps a copy and does not need the file again.
    """

    path_options = ("file",)
    cannot_grow = "the vocabulary is that of the file"
    other_names = ("vocab_file", "vocabulary", "subwords8k")

    type: Literal["subword_file"] = Field(description="Tokenizer type.")
    file: Name = Field(description="Vocabulary file; its format is detected from the content.")
    lowercase: bool | None = Field(
        None,
        description="Lowercase texts; accents are kept. null: only if the file is a WordPiece vocabulary without "
        "uppercase letters.",
    )
    normalize: Normalize | None = Field(
        None,
        description="Unicode normal form in which texts are read; null: nfc, or none if the file has pieces that are "
        "not in NFC.",
    )
    words: Words = Field(2, description="As in `subword`; a `.subwords` file has its own definition.")

    def learn(self, texts: Iterable[str]) -> Tokenizer:
        from seqclf.text.vocabulary_file import tokenizer_from_file

        return tokenizer_from_file(texts, **self.learning_options())

    def decisive(self) -> dict[str, Any]:
        from seqclf.text.vocabulary_file import read_vocabulary

        return super().decisive() | {"file": read_vocabulary(expanded(self.file))}

    def stage(self, texts: int) -> str:
        return f"Reading the tokenizer ({self.file})"

    def file_problems(self) -> Iterator[tuple[str, str]]:
        from seqclf.text.vocabulary_file import read_vocabulary

        try:
            read_vocabulary(expanded(self.file))
        except InputError as error:
            yield "file", str(error)

    def why_unknown(self, share: float, texts: Iterable[str], tokenizer: Tokenizer) -> tuple[str, str]:
        return too_long_words(share, texts, tokenizer) or (
            "file",
            "they are not in the vocabulary; try another vocabulary",
        )
