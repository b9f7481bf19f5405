"""``data``: where texts and labels come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from seqclf.file_encoding import UTF8, canonical
from seqclf.option_types import Name, Share, Strict

Folds = Annotated[
    Annotated[int, Field(ge=2, le=10_000, json_schema_extra={"unit": "parts"})] | None,
    Field(
        description="Number of folds: the training texts are cut into that many parts, stratified, and one of them "
        "takes the place of `validation`; `seqclf train --folds` trains once for each fold. null: no folds."
    ),
]
Fold = Annotated[
    Annotated[int, Field(ge=1, le=10_000)] | None,
    Field(description="The fold to validate on, from 1 to `folds`."),
]

Group = Annotated[
    Name | None,
    Field(
        description="Column (or feature) that says which texts belong together, such as author, product or thread: "
        "random splits keep all texts with the same value in one split. A text without a value is a group by itself. "
        "null: only equal texts are kept together."
    ),
]

UnknownLabels = Literal["error", "wrong", "drop"]
UnknownLabelsOption = Annotated[
    UnknownLabels,
    Field(
        description="What to do with validation, test or `eval --data` texts whose labels no training text has. error: "
        "report them and stop; wrong: count them as errors, as published scores do; drop: leave them out and report "
        "how many."
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
    """Synthetic texts that come with seqclf: 4,000 for training and 1,000 for testing."""

    source: Literal["sample"] = Field(description="The kind of source.")
    dataset: Literal["reviews", "dna"] = Field(
        "reviews", description="reviews: made by a grammar; dna: sequences with or without the two boxes of a promoter."
    )
    validation: Share = Field(0.1, description="Fraction of the training texts kept for validation; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"


class TableData(Strict):
    """Tables with a text and its label or labels in each row. csv and tsv have a header line; tsv has no quotes."""

    source: Literal["table"] = Field(description="The kind of source.")
    train: Name = Field(description="File to train on.")
    validation: Share | Name = Field(0.1, description="Fraction of the training texts, or a file; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Share | Name | None = Field(None, description="File, or fraction of the training texts; null: none.")
    text: Name = Field("text", description="Column of the text.")
    label: Name | Annotated[list[Name], Field(min_length=1, max_length=10_000)] = Field(
        "label",
        description="Column of the label. In jsonl and parquet its values may be lists: the data are multi-label then. "
        "Several columns, given as a list: each is a label, and its 0 or 1 says whether the label applies to the text.",
    )
    label_separator: Name | None = Field(
        None,
        description='Separator of several labels in one field, such as ";"; null: a field holds one label.',
    )
    group: Group = None
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet"] = Field(
        "auto", description="Format of the files; auto: by their endings."
    )
    encoding: Encoding = UTF8


class FolderData(Strict):
    """Folders of text files, `FOLDER/LABEL/ANYTHING.txt`."""

    source: Literal["folder"] = Field(description="The kind of source.")
    train: Name = Field(description="Folder to train on.")
    validation: Share | Name = Field(0.1, description="Fraction of the training texts, or a folder; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Share | Name | None = Field(None, description="Folder, or fraction of the training texts; null: none.")
    encoding: Encoding = UTF8


class TfdsData(Strict):
    """A data set of tensorflow-datasets, read from disk if it is prepared there, downloaded if not."""

    source: Literal["tfds"] = Field(description="The kind of source.")
    dataset: Name = Field(description="Name of the data set, such as imdb_reviews.")
    config: Name | None = Field(None, description="Configuration of the data set; null: its default.")
    data_dir: Name | None = Field(
        None,
        description="Folder of prepared data sets; null: $TFDS_DATA_DIR, else $SEQCLF_DATA, else "
        "~/tensorflow_datasets.",
    )
    train: Name = Field("train", description="Split to train on, in the notation of tensorflow-datasets (train[:80%]).")
    validation: Share | Name = Field(0.1, description="Fraction of the training texts, or a split; 0: none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Share | Name | None = Field("test", description="Split, or fraction of the training texts; null: none.")
    text: Name = Field("text", description="Feature with the text.")
    label: Name = Field("label", description="Feature with the label, or with a sequence of labels.")
    group: Group = None


DataConfig = Annotated[SampleData | TableData | FolderData | TfdsData, Field(discriminator="source")]
