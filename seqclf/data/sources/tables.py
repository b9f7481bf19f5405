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

from seqclf.data.equal_texts import NO_GROUP, group_digest
from seqclf.data.missing_columns import MissingCounts, RowMissesColumns
from seqclf.data.sources.base import LabelledTexts, where_paths_start
from seqclf.data.text_store import TextStore
from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, suggestion
from seqclf.table_rows import KINDS, NotDecoded, Row, no_such_file, opening, rows, shown, unknown_ending

_BAD_ROWS_SHOWN = 20
ROWS_LOOKED_AT = 20_000

Label = str | tuple[str, ...]
"""One label's name, or the different names of a list, in order."""


class TableSource:
    """A part is the path of a file. Either every row of a file has one label, or the file is multi-label.

    Args:
        text: column of the texts.
        label: column of the labels. Of a list that names a label twice, once is kept; an empty one says that no label
            applies. Several columns: each is a label, and its 0 or 1 says whether it applies.
        file_format: csv, tsv, jsonl or parquet; auto goes by the file's ending.
        separator: stands between the labels of one field, which is read as a list.
        options: what stands before ``text`` and ``label`` where they are set, for messages.
        group: column of the groups, which is read too.
        encoding: of the files, by Python's name.
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
        """Names of the label columns; several where each label has its own."""
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
        raise missing.error(count, is_whole=count < ROWS_LOOKED_AT) or bad or InputError(f"{path}: holds no rows")

    def fingerprint(self, part: str) -> str:
        with opening(Path(part)), open(part, "rb") as file:
            status = os.fstat(file.fileno())
            state = (part, status.st_ino, status.st_size, status.st_mtime_ns)
            if state not in self._fingerprints:  # reading gigabytes once is enough
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
        """Every ``every``-th row, at most ``most`` of them. Raises ``InputError`` that lists the bad ones.

        Rows of jsonl that miss a column are counted instead.
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
                labels.append(different.setdefault(row[1], row[1]))  # one object for all rows that have the label
                groups.append(row[2])
        incomplete = missing.error(count, is_whole=most is None and every == 1)
        if bad:
            rest = [f"... and {more:,} more rows"] if more else []
            cure = [f"{path}: {self._suggestion(path)}"] if undecoded else []
            lacking = [str(incomplete)] if incomplete else []
            raise InputError("\n".join([*lacking, *bad, *rest, *cure]))
        if incomplete:
            raise incomplete
        if not texts:
            raise InputError(f"{path}: holds no rows")
        multi = not isinstance(labels[0], str)
        of_group = None if self._group is None else np.frombuffer(groups, np.uint64)
        return LabelledTexts(texts, labels, origin=str(path), multi=multi, groups=of_group)

    def columns(self, part: str, every: int = 1) -> dict[str, list[Any]]:
        """Columns of the file, with values of every ``every``-th row among its first.

        Raises ``InputError`` where it has none.
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
            expected = "expected columns such as text and label, and a row for each text"
            raise bad or InputError(f"{part}: holds no rows; {expected}")
        return values

    def _labelled_rows(self, path: Path, every: int) -> Iterator[tuple[str, Label, int] | InputError]:
        """Text, label and digest of the group of each row, or what is wrong with it."""
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
                if error.line is None:  # the file's fault, not the row's
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
            raise InputError(f"{path}: is a folder; folders of texts are read with data.source: folder")
        if not path.exists():
            raise no_such_file(path, where_paths_start(path))
        try:
            return KINDS[path.suffix.lower()]
        except KeyError:
            named = self._options == "data."
            cure = "set data.format to csv, tsv, jsonl or parquet" if named else "rename the file"
            raise InputError(unknown_ending(path, cure)) from None

    def kind(self, part: str) -> str:
        """csv, tsv, jsonl or parquet. Raises ``InputError`` where that cannot be told."""
        return self._kind(Path(part))

    def rows(self, part: str) -> Iterator[Row | InputError]:
        """Each row with all its columns, or what is wrong with it."""
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
        """Raise ``RowMissesColumns``; the line is only said of jsonl, whose rows name their columns themselves."""
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
                f'{path}:{line}: "{self._text}" is {shown(text)}, expected a text; write one, or take the row out'
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
                f"{where} is {shown(label)}, expected a label (a text, a whole number, true or false) "
                "or a list of labels"
            )
        if not name:
            raise InputError(f"{where} is empty; every row needs a label")
        return text, name


_YES, _NO = ("1", "1.0", "true"), ("0", "0.0", "false")


def _applies(path: Path, line: int, column: str, value: Any) -> bool:
    """Whether a label that has a column of its own applies to a text. Raises ``InputError`` for anything but 0 or 1."""
    word = str(value).strip().lower()
    if isinstance(value, str | int | float) and word in (*_YES, *_NO):
        return word in _YES
    raise InputError(f'{path}:{line}: "{column}" is {shown(value)}, expected 0 or 1 (true or false)')


def _label_name(value: Any) -> str | None:
    """None where it cannot be one."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() if isinstance(value, str | int) else None
