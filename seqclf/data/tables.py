"""``source: table``: files of one text and one label a row (csv, tsv, jsonl)."""

from __future__ import annotations

import difflib
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqclf.data.source import LabelledTexts, where_paths_start
from seqclf.data.table_rows import Row, csv_rows, json_rows, opening
from seqclf.errors import InputError

_FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_BAD_ROWS_SHOWN = 20
ROWS_LOOKED_AT = 20_000


class MissingColumns(InputError):
    """A file has no such columns.

    Attributes:
        by_option: what is wrong, by the option that names the column (``text`` or ``label``).
    """

    def __init__(self, by_option: Mapping[str, str]) -> None:
        self.by_option = dict(by_option)
        super().__init__("\n".join(by_option.values()))


class TableSource:
    """A part is the path of a file. ``options`` is what stands before ``text`` and ``label`` where they are set."""

    def __init__(self, text: str, label: str, file_format: str = "auto", options: str = "data.") -> None:
        self._options = options
        self._text = text
        self._label = label
        self._format = file_format

    def check(self, part: str) -> None:
        path = Path(part)
        bad = None
        for row in itertools.islice(self._rows(path), ROWS_LOOKED_AT):
            if not isinstance(row, InputError):
                self._check_columns(path, *row)
                return
            bad = bad or row
        raise bad or InputError(f"{path}: holds no rows")

    def fingerprint(self, part: str) -> str:
        with opening(Path(part)), open(part, "rb") as file:
            content = hashlib.file_digest(file, "sha256")
        content.update(repr((self._text, self._label, self._kind(Path(part)))).encode())
        return content.hexdigest()

    def read(self, part: str, most: int | None = None) -> LabelledTexts:
        """All rows, or the first ``most``. Raises ``InputError`` that lists the bad ones."""
        path = Path(part)
        texts, labels = [], []
        bad: list[str] = []
        for row in itertools.islice(self._labelled_rows(path), most):
            if isinstance(row, InputError):
                bad.append(str(row))
            else:
                texts.append(row[0])
                labels.append(row[1])
        if bad:
            more = [f"... and {len(bad) - _BAD_ROWS_SHOWN:,} more rows"] if len(bad) > _BAD_ROWS_SHOWN else []
            raise InputError("\n".join(bad[:_BAD_ROWS_SHOWN] + more))
        if not texts:
            raise InputError(f"{path}: holds no rows")
        return LabelledTexts(texts, labels, origin=str(path))

    def columns(self, part: str) -> dict[str, list[Any]]:
        """Columns of the file with the values of its first whole rows. Raises ``InputError`` where it has none."""
        values: dict[str, list[Any]] = {}
        bad = None
        for row in itertools.islice(self._rows(Path(part)), ROWS_LOOKED_AT):
            if isinstance(row, InputError):
                bad = bad or row
                continue
            for column, value in row[1].items():
                values.setdefault(column, []).append(value)
        if not values:
            raise bad or InputError(f"{part}: holds no rows")
        return values

    def _labelled_rows(self, path: Path) -> Iterator[tuple[str, str] | InputError]:
        """Text and label of each row, or what is wrong with it."""
        checked = False
        for row in self._rows(path):
            if isinstance(row, InputError):
                yield row
                continue
            try:
                self._check_columns(path, *row)
                labelled = self._values(path, *row)
            except MissingColumns as error:
                if not checked:  # the file's fault, not the row's
                    raise
                yield error
            except InputError as error:
                yield error
            else:
                yield labelled
            checked = True

    def _kind(self, path: Path) -> str:
        if self._format != "auto":
            return self._format
        if path.is_dir():
            raise InputError(f"{path}: is a folder; folders of texts are read with data.source: folder")
        if not path.exists():
            raise InputError(f"{path}: no such file{where_paths_start(path)}")
        try:
            return _FORMATS[path.suffix.lower()]
        except KeyError:
            known = ", ".join(_FORMATS)
            what_to_do = "set data.format to csv, tsv or jsonl" if self._options == "data." else "rename the file"
            raise InputError(
                f'{path}: cannot tell the format from the ending "{path.suffix}" (known: {known}); {what_to_do}'
            ) from None

    def _rows(self, path: Path) -> Iterator[Row | InputError]:
        kind = self._kind(path)
        return json_rows(path) if kind == "jsonl" else csv_rows(path, kind)

    def _check_columns(self, path: Path, line: int, row: Mapping[str, Any]) -> None:
        where = path if self._kind(path) != "jsonl" else f"{path}:{line}"
        missing = {
            option: f'{where}: no column "{column}"{column_hint(column, list(row))} (columns: {", ".join(row)}; '
            f"{self._options}{option} names it)"
            for column, option in ((self._text, "text"), (self._label, "label"))
            if column not in row
        }
        if missing:
            raise MissingColumns(missing)

    def _values(self, path: Path, line: int, row: Mapping[str, Any]) -> tuple[str, str]:
        text, label = row[self._text], row[self._label]
        if not isinstance(text, str):
            raise InputError(f'{path}:{line}: "{self._text}" is {json.dumps(text)[:40]}, expected a text')
        if isinstance(label, bool):
            label = str(label).lower()
        if isinstance(label, int):
            label = str(label)
        if not isinstance(label, str):
            raise InputError(f'{path}:{line}: "{self._label}" is {json.dumps(label)[:40]}, expected one label')
        if not label.strip():
            raise InputError(f'{path}:{line}: "{self._label}" is empty; every row needs a label')
        return text, label.strip()


def column_hint(column: str, columns: Sequence[str]) -> str:
    """What may be meant by a column that is not there, or be wrong with those that are."""
    if len(columns) == 1 and (mark := next((mark for mark in ";\t,|" if mark in columns[0]), None)):
        name = "tabs" if mark == "\t" else f'"{mark}"'
        return f"; the fields seem to be separated by {name}: save it with commas as csv, or with tabs as tsv"
    if close := difflib.get_close_matches(column, columns, n=1):
        return f'; did you mean "{close[0]}"?'
    return "; the first line must name the columns" if any(len(name.split()) > 3 for name in columns) else ""
