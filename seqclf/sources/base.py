"""Base class of all source types, and the interface of their readers. numpy and all readers are imported later."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical
from seqclf.option_types import Fraction, Name, OptionPath, Strict

if TYPE_CHECKING:
    from seqclf.sources.texts import LabelledTexts
    from seqclf.tables.row import Row

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
SplitSeed = Annotated[
    Annotated[int, Field(ge=0, lt=2**31)] | None,
    Field(
        description="Seed of the random splits and folds alone: runs with other values of `seed` then have the same "
        "splits. null: `seed`."
    ),
]

TrainOnValidation = Annotated[
    bool,
    Field(
        description="Train on the random validation texts as well, and validate on none; the test texts stay the same. "
        "For a last training, once all options are chosen: `seqclf tune --refit`."
    ),
]

UnknownLabels = Literal["error", "wrong", "drop"]
UnknownLabelsOption = Annotated[
    UnknownLabels,
    Field(
        description="What to do with validation, test or `eval --data` texts whose labels do not occur in the training "
        "texts. error: report them and stop, but skip those of `eval --data`; wrong: count them as errors, as "
        "published scores do; drop: skip them and report how many."
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


class OptionError(InputError):
    """The data do not fit options of their source.

    Attributes:
        by_option: error message by option.
        entries: where an option has several entries, the path of the wrong one below ``data``.
    """

    def __init__(self, by_option: Mapping[str, str], entries: Mapping[str, OptionPath] | None = None) -> None:
        self.by_option, self.entries = dict(by_option), dict(entries or {})
        super().__init__("\n".join(by_option.values()))


class Source(Protocol):
    """A reader of named parts (files, folders, splits) that contain texts and labels."""

    def check(self, part: str) -> None:
        """Raise ``InputError`` early if the part cannot be read, without reading all of it and without TensorFlow; an
        ``OptionError`` if other options than the part's are at fault."""

    def fingerprint(self, part: str) -> str:
        """Hex digest that changes with the content of the part; cheap compared to encoding it."""

    def read(self, part: str) -> LabelledTexts:
        """Read a complete part. Raises ``InputError`` with the location of the problem."""


@runtime_checkable
class RowSource(Source, Protocol):
    """A reader whose parts are files with one row per text, which may have more columns than the text and label."""

    @property
    def columns_read(self) -> TableColumns:
        """The columns with the texts, the labels and what else is read."""

    def text_of(self, row: Mapping[str, Any]) -> str | None:
        """The text of a row, from one or several columns; None if the row has none."""

    def kind(self, part: str) -> str:
        """The format that can hold the part's rows: csv, tsv, jsonl or parquet. Raises ``InputError`` if the format is
        unknown. Unless it is jsonl, all rows have the columns of the first."""

    def rows(self, part: str) -> Iterator[Row | InputError]:
        """Each row with all its columns, or an error for a malformed row."""


@runtime_checkable
class PlacedSource(Source, Protocol):
    """A reader whose texts have places of their own: a file each, or lines of files."""

    def origins(self, part: str) -> Iterator[tuple[str, int | None]]:
        """The file of each text, in the order of ``read``, and its first line (in parquet and spreadsheets the row);
        None: the file is the text. Raises ``InputError`` as ``read``."""


ExtraKind = Literal["number", "category"]
"""What the values of a column beside the text are."""


@runtime_checkable
class SelectiveSource(Source, Protocol):
    """A reader that may leave out some of what a part contains."""

    def left_out(self, part: str) -> str | None:
        """What is left out and why, as a sentence; None if nothing is. Quick; raises ``InputError`` as ``check``."""


