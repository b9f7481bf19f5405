"""``source: table``: files with a text and its label or labels in each row. ``reader.py`` reads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.file_encoding import UTF8
from seqclf.option_types import Fraction, Name, OptionPath
from seqclf.sources.base import OTHER_NAMES_OF_TRAIN, Encoding, RowSource, Source, TableColumns
from seqclf.sources.columns import UNLABELLED_USE, ColumnOptions, Extra, Group, Label, Text, Weight, last_index
from seqclf.sources.parts import described, names_of, part_of, part_or_none, parts_of
from seqclf.sources.table.files import files_of
from seqclf.tables.formats import PLAIN_TEXT
from seqclf.tables.packed import unpacked_name

_QUICK_TO_READ = 200_000_000  # bytes

Files = Name | Annotated[list[Name], Field(min_length=1, max_length=10_000)]


class TableData(ColumnOptions):
    """Tables with one text and its label or labels per row. csv and tsv need a header line or `header`."""

    rank: ClassVar = 2
    other_names: ClassVar = ("csv", "tsv", "json", "jsonl", "file", "files")
    other_options: ClassVar = OTHER_NAMES_OF_TRAIN
    path_options: ClassVar = ("train", "validation", "test", "unlabelled")

    source: Literal["table"] = Field(description="Source type.")
    train: Files = Field(
        description="Training file, or several: a list, or a pattern such as `parts/*.csv`. Their formats and other "
        "columns may differ."
    )
    validation: Fraction | Files = Field(  # type: ignore[assignment]  # other sources have no lists of parts
        0.1, description="Fraction of the training texts, or files; 0: none."
    )
    test: Fraction | Files | None = Field(None, description="Files, or fraction of the training texts; null: none.")
    unlabelled: Files | None = Field(
        None,
        description="Files with further texts without labels: tables like the others, or plain text (.txt) with a "
        f"text per line. {UNLABELLED_USE}",
    )
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
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet", "tfrecord", "xlsx"] = Field(
        "auto",
        description="Format of the files; auto: from the file extension. jsonl: one JSON object per line, or one array "
        "of objects. tfrecord: tf.train.Example messages. xlsx: a spreadsheet.",
    )
    encoding: Encoding = UTF8

    def open(self, *, with_groups: bool = False, with_labels: bool = True) -> RowSource:
        from seqclf.sources.table.reader import TableSource

        read = self.columns(with_groups=with_groups, with_labels=with_labels)
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

    @property
    def unlabelled_part(self) -> str | None:
        return part_or_none(self.unlabelled)

    def open_unlabelled(self) -> Source:
        if not self._unlabelled_lines:
            return super().open_unlabelled()
        from seqclf.sources.plain_text.reader import PlainTextSource

        return PlainTextSource("line", self.encoding)

    @property
    def _unlabelled_lines(self) -> list[str]:
        """Those of the files ``unlabelled`` that are plain text."""
        if self.format != "auto" or self.unlabelled_part is None:
            return []
        names = names_of(self.unlabelled_part)
        return [name for name in names if unpacked_name(Path(name)).suffix.lower() in PLAIN_TEXT]

    def columns(self, *, with_groups: bool = True, with_labels: bool = True) -> TableColumns:
        columns = super().columns(with_groups=with_groups, with_labels=with_labels)
        return replace(columns, separator=self.label_separator if with_labels else None)

    @property
    def file_encoding(self) -> str:
        return self.encoding

    def parts(self) -> dict[str, str | float | None]:
        return parts_of(self.train, self.validation_part, self.test)

    def describe(self, split: str = "train") -> str:
        return described(super().describe(split))

    @property
    def table_columns(self) -> TableColumns:
        return self.columns()

    def is_quick_to_reread(self) -> bool:
        return sum(path.stat().st_size for path in files_of(part_of(self.train))) <= _QUICK_TO_READ

    def problems(self, *, with_labels: bool = True) -> Iterator[tuple[str | OptionPath, str]]:
        yield from super().problems(with_labels=with_labels)
        if self.header is not None:
            several = [name.strip() for name in re.split(r"[;|\t,]", self.header[0])]
            if len(self.header) == 1 and len(several) > 1 and all(several):
                yield "header", f'found one name, "{self.header[0]}", expected a list: [{", ".join(several)}]'
            counts = Counter(self.header)
            if repeated := sorted(name for name, count in counts.items() if count > 1):
                yield (
                    ("header", last_index(self.header, repeated[0])),
                    f'expected each column once, found "{repeated[0]}" twice',
                )
        if not isinstance(self.label, str) and self.label_separator is not None:
            message = "splits the labels of one column, but data.label names several; remove one of the two"
            yield "label_separator", message
        if lines := self._unlabelled_lines:
            if len(lines) < len(names_of(self.unlabelled_part or "")):
                yield "unlabelled", f"{lines[0]} is plain text and the others are tables; give files of one kind"
            elif self.fields or self.extra:
                option = "text" if self.fields else "extra"
                message = f"{lines[0]} is plain text, without the columns that data.{option} names; give a table"
                yield "unlabelled", message
