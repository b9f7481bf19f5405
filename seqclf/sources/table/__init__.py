"""``source: table``: files with a text and its label or labels in each row. ``reader.py`` reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.file_encoding import UTF8
from seqclf.option_types import Fraction, Name
from seqclf.sources.base import Encoding, RowSource, TableColumns
from seqclf.sources.columns import ColumnOptions, Extra, Group, Label, Text, Weight

_QUICK_TO_READ = 200_000_000  # bytes


class TableData(ColumnOptions):
    """Tables with one text and its label or labels per row. csv and tsv need a header line or `header`."""

    rank: ClassVar = 2
    other_names: ClassVar = ("csv", "tsv", "json", "jsonl", "file", "files")
    path_options: ClassVar = ("train", "validation", "test")

    source: Literal["table"] = Field(description="Source type.")
    train: Name = Field(description="Training file.")
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a file; 0: none.")
    test: Fraction | Name | None = Field(None, description="File, or fraction of the training texts; null: none.")
    text: Text = Field("text", description="Column with the text, or a list of columns that make up the text.")
    label: Label = Field(
        "label",
        description="Column with the label. In jsonl and parquet its values may be lists, which makes the data "
        "multi-label. A list of columns: each column is one label, with 1 where the label applies and 0 where it does "
        "not. A mapping such as `{neg: p_neg, pos: p_pos}`: for each label, the column with its probability.",
    )
    label_separator: Name | None = Field(
        None,
        description='Separator between several labels in one field, such as ";"; null: each field is one label.',
    )
    group: Group = None
    weight: Weight = None
    extra: Extra = Field({})
    header: Annotated[list[Name], Field(min_length=1, max_length=10_000)] | None = Field(
        None,
        description="Names of the columns of csv and tsv files without a header line, such as `[label, title, text]`; "
        "null: the first line names them.",
    )
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet"] = Field(
        "auto", description="Format of the files; auto: from the file extension."
    )
    encoding: Encoding = UTF8

    def open(self, *, with_groups: bool = False) -> RowSource:
        from seqclf.sources.table.reader import TableSource

        read = self.columns(with_groups=with_groups)
        return TableSource(
            read.text,
            read.label,
            self.format,
            read.separator,
            group=read.group,
            weight=read.weight,
            extra=read.extra,
            header=self.header or (),
            encoding=self.encoding,
        )

    def columns(self, *, with_groups: bool = True) -> TableColumns:
        return replace(super().columns(with_groups=with_groups), separator=self.label_separator)

    @property
    def file_encoding(self) -> str:
        return self.encoding

    def parts(self) -> dict[str, str | float | None]:
        return {"train": self.train, "validation": self.validation_part, "test": self.test}

    @property
    def table_columns(self) -> TableColumns:
        return self.columns()

    def is_quick_to_reread(self) -> bool:
        return Path(self.train).stat().st_size <= _QUICK_TO_READ

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if self.header is not None:
            counts = Counter(self.header)
            if repeated := sorted(name for name, count in counts.items() if count > 1):
                yield "header", f'expected each column once, found "{repeated[0]}" twice'
        if not isinstance(self.label, str) and self.label_separator is not None:
            message = "splits the labels of one column, but data.label names several; remove one of the two"
            yield "label_separator", message
