"""``source: text``: documents from plain text files, without labels. ``reader.py`` reads them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.file_encoding import UTF8
from seqclf.option_types import Fraction, Name
from seqclf.sources.base import OTHER_NAMES_OF_TRAIN, Encoding, Source, SourceOptions, UnknownLabels
from seqclf.sources.folder import Extension
from seqclf.sources.folder.files import EXTENSIONS, Selection
from seqclf.sources.parts import described, parts_of

Texts = Name | Annotated[list[Name], Field(min_length=1, max_length=10_000)]


class TextData(SourceOptions):
    """Plain text files, without labels: what a language model is trained on."""

    rank: ClassVar = 5
    other_names: ClassVar = ("plain", "plain_text", "txt", "lines")
    other_options: ClassVar = OTHER_NAMES_OF_TRAIN
    path_options: ClassVar = ("train", "validation", "test")
    has_labels: ClassVar = False
    unknown_labels: ClassVar[UnknownLabels] = "error"  # type: ignore[misc]  # no option of texts without labels

    source: Literal["text"] = Field(description="Source type.")
    train: Texts = Field(
        description="Training text: a file, a folder with files at any depth, a pattern such as `books/*.txt`, or a "
        "list of them. Files may be packed. `FILE[:90%]` is the first 90 % of a file's characters, up to the next "
        "start of a document (or of a line, if a document is a file); `FILE[90%:]` is the rest."
    )
    validation: Fraction | Texts = Field(  # type: ignore[assignment]  # other sources have no lists of parts
        0.1, description="Fraction of the training documents, or text as for `train`; 0: none."
    )
    test: Fraction | Texts | None = Field(
        None, description="Fraction of the training documents, or text as for `train`; null: none."
    )
    documents: Literal["file", "line", "blank_line"] = Field(
        "file",
        description="What a document is. file: a whole file, read at once; line: a line; blank_line: lines between "
        "blank ones.",
    )
    extensions: Annotated[list[Extension], Field(min_length=1, max_length=100)] = Field(
        list(EXTENSIONS),
        description='Extensions of the files to read in folders, in any case; "": names without an extension.',
    )
    encoding: Encoding = UTF8

    def open(self, *, with_groups: bool = False, with_labels: bool = True) -> Source:
        from seqclf.sources.plain_text.reader import PlainTextSource

        parts = self.parts()
        drawn = {"test": parts["test"], **({"validation": parts["validation"]} if self.folds is None else {})}
        return PlainTextSource(
            self.documents,
            self.encoding,
            selection=Selection(extensions=tuple(self.extensions), packed=True),
            train=str(parts["train"]),
            fractions={split: part for split, part in drawn.items() if isinstance(part, float) and part > 0},
            folds=self.folds,
        )

    def parts(self) -> dict[str, str | float | None]:
        return parts_of(self.train, self.validation_part, self.test)

    def describe(self, split: str = "train") -> str:
        return described(super().describe(split))

    @property
    def file_encoding(self) -> str:
        return self.encoding
