"""``data``: the source of the texts and labels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from seqclf.file_encoding import UTF8, canonical
from seqclf.option_types import Fraction, Name, Strict

Folds = Annotated[
    Annotated[int, Field(ge=2, le=10_000, json_schema_extra={"unit": "parts"})] | None,
    Field(
        description="Number of folds: the training texts are split into this many stratified parts, and one of them "
        "replaces `validation`; `seqclf train --folds` trains once per fold. null: no folds."
    ),
]
Fold = Annotated[
    Annotated[int, Field(ge=1, le=10_000)] | None,
    Field(description="The fold to validate on, from 1 to `folds`."),
]

Group = Annotated[
    Name | None,
    Field(
        description="Column (or feature) that groups texts, such as author, product or thread: random splits keep all "
        "texts with the same value in one split. A text without a value is its own group. null: only equal texts are "
        "kept together."
    ),
]

UnknownLabels = Literal["error", "wrong", "drop"]
UnknownLabelsOption = Annotated[
    UnknownLabels,
    Field(
        description="What to do with validation, test or `eval --data` texts whose labels do not occur in the training "
        "texts. error: report them and stop; wrong: count them as errors, as published scores do; drop: skip them and "
        "report how many."
    ),
]


def _known_encoding(name: str) -> str:
    if canonical(name) is None:
        raise PydanticCustomError("encoding", "one of Python's text encodings, such as utf-8, cp1252 or utf-16")
    return name


Encoding = Annotated[
    Annotated[str, AfterValidator(_known_encoding)],
    Field(
        description="Encoding of the files: one of Python's text encodings, such as cp1252, latin-1, utf-16 or "
        "gb18030. utf-8: with or without a BOM. Parquet is always UTF-8."
    ),
]


class SampleData(Strict):
    """Synthetic texts built into seqclf: 4,000 for training and 1,000 for testing."""

    source: Literal["sample"] = Field(description="Source type.")
    dataset: Literal["reviews", "dna"] = Field(
        "reviews", description="reviews: from a grammar; dna: sequences with or without the two boxes of a promoter."
    )
    validation: Fraction = Field(0.1, description="Fraction of the training texts held out for validation; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"


class TableData(Strict):
    """Tables with one text and its label or labels per row. csv and tsv need a header line; tsv has no quoting."""

    source: Literal["table"] = Field(description="Source type.")
    train: Name = Field(description="Training file.")
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a file; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Fraction | Name | None = Field(None, description="File, or fraction of the training texts; null: none.")
    text: Name = Field("text", description="Column with the text.")
    label: Name | Annotated[list[Name], Field(min_length=1, max_length=10_000)] = Field(
        "label",
        description="Column with the label. In jsonl and parquet its values may be lists, which makes the data "
        "multi-label. A list of columns: each column is one label, with 1 where the label applies and 0 where it does "
        "not.",
    )
    label_separator: Name | None = Field(
        None,
        description='Separator between several labels in one field, such as ";"; null: each field is one label.',
    )
    group: Group = None
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet"] = Field(
        "auto", description="Format of the files; auto: from the file extension."
    )
    encoding: Encoding = UTF8


class FolderData(Strict):
    """Folders of text files, `FOLDER/LABEL/ANYTHING.txt`."""

    source: Literal["folder"] = Field(description="Source type.")
    train: Name = Field(description="Training folder.")
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a folder; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Fraction | Name | None = Field(None, description="Folder, or fraction of the training texts; null: none.")
    encoding: Encoding = UTF8


class TfdsData(Strict):
    """A data set from tensorflow-datasets, read from disk if already prepared there, otherwise downloaded."""

    source: Literal["tfds"] = Field(description="Source type.")
    dataset: Name = Field(description="Name of the data set, such as imdb_reviews.")
    config: Name | None = Field(None, description="Configuration of the data set; null: its default.")
    data_dir: Name | None = Field(
        None,
        description="Folder with prepared data sets; null: $TFDS_DATA_DIR, else $SEQCLF_DATA, else "
        "~/tensorflow_datasets.",
    )
    train: Name = Field("train", description="Training split, in the notation of tensorflow-datasets (train[:80%]).")
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a split; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Fraction | Name | None = Field("test", description="Split, or fraction of the training texts; null: none.")
    text: Name = Field("text", description="Feature with the text.")
    label: Name = Field("label", description="Feature with the label, or with a sequence of labels.")
    group: Group = None


DataConfig = Annotated[SampleData | TableData | FolderData | TfdsData, Field(discriminator="source")]
