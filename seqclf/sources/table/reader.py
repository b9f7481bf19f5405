"""``source: table``: files with a text and its label or labels in each row (csv, tsv, jsonl, parquet)."""

from __future__ import annotations

import hashlib
import itertools
import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, suggestion
from seqclf.sources.table.missing_columns import MissingCounts, RowMissesColumns
from seqclf.sources.texts import NO_GROUP, LabelledTexts, group_digest, where_paths_start
from seqclf.tables.decoding import NotDecoded, opening
from seqclf.tables.formats import KINDS, unknown_ending
from seqclf.tables.names import no_such_file
from seqclf.tables.row import Row
from seqclf.tables.rows import rows
from seqclf.tables.values import shown
from seqclf.text_store import TextStore

_BAD_ROWS_SHOWN = 20
_RENAME = (
    "texts need their labels: give a table with both, with the extension of its format, or a folder with one "
    "folder of texts per label"
)
ROWS_LOOKED_AT = 20_000

Label = str | tuple[str, ...]
"""One label's name, or the sorted distinct names of a list."""


class TableSource:
    """A part is the path of a file. Either every row of a file has one label, or the file is multi-label.

    Args:
        text: column with the texts.
        label: column with the labels. Duplicates in a list of labels are dropped; an empty list means that no label
            applies. Several columns: each column is one label, with 1 where it applies and 0 where it does not.
        file_format: csv, tsv, jsonl or parquet; auto uses the file extension.
        separator: separator between several labels in one field.
        options: prefix of ``text`` and ``label`` where the user sets them, for messages.
        group: column with the groups.
        encoding: Python's name of the files' encoding.
    """

    def __init__(
        self,
        text: str,
        label: str | Sequence[str],
        file_format: str = "auto",
        separator: str | None = None,
        options: str = "data.",
        *,
        group: str | None = None,
        encoding: str = UTF8,
    ) -> None:
        self._options = options
        self._text = text
        self._label = label if isinstance(label, str) else tuple(label)
        self._format = file_format
        self._separator = separator
        self._group = group
        self._encoding = encoding
        self._fingerprints: dict[tuple[str, int, int, int], str] = {}

    @property
    def text_column(self) -> str:
        return self._text

    @property
    def label_column(self) -> str | tuple[str, ...]:
        """Name of the label column, or names if each label has its own column."""
        return self._label

    def check(self, part: str) -> None:
        path = Path(part)
        missing, count, bad = MissingCounts(path, self._options), 0, None
        for row in itertools.islice(self._rows(path), ROWS_LOOKED_AT):
            count += 1
            if isinstance(row, InputError):
                bad = bad or row
                continue
            try:
                self._check_columns(path, *row)
            except RowMissesColumns as error:
                if error.line is None:
                    raise
                missing.add(error)
            else:
                if not missing:
                    return
        raise missing.error(count, is_all=count < ROWS_LOOKED_AT) or bad or InputError(f"{path}: contains no rows")

    def fingerprint(self, part: str) -> str:
        with opening(Path(part)), open(part, "rb") as file:
            status = os.fstat(file.fileno())
            state = (part, status.st_ino, status.st_size, status.st_mtime_ns)
            if state not in self._fingerprints:  # do not read gigabytes twice
                content = hashlib.file_digest(file, "sha256")
                read_as: tuple[str | tuple[str, ...], ...] = (self._text, self._label, self._kind(Path(part)))
                if self._separator is not None:
                    read_as = (*read_as, self._separator)
                if canonical(self._encoding) != UTF8:
                    read_as = (*read_as, f"in {canonical(self._encoding)}")
                content.update(repr(read_as).encode())
                self._fingerprints[state] = content.hexdigest()
        return self._fingerprints[state]

    def read(self, part: str, most: int | None = None, every: int = 1) -> LabelledTexts:
        """Read every ``every``-th row, at most ``most`` rows. Raises ``InputError`` that lists malformed rows.

        Rows of jsonl with missing columns are counted instead of listed.
        """
        path = Path(part)
        texts, labels, groups = TextStore(), [], array("Q")
        different: dict[Label, Label] = {}
        missing = MissingCounts(path, self._options)
        bad: list[str] = []
        count, more, undecoded = 0, 0, False
        for row in itertools.islice(self._labelled_rows(path, every), most):
            count += 1
            if isinstance(row, RowMissesColumns):
                missing.add(row)
            elif isinstance(row, InputError):
                undecoded = undecoded or isinstance(row, NotDecoded)
                if len(bad) < _BAD_ROWS_SHOWN:
                    bad.append(str(row))
                else:
                    more += 1
            else:
                texts.append(row[0])
                labels.append(different.setdefault(row[1], row[1]))  # rows with the same label share one object
                groups.append(row[2])
        incomplete = missing.error(count, is_all=most is None and every == 1)
        if bad:
            rest = [f"... and {more:,} more rows"] if more else []
            cure = [f"{path}: {self._suggestion(path)}"] if undecoded else []
            lacking = [str(incomplete)] if incomplete else []
            raise InputError("\n".join([*lacking, *bad, *rest, *cure]))
        if incomplete:
            raise incomplete
        if not texts:
            raise InputError(f"{path}: contains no rows")
        multi = not isinstance(labels[0], str)
        of_group = None if self._group is None else np.frombuffer(groups, np.uint64)
        return LabelledTexts(texts, labels, origin=str(path), multi=multi, groups=of_group)

    def columns(self, part: str, every: int = 1) -> dict[str, list[Any]]:
        """Columns of the file, with the values of every ``every``-th of its first rows.

        Raises ``InputError`` if there are none.
        """
        values: dict[str, list[Any]] = {}
        bad = None
        for row in itertools.islice(self._rows(Path(part)), 0, ROWS_LOOKED_AT * every, every):
            if isinstance(row, InputError):
                bad = bad or row
                continue
            for column, value in row[1].items():
                values.setdefault(column, []).append(value)
        if not values:
            expected = "expected columns such as text and label, and one row per text"
            raise bad or InputError(f"{part}: contains no rows; {expected}")
        return values

    def _labelled_rows(self, path: Path, every: int) -> Iterator[tuple[str, Label, int] | InputError]:
        """Text, label and group digest of each row, or an error for a malformed row."""
        kind: type | None = None
        for row in itertools.islice(self._rows(path), 0, None, every):
            if isinstance(row, InputError):
                yield row
                continue
            try:
                self._check_columns(path, *row)
                labelled = self._values(path, *row)
                kind = kind or type(labelled[1])
                if kind is not type(labelled[1]) and isinstance(self._label, str):
                    value = shown(row[1][self._label])
                    found, before = ("a list", "one label each") if kind is str else ("one label", "lists")
                    what = f"is {value}, {found}; the rows before have {before}"
                    raise InputError(f'{path}:{row[0]}: "{self._label}" {what}')
            except RowMissesColumns as error:
                if error.line is None:  # the file lacks the column
                    raise
                yield error
            except InputError as error:
                yield error
            else:
                group = NO_GROUP if self._group is None else group_digest(row[1][self._group])
                yield *labelled, group

    def _kind(self, path: Path) -> str:
        if self._format != "auto":
            return self._format
        if path.is_dir():
            raise InputError(f"{path}: is a folder; to read a folder of texts, set data.source: folder")
        if not path.exists():
            raise no_such_file(path, where_paths_start(path))
        try:
            return KINDS[path.suffix.lower()]
        except KeyError:
            named = self._options == "data."
            cure = "set data.format to csv, tsv, jsonl or parquet" if named else _RENAME
            raise InputError(unknown_ending(path, cure)) from None

    def kind(self, part: str) -> str:
        """csv, tsv, jsonl or parquet. Raises ``InputError`` if the format is unknown."""
        return self._kind(Path(part))

    def rows(self, part: str) -> Iterator[Row | InputError]:
        """Each row with all its columns, or an error for a malformed row."""
        return self._rows(Path(part))

    def _rows(self, path: Path) -> Iterator[Row | InputError]:
        try:
            yield from rows(path, self._kind(path), encoding=self._encoding)
        except NotDecoded as error:  # the header
            raise InputError(f"{error}; {self._suggestion(path)}") from error

    def _suggestion(self, path: Path) -> str:
        option = "data.encoding: " if self._options == "data." else f"{self._options}encoding "
        return suggestion(path, option, self._encoding)

    @property
    def _label_columns(self) -> tuple[str, ...]:
        return (self._label,) if isinstance(self._label, str) else self._label

    def _check_columns(self, path: Path, line: int, row: Mapping[str, Any]) -> None:
        """Raise ``RowMissesColumns`` with a line number only for jsonl, where each row has its own columns."""
        named = (("text", self._text), *(("label", name) for name in self._label_columns), ("group", self._group))
        missing: dict[str, str] = {}
        for option, column in named:
            if column is not None and column not in row:
                missing.setdefault(option, column)
        if missing:
            of_row = line if self._kind(path) == "jsonl" else None
            raise RowMissesColumns(path, of_row, list(row), missing, self._options)

    def _values(self, path: Path, line: int, row: Mapping[str, Any]) -> tuple[str, Label]:
        text = row[self._text]
        if not isinstance(text, str):
            raise InputError(
                f'{path}:{line}: "{self._text}" is {shown(text)}, expected a string; correct or remove the row'
            )
        if not isinstance(self._label, str):
            return text, tuple(sorted(name for name in self._label if _applies(path, line, name, row[name])))
        label, where = row[self._label], f'{path}:{line}: "{self._label}"'
        if self._separator is not None and isinstance(label, str):
            label = label.split(self._separator) if label.strip() else []
        if isinstance(label, list):
            names = [_label_name(item) for item in label]
            for name, item in zip(names, label, strict=True):
                if not name:
                    what = "is not a label" if name is None else "is empty"
                    raise InputError(f"{where} is {shown(label, 80)}, in which {shown(item)} {what}")
            return text, tuple(sorted({name for name in names if name}))
        name = _label_name(label)
        if name is None:
            raise InputError(
                f"{where} is {shown(label)}, expected a label (a string, an integer, true or false) or a list of labels"
            )
        if not name:
            raise InputError(f"{where} is empty; every row needs a label")
        return text, name


_YES, _NO = ("1", "1.0", "true"), ("0", "0.0", "false")


def _applies(path: Path, line: int, column: str, value: Any) -> bool:
    """Whether the label of a column applies to a text. Raises ``InputError`` for values other than 0 and 1."""
    word = str(value).strip().lower()
    if isinstance(value, str | int | float) and word in (*_YES, *_NO):
        return word in _YES
    raise InputError(f'{path}:{line}: "{column}" is {shown(value)}, expected 0 or 1 (true or false)')


def _label_name(value: Any) -> str | None:
    """The name of a label; None if the value cannot be a label."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() if isinstance(value, str | int) else None
