"""``data``: where texts and labels come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from seqclf.file_encoding import UTF8, canonical
from seqclf.strict import Name, Share, Strict

Folds = Annotated[
    Annotated[int, Field(ge=2, le=10_000, json_schema_extra={"unit": "parts"})] | None,
    Field(
        description="Cut the training texts into so many parts, stratified, and validate on one of them instead of on "
        "`validation`'s share; `seqclf train --folds` trains once for each. null: do not."
    ),
]
Fold = Annotated[
    Annotated[int, Field(ge=1, le=10_000)] | None,
    Field(description="Number of the part to validate on, from 1 to `folds`."),
]

Group = Annotated[
    Name | None,
    Field(
        description="Column (or feature) that says which texts belong together, such as author, product or thread: a "
        "random split keeps all texts with one value of it on one side. A text without a value is a group of its own. "
        "null: only equal texts are kept together."
    ),
]

UnknownLabels = Literal["error", "wrong", "drop"]
UnknownLabelsOption = Annotated[
    UnknownLabels,
    Field(
        description="What to do where validation, test or `eval --data` texts have labels that no training text has. "
        "error: say so and stop; wrong: count such texts as errors, as published scores do; drop: leave them out, and "
        "say how many."
    ),
]


def _known_encoding(name: str) -> str:
    if canonical(name) is None:
        raise PydanticCustomError("encoding", "one of Python's text encodings, such as utf-8, cp1252 or utf-16")
    return name


Encoding = Annotated[
    Annotated[str, AfterValidator(_known_encoding)],
    Field(
        description="How the files are encoded: one of Python's text encodings, such as cp1252, latin-1, utf-16 or "
        "gb18030. utf-8: with a BOM or without. What parquet holds is UTF-8 always."
    ),
]


class SampleData(Strict):
    """Synthetic texts that come with seqclf: 4,000 to train on and 1,000 for the test."""

    source: Literal["sample"] = Field(description="The kind of source.")
    dataset: Literal["reviews", "dna"] = Field(
        "reviews", description="Reviews made by a grammar, or DNA with and without a promoter's two boxes."
    )
    validation: Share = Field(0.1, description="Share of the training texts kept for validation; 0 is none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"


class TableData(Strict):
    """Files of a text and its label, or labels, a row. csv and tsv begin with a header line; tsv knows no quoting."""

    source: Literal["table"] = Field(description="The kind of source.")
    train: Name = Field(description="File to train on.")
    validation: Share | Name = Field(0.1, description="Share of the training texts, or a file; 0 is none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Share | Name | None = Field(None, description="File, or share of the training texts.")
    text: Name = Field("text", description="Column that holds the text.")
    label: Name | Annotated[list[Name], Field(min_length=1, max_length=10_000)] = Field(
        "label",
        description="Column that holds the label; in jsonl and parquet it may hold a list of labels. A list of "
        "columns: each of them is a label, and its 0 or 1 says whether it applies to the text.",
    )
    label_separator: Name | None = Field(
        None,
        description='What stands between the labels of a text that has several, such as ";"; null: one label a text.',
    )
    group: Group = None
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet"] = Field(
        "auto", description="What the files are; auto goes by their endings."
    )
    encoding: Encoding = UTF8


class FolderData(Strict):
    """Folders of text files, `FOLDER/LABEL/ANYTHING.txt`."""

    source: Literal["folder"] = Field(description="The kind of source.")
    train: Name = Field(description="Folder to train on.")
    validation: Share | Name = Field(0.1, description="Share of the training texts, or a folder; 0 is none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Share | Name | None = Field(None, description="Folder, or share of the training texts.")
    encoding: Encoding = UTF8


class TfdsData(Strict):
    """A data set of tensorflow-datasets: from disk where it is prepared, else downloaded."""

    source: Literal["tfds"] = Field(description="The kind of source.")
    dataset: Name = Field(description="Its name, such as imdb_reviews.")
    config: Name | None = Field(None, description="The data set's own configuration; its default when left out.")
    data_dir: Name | None = Field(
        None,
        description="Folder of prepared data sets; when left out, the first that is set of $TFDS_DATA_DIR, "
        "$SEQCLF_DATA and ~/tensorflow_datasets.",
    )
    train: Name = Field("train", description="Split to train on, in tfds's notation (train[:80%]).")
    validation: Share | Name = Field(0.1, description="Share of the training texts, or a split; 0 is none.")
    folds: Folds = None
    fold: Fold = None
    unknown_labels: UnknownLabelsOption = "error"
    test: Share | Name | None = Field("test", description="Split, or share of the training texts.")
    text: Name = Field("text", description="Feature that holds the text.")
    label: Name = Field("label", description="Feature that holds the label, or a sequence of labels.")
    group: Group = None


DataConfig = Annotated[SampleData | TableData | FolderData | TfdsData, Field(discriminator="source")]
