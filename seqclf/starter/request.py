"""What a user asks of a starter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seqclf.starter.named_columns import NO_COLUMNS, NamedColumns
from seqclf.starter.recipe import Family
from seqclf.tables.names import is_url, no_such_file


@dataclass(frozen=True)
class Request:
    """What the user asked for, in addition to the path; None means that the data decide.

    Attributes:
        text: columns of the texts.
        label: columns of the labels; each of several columns of 0 and 1 is a label. A mapping: columns of probabilities
            by label.
        columns: further columns that the config names.
        separator: separates several labels in one field.
        header: names of the columns of a file without a line of names; empty: the first line names them.
        guess_separator: whether a separator may be found in the labels.
        file_format: of the files; None: by their extension or content.
        encoding: of the files; guessed if they are not UTF-8.
        validation: a fraction of the training texts, such as 0.1, or the path of a file or folder.
        test: the same for the test texts.
        family: kind of the model.
        template: name of the template whose model is used.

    Raises:
        InputError: the path is a URL.
    """

    path: str
    text: tuple[str, ...] = ()
    label: tuple[str, ...] | Mapping[str, str] = ()
    columns: NamedColumns = NO_COLUMNS
    separator: str | None = None
    guess_separator: bool = True
    header: tuple[str, ...] | None = None
    file_format: str | None = None
    encoding: str | None = None
    validation: str | None = None
    test: str | None = None
    name: str | None = None
    family: Family | None = None
    template: str | None = None

    def __post_init__(self) -> None:
        if is_url(self.path):  # a starter looks at many files, and beside them
            raise no_such_file(self.path)
