"""``source: table``: files of one text and one label a row (csv, tsv, jsonl)."""

from __future__ import annotations

import csv
import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from seqclf.data.source import LabelledTexts
from seqclf.errors import InputError

_FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_LONGEST_FIELD = 2**31 - 1

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
        for line, row in self._rows(path):
            self._values(path, line, row)
            return
        raise InputError(f"{path}: holds no rows")

    def fingerprint(self, part: str) -> str:
        with _opening(Path(part)), open(part, "rb") as file:
            content = hashlib.file_digest(file, "sha256")
        content.update(repr((self._text, self._label, self._kind(Path(part)))).encode())
        return content.hexdigest()

    def read(self, part: str) -> LabelledTexts:
        path = Path(part)
        texts, labels = [], []
        for line, row in self._rows(path):
            text, label = self._values(path, line, row)
            texts.append(text)
            labels.append(label)
        if not texts:
            raise InputError(f"{path}: holds no rows")
        return LabelledTexts(texts, labels, origin=str(path))

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

    def _rows(self, path: Path) -> Iterator[Row]:
        kind = self._kind(path)
        return _json_rows(path) if kind == "jsonl" else _csv_rows(path, kind)

    def _values(self, path: Path, line: int, row: Mapping[str, Any]) -> tuple[str, str]:
        for column, option in ((self._text, "text"), (self._label, "label")):
            if column not in row:
                where = path if self._kind(path) != "jsonl" else f"{path}:{line}"
                raise InputError(
                    f'{where}: no column "{column}"{_column_hint(column, list(row))} (columns: {", ".join(row)}); '
                    f"name it with {self._options}{option}"
                )
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


def _csv_rows(path: Path, kind: str) -> Iterator[Row]:
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
                if len(fields) != len(header):
                    raise InputError(
                        f"{path}:{reader.line_num}: {len(fields)} fields, but the header has {len(header)} "
                        f"({', '.join(header)})"
                    )
                yield reader.line_num, dict(zip(header, fields, strict=True))
        except csv.Error as error:
            raise InputError(f"{path}:{reader.line_num}: not valid {kind} ({error})") from error


def _json_rows(path: Path) -> Iterator[Row]:
    with _opening(path), path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(f"{path}:{number}: not valid JSON ({error})") from error
            if not isinstance(row, dict):
                raise InputError(f'{path}:{number}: expected an object such as {{"text": ..., "label": ...}}')
            yield number, row
