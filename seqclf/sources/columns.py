"""Options of sources whose texts and labels are in named columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from seqclf.option_types import Name
from seqclf.sources.base import SourceOptions

Group = Annotated[
    Name | None,
    Field(
        description="Column (or feature) that groups texts, such as author, product or thread: random splits keep all "
        "texts with the same value in one split. A text without a value is its own group. null: only equal texts are "
        "kept together."
    ),
]


class ColumnOptions(SourceOptions):
    """A source with a column of texts, one or several columns of labels, and possibly one that groups the texts."""

    text: Name = Field("text", description="Column with the text.")
    label: Name | Annotated[list[Name], Field(min_length=1, max_length=10_000)] = Field(
        "label", description="Column with the label, or a list of columns."
    )
    group: Group = None

    @property
    def grouped_by(self) -> str | None:
        return self.group

    def problems(self) -> Iterator[tuple[str, str]]:
        labels = [self.label] if isinstance(self.label, str) else self.label
        if self.text in labels:
            yield "label", f'expected a column other than data.text, found "{self.text}" for both'
        if repeated := sorted(name for name, count in Counter(labels).items() if count > 1):
            yield "label", f'expected each column once, found "{repeated[0]}" twice'
        elif labels == self.label and len(labels) == 1:
            yield "label", f"a list is for several columns; for one, write label: {labels[0]}"
        if self.group is None:
            return
        if self.group in labels:
            message = f'"{self.group}" is a label column: every label would be in one split only; name another column'
            yield "group", message
        elif self.group == self.text:
            yield "group", f'"{self.group}" is the text column, and equal texts are always kept together; remove it'

    def warnings(self) -> Iterator[tuple[str, str]]:
        parts = self.parts()
        if self.group is None or self.folds is not None:
            return
        if not any(isinstance(parts[split], float) and parts[split] for split in ("validation", "test")):
            yield "group", "has no effect: neither data.validation nor data.test is a random split"