@dataclass(frozen=True)
class TableColumns:
    """The columns that are read, and what they contain.

    Attributes:
        text: the column with the text, or several columns, whose values together are the text.
        label: the column with the label; several columns, which are one label each; or, for each label, the column with
            its probability. None: no labels are read.
        separator: separator between several labels in one field; None: each field is one label.
        group: the column that groups texts; None: none.
        weight: the column with the weights of the texts; None: all weights are 1.
        extra: columns beside the text, and what they contain.
    """

    text: str | Sequence[str] = "text"
    label: str | Sequence[str] | Mapping[str, str] | None = "label"
    separator: str | None = None
    group: str | None = None
    weight: str | None = None
    extra: Mapping[str, ExtraKind] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text columns."""
        return (self.text,) if isinstance(self.text, str) else tuple(self.text)

    @property
    def labels(self) -> tuple[str, ...]:
        """The label columns; none if no labels are read."""
        if self.label is None:
            return ()
        if isinstance(self.label, str):
            return (self.label,)
        return tuple(self.label.values() if isinstance(self.label, Mapping) else self.label)

    def named(self) -> Iterator[tuple[str, str]]:
        """All columns, each with the option that names it."""
        yield from (("text", name) for name in self.texts)
        yield from (("label", name) for name in self.labels)
        yield from ((option, name) for option, name in (("group", self.group), ("weight", self.weight)) if name)
        yield from (("extra", name) for name in self.extra)

    def entry(self, option: str, column: str) -> OptionPath:
        """The path below ``data`` of the entry of ``option`` that names the column."""
        named = {"text": self.text, "label": self.label}.get(option)
        if option == "extra":
            return option, column
        if named is None or isinstance(named, str):
            return (option,)
        if isinstance(named, Mapping):
            return option, next(label for label, name in named.items() if name == column)
        return option, list(named).index(column)


OTHER_NAMES_OF_TRAIN = dict.fromkeys(
    ("path", "file", "files", "filename", "data_path", "data_file", "data_files", "dir", "directory", "folder", "root"),
    "train",
)
"""Where other libraries have one option for the files, ours are those of ``train``."""


class SourceOptions(Strict):
    """A source type: its options (the fields), facts about its texts, and the reader that they configure.

    A type is a subclass whose field ``source`` has one literal value, in a module of this package. Its own options come
    first in docs and configs, then those that it inherits.

    Attributes:
        rank: its position in docs and messages: smaller numbers first, equal ones by name.
        other_names: names of the type in other libraries, for suggestions.
        other_options: its options, by their names in other libraries, for suggestions.
        path_options: options that name files or folders. A number or null in one of them is not a path.
        needs_tensorflow: whether its reader needs TensorFlow.
        may_download: whether reading it may need the network.
        is_published: whether its parts are those of a published or synthetic data set; ``seqclf eval`` then does not
            look for texts that occur in several parts.
        has_labels: whether its texts have labels. Without them, its reader is the same ``with_labels`` or not.
    """

    model_config = ConfigDict(defer_build=True)  # until the fields are in order

    rank: ClassVar[int] = 100
    other_names: ClassVar[tuple[str, ...]] = ()
    other_options: ClassVar[Mapping[str, str]] = {}
    path_options: ClassVar[tuple[str, ...]] = ()
    needs_tensorflow: ClassVar[bool] = False
    may_download: ClassVar[bool] = False
    is_published: ClassVar[bool] = False
    has_labels: ClassVar[bool] = True

    if TYPE_CHECKING:
        source: str  # each subclass has its own field
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a part; 0: none.")
    folds: Folds = None
    fold: Fold = None
    split_seed: SplitSeed = None
    train_on_validation: TrainOnValidation = False
    unknown_labels: UnknownLabelsOption = "error"

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Move the type's own options, in their order, before those that it inherits; pydantic puts those first."""
        fields = cls.model_fields
        own = [name for name in inspect.get_annotations(cls) if name in fields]
        for name in [*own, *(name for name in fields if name not in own)]:
            fields[name] = fields.pop(name)

    @abstractmethod
    def open(self, *, with_groups: bool = False, with_labels: bool = True) -> Source:
        """The reader.

        Args:
            with_groups: it also reads the groups, if ``grouped_by`` is set.
            with_labels: false: it neither needs nor checks labels, and every text has the label ``UNLABELLED``.
        """

    @abstractmethod
    def parts(self) -> dict[str, str | float | None]:
        """For ``train``, ``validation`` and ``test``: the part that contains the split, or its fraction of the
        training part, or None. ``train`` is always a part."""

    @property
    def unlabelled_part(self) -> str | None:
        """The part with further texts, without labels (``data.unlabelled``); None: there is none."""
        return None

    def open_unlabelled(self) -> Source:
        """The reader of ``unlabelled_part``. It ignores labels, and weights of texts."""
        return self.open(with_labels=False)

    @property
    def validation_part(self) -> str | float:
        """The option ``validation``, unless there are folds. A list if the type allows lists (``parts_of``)."""
        return self.validation if self.folds is None else 1 / self.folds

    @property
    def validates(self) -> bool:
        """Whether a training measures validation texts."""
        return (self.validation != 0 or self.folds is not None) and not self.train_on_validation

    def describe(self, split: str = "train") -> str:
        """A short description of a split's origin."""
        parts = self.parts()
        own = parts[split]
        return own if isinstance(own, str) else str(parts["train"])

    def option_of(self, split: str) -> str:
        """The option at fault if the part of a split cannot be read."""
        return split

    @property
    def file_encoding(self) -> str:
        """Python's name of the encoding of its files."""
        return UTF8

    @property
    def grouped_by(self) -> str | None:
        """What groups the texts, such as a column; None: nothing."""
        return None

    @property
    def table_columns(self) -> TableColumns | None:
        """The columns of its files, if its reader is a ``RowSource``."""
        return None

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns whose values together are a text; empty if a text is a single value."""
        return ()

    def columns(self, *, with_groups: bool = True, with_labels: bool = True) -> TableColumns:
        """The columns that its texts have when they are written to a table, which may be those that it reads."""
        return TableColumns() if with_labels and self.has_labels else TableColumns(label=None)

    def is_quick_to_reread(self) -> bool:
        """Whether the training part can be read once more within seconds. Raises ``OSError`` if its file is gone."""
        return not self.may_download

    def problems(self, *, with_labels: bool = True) -> Iterator[tuple[str | OptionPath, str]]:
        """Conflicts between the options: option, or the path of one of its entries, and message.

        ``with_labels``: false: no labels are read, so a column may be named as if it had some.
        """
        return iter(())

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Valid options without effect: option and message."""
        return iter(())
