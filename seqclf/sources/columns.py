"""Options of sources whose texts and labels are in named columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from seqclf.option_types import MAPPING, Name, OptionPath
from seqclf.sources.base import ExtraKind, Source, SourceOptions, TableColumns

Names = Annotated[list[Name], Field(min_length=1, max_length=10_000)]
Text = Name | Names

Group = Annotated[
    Name | None,
    Field(
        description="Column (or feature) that groups texts, such as author, product or thread: random splits keep all "
        "texts with the same value in one split. A text without a value is its own group. null: only equal texts are "
        "kept together."
    ),
]
Weight = Annotated[
    Name | None,
    Field(
        description="Column (or feature) with the weight of each text, 0 or more: how much it counts in the loss and "
        "in all scores. null: all texts count the same."
    ),
]
Extra = Annotated[
    dict[Name, ExtraKind],
    Field(
        max_length=1_000,
        description="Columns (or features) beside the text that the head also gets, such as `{price: number, country: "
        "category}`. Values may be missing.",
    ),
]


def _kind_of_label(value: Any) -> str | None:
    if isinstance(value, dict):
        return MAPPING
    return "names" if isinstance(value, list) else "name" if isinstance(value, str) else None


Label = Annotated[
    Annotated[Name, Tag("name")]
    | Annotated[Names, Tag("names")]
    | Annotated[dict[Name, Name], Field(min_length=2, max_length=10_000), Tag(MAPPING)],
    Discriminator(
        _kind_of_label,
        custom_error_type="label",
        custom_error_message="a column, a list of columns, or a column of probabilities for each label",
    ),
]

UNLABELLED_USE = (
    "A teacher (`training.teacher`) says what they are, or objectives (`training.objectives`) read them. Labels in it "
    "are ignored. null: none."
)


class ColumnOptions(SourceOptions):
    """A source with columns of texts and labels, and possibly others that group or weigh texts or stand beside them."""

    text: Text = Field("text", description="Column with the text, or a list of columns.")
    label: Label = Field("label", description="Column with the label, or several.")
    group: Group = None
    weight: Weight = None
    extra: Extra = Field({})

    def columns(self, *, with_groups: bool = True, with_labels: bool = True) -> TableColumns:
        """The columns to read."""
        label, group = self.label if with_labels else None, self.group if with_groups else None
        return TableColumns(self.text, label, group=group, weight=self.weight, extra=self.extra)

    def open_unlabelled(self) -> Source:
        return self.model_copy(update={"weight": None}).open(with_labels=False)

    @property
    def grouped_by(self) -> str | None:
        return self.group

    @property
    def fields(self) -> tuple[str, ...]:
        return () if isinstance(self.text, str) else tuple(self.text)

    def problems(self, *, with_labels: bool = True) -> Iterator[tuple[str | OptionPath, str]]:
        for option, given in (("text", self.text), ("label", self.label)):
            if isinstance(given, list):
                if repeated := sorted(name for name, count in Counter(given).items() if count > 1):
                    yield (
                        (option, last_index(given, repeated[0])),
                        f'expected each column once, found "{repeated[0]}" twice',
                    )
                elif len(given) == 1:
                    yield option, f"a list is for several columns; for one, write {option}: {given[0]}"
        if isinstance(self.label, Mapping):
            counts = Counter(self.label.values())
            if repeated := sorted(name for name, count in counts.items() if count > 1):
                entry = list(self.label)[last_index(list(self.label.values()), repeated[0])]
                yield ("label", entry), f'expected another column for each label, found "{repeated[0]}" twice'
        yield from self._shared_columns(self.columns(with_labels=with_labels))

    def _shared_columns(self, columns: TableColumns) -> Iterator[tuple[str | OptionPath, str]]:
        """Those of the columns that two options name."""
        texts, labels = set(columns.texts), set(columns.labels)
        if both := sorted(texts & labels):
            yield columns.entry("label", both[0]), f'expected a column other than data.text, found "{both[0]}" for both'
        if self.group is not None and self.group in labels:
            message = f'"{self.group}" is a label column: every label would be in one split only; name another column'
            yield "group", message
        elif self.group is not None and self.group in texts and len(texts) == 1:
            yield "group", f'"{self.group}" is the text column, and equal texts are always kept together; remove it'
        if self.weight is not None and self.weight in texts | labels:
            what = "a text" if self.weight in texts else "a label"
            yield "weight", f'"{self.weight}" is {what} column; name a column of numbers'
        if known := sorted((texts | labels) & self.extra.keys()):
            if known[0] in labels:
                what = "a label column: the model would be given the answer"
            else:
                what = "a text column: the model reads it anyway"
            yield ("extra", known[0]), f'"{known[0]}" is {what}; remove it'
        elif self.weight is not None and self.weight in self.extra:
            yield (
                ("extra", self.weight),
                f'"{self.weight}" is the weight column, which new texts do not have; remove it from one',
            )

    def warnings(self) -> Iterator[tuple[str, str]]:
        parts = self.parts()
        if self.group is None or self.folds is not None:
            return
        if not any(isinstance(parts[split], float) and parts[split] for split in ("validation", "test")):
            yield "group", "has no effect: neither data.validation nor data.test is a random split"


def last_index(names: Sequence[str], name: str) -> int:
    """The index of the last of several equal names."""
    return len(names) - 1 - list(reversed(names)).index(name)
