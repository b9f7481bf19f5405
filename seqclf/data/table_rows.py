"""Rows of csv, tsv and jsonl files, whole or with what is wrong with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from seqclf.errors import InputError

_LONGEST_FIELD = 2**31 - 1

Row = tuple[int, Mapping[str, Any]]
"""Line number (of the row's last line) and the row's values by column."""


class opening:
    """Turns what goes wrong with a file into an ``InputError`` that names it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnicodeDecodeError):
            raise InputError(
                f"{self._path}{_line_of_bad_byte(self._path)}: not UTF-8 text; save it as UTF-8"
            ) from error
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


def csv_rows(path: Path, kind: str) -> Iterator[Row | InputError]:
    """Rows under a header line. csv as in RFC 4180; tsv as IANA registers it: no quoting, a line is a row."""
    csv.field_size_limit(_LONGEST_FIELD)
    with opening(path), path.open(encoding="utf-8-sig", newline="") as file:
        if kind == "csv":
            reader = csv.reader(file, strict=True)
        else:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        try:
            header = next(reader, [])
            if len(set(header)) != len(header):
                raise InputError(f"{path}:1: the header names a column twice ({', '.join(header)})")
            started = reader.line_num + 1
            for fields in reader:
                started = reader.line_num + 1
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
            if "unexpected end" in str(error):
                yield InputError(f"{path}:{started}: a quote that opens in this row is never closed")
            else:
                yield InputError(f"{path}:{reader.line_num}: not valid {kind} ({error}); nothing after it was read")


def json_rows(path: Path) -> Iterator[Row | InputError]:
    with opening(path), path.open(encoding="utf-8-sig", newline="\n") as file:
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
