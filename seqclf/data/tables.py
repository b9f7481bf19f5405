"""``source: table``: files of one text and one label a row (csv, tsv, jsonl)."""

from __future__ import annotations

import csv
import difflib
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from seqclf.data.source import LabelledTexts
from seqclf.errors import InputError

_FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_LONGEST_FIELD = 2**31 - 1
_BAD_ROWS_SHOWN = 20
ROWS_LOOKED_AT = 20_000

Row = tuple[int, Mapping[str, Any]]
"""Line number (of the row's last line) and the row's values by column."""


class TableSource:
    """A part is the path of a file. ``options`` is what stands before ``text`` and ``label`` where they are set."""

    def __init__(self, text: str, label: str, file_format: str = "auto", options: str = "data.") -> None:
        self._options = options
        self._text = text
        self._label = label
        self._format = file_format

    def check(self, part: str) -> None:
        path = Path(part)
        for row in self._rows(path):
            if isinstance(row, InputError):
                raise row
            self._check_columns(path, *row)
            self._values(path, *row)
            return
        raise InputError(f"{path}: holds no rows")

    def fingerprint(self, part: str) -> str:
        with _opening(Path(part)), open(part, "rb") as file:
            content = hashlib.file_digest(file, "sha256")
        content.update(repr((self._text, self._label, self._kind(Path(part)))).encode())
        return content.hexdigest()

    def read(self, part: str, most: int | None = None) -> LabelledTexts:
        """All rows, or the first ``most``. Raises ``InputError`` that lists the bad ones."""
        path = Path(part)
        texts, labels = [], []
        bad: list[str] = []
        for row in itertools.islice(self.rows(part), most):
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
        """Columns of the file with the values of its first rows that are whole."""
        values: dict[str, list[Any]] = {}
        for row in itertools.islice(self._rows(Path(part)), ROWS_LOOKED_AT):
            for column, value in {} if isinstance(row, InputError) else row[1].items():
                values.setdefault(column, []).append(value)
        return values

    def rows(self, part: str) -> Iterator[tuple[str, str] | InputError]:
        """Text and label of each row, or what is wrong with it."""
        path = Path(part)
        seen = False
        for row in self._rows(path):
            if isinstance(row, InputError):
                yield row
                continue
            try:
                self._check_columns(path, *row)
                yield self._values(path, *row)
            except InputError as error:
                if not seen:  # the file's columns, not the row's values: the same would be said of every row
                    self._check_columns(path, *row)
                yield error
            seen = True

    def _kind(self, path: Path) -> str:
        if self._format != "auto":
            return self._format
        if path.is_dir():
            raise InputError(f"{path}: is a folder; folders of texts are read with data.source: folder")
        if not path.exists():
            raise InputError(f"{path}: no such file (paths start at the folder that seqclf is called from)")
        try:
            return _FORMATS[path.suffix.lower()]
        except KeyError:
            known = ", ".join(_FORMATS)
            raise InputError(
                f'{path}: cannot tell the format from the ending "{path.suffix}" (known: {known}); '
                "set data.format to csv, tsv or jsonl"
            ) from None

    def _rows(self, path: Path) -> Iterator[Row | InputError]:
        kind = self._kind(path)
        return _json_rows(path) if kind == "jsonl" else _csv_rows(path, kind)

    def _check_columns(self, path: Path, line: int, row: Mapping[str, Any]) -> None:
        for column, option in ((self._text, "text"), (self._label, "label")):
            if column not in row:
                where = path if self._kind(path) != "jsonl" else f"{path}:{line}"
                raise InputError(
                    f'{where}: no column "{column}"{_column_hint(column, list(row))} (columns: {", ".join(row)}); '
                    f"name it with {self._options}{option}"
                )

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


def _column_hint(column: str, columns: list[str]) -> str:
    if len(columns) == 1 and (other := next((mark for mark in ";\t,|" if mark in columns[0]), None)):
        return f"; the fields seem to be separated by {other!r}"
    close = difflib.get_close_matches(column, columns, n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


class _opening:
    """Turns what goes wrong with a file into an ``InputError`` that names it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnicodeDecodeError):
            raise InputError(f"{self._path}{_line_of_bad_byte(self._path)}: not UTF-8 text") from error
        if isinstance(error, OSError):
            raise InputError(f"{self._path}: cannot be read ({error.strerror})") from error


def _line_of_bad_byte(path: Path) -> str:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f":{number}"
    return ""


def _csv_rows(path: Path, kind: str) -> Iterator[Row | InputError]:
    """Rows under a header line. csv as in RFC 4180; tsv as IANA registers it: no quoting, a line is a row."""
    csv.field_size_limit(_LONGEST_FIELD)
    with _opening(path), path.open(encoding="utf-8-sig", newline="") as file:
        if kind == "csv":
            reader = csv.reader(file, strict=True)
        else:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        try:
            header = next(reader, [])
            if len(set(header)) != len(header):
                raise InputError(f"{path}:1: the header names a column twice ({', '.join(header)})")
            for fields in reader:
                if not fields:
                    continue
                if len(fields) == len(header):
                    yield reader.line_num, dict(zip(header, fields, strict=True))
                    continue
                count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
                yield InputError(
                    f"{path}:{reader.line_num}: {count}, but the header has {len(header)} ({', '.join(header)})"
                )
        except csv.Error as error:
            raise InputError(f"{path}:{reader.line_num}: not valid {kind} ({error})") from error


def _json_rows(path: Path) -> Iterator[Row | InputError]:
    with _opening(path), path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield InputError(f"{path}:{number}: not valid JSON ({error})")
                continue
            if isinstance(row, dict):
                yield number, row
            else:
                yield InputError(f'{path}:{number}: expected an object such as {{"text": ..., "label": ...}}')
