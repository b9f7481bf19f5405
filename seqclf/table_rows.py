"""Rows of csv, tsv, jsonl and parquet files, or an error for each malformed row, read one at a time."""

from __future__ import annotations

import csv
import difflib
import io
import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, decoder_of

_LONGEST_FIELD = 2**31 - 1
_ROWS_AT_ONCE = 1_024  # of a parquet file

KINDS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
"""File kinds by extension."""

SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
PACKED = {
    ".gz": "gunzip -k {}",
    ".bz2": "bunzip2 -k {}",
    ".xz": "unxz -k {}",
    ".zst": "unzstd {}",
    ".zip": "unzip {}",
    ".tgz": "tar xzf {}",
    ".tar": "tar xf {}",
    ".7z": "7z x {}",
}

READ_KINDS = ("csv", "tsv", "jsonl", "parquet", "txt")
"""File kinds that `predict` reads; txt has one text per line."""

WRITE_KINDS = ("csv", "tsv", "jsonl", "parquet")
"""File kinds that predictions are written to."""

Row = tuple[int, Mapping[str, Any]]
"""Line number (of the row's last line; for parquet, the row number) and the row's values by column."""

Open = Callable[[Path], BinaryIO]
"""Opens a file for reading bytes."""


def open_binary(path: Path) -> BinaryIO:
    return path.open("rb")


class NotDecoded(InputError):
    """Bytes that are not valid text in the given encoding."""

    def __init__(self, where: str, encoding: str) -> None:
        named = "UTF-8" if canonical(encoding) == UTF8 else encoding
        super().__init__(f"{where}: not {named} text")


def rows(
    path: Path, kind: str, opened: Open = open_binary, encoding: str = UTF8, column: str = "text"
) -> Iterator[Row | InputError]:
    """Yield each row, or an error for a malformed row. Raises ``InputError`` if the file cannot be read any further.

    Args:
        kind: one of ``READ_KINDS``.
        encoding: Python's name of the encoding; parquet files ignore it.
        column: name for the single column of txt.
    """
    if kind == "parquet":
        return parquet_rows(path, opened)
    if kind == "txt":
        return lines(path, opened, encoding, column)
    if kind == "jsonl":
        return json_rows(path, opened, encoding)
    return csv_rows(path, kind, opened, encoding)


class opening:
    """Converts an ``OSError`` into an ``InputError`` that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise InputError(f"{self._path}: cannot be read ({error.strerror or error})") from error


def _text(path: Path, opened: Open, encoding: str, newline: str = "") -> TextIO:
    """Undecodable bytes become lone surrogates, so that only their rows are lost."""
    return io.TextIOWrapper(opened(path), encoding=decoder_of(encoding), errors="surrogateescape", newline=newline)


def is_text(fields: Iterable[str]) -> bool:
    """Whether UTF-8 can encode them: JSON escapes and file names may contain lone surrogates."""
    try:
        "".join(fields).encode()
    except UnicodeEncodeError:
        return False
    return True


def csv_rows(path: Path, kind: str, opened: Open = open_binary, encoding: str = UTF8) -> Iterator[Row | InputError]:
    """Rows after a header line. csv follows RFC 4180; tsv follows IANA's definition: no quoting, one row per line."""
    csv.field_size_limit(_LONGEST_FIELD)
    with opening(path), _text(path, opened, encoding) as file:
        if kind == "csv":
            reader = csv.reader(file, strict=True)
        else:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        started, header = 1, None
        try:
            header = next(reader, [])
            if header and header[0].startswith("\ufeff"):  # from UTF-16 with an explicit byte order
                header[0] = header[0][1:]
            if not is_text(header):
                raise NotDecoded(f"{path}:1", encoding)
            header = _named(header)
            if len(set(header)) != len(header):
                raise InputError(f"{path}:1: the header has duplicate columns ({', '.join(header)})")
            started = reader.line_num + 1
            for fields in reader:
                started = reader.line_num + 1
                if not fields:
                    continue
                if any("\0" in field for field in fields):
                    yield InputError(f"{path}:{reader.line_num}: contains a NUL byte; is it a text file?")
                    continue
                if not is_text(fields):
                    yield NotDecoded(f"{path}:{reader.line_num}", encoding)
                    continue
                if len(fields) == len(header):
                    yield reader.line_num, dict(zip(header, fields, strict=True))
                    continue
                count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
                yield InputError(
                    f"{path}:{reader.line_num}: {count}, but the header has {len(header)} ({', '.join(header)})"
                    + (column_hint("", header) if len(header) == 1 else "")
                )
        except UnicodeError as error:  # a missing BOM does not raise UnicodeDecodeError
            if header is None:
                raise NotDecoded(f"{path}:1", encoding) from error
            yield NotDecoded(f"{path}:{started}", encoding)
        except csv.Error as error:
            if "unexpected end" in str(error):
                yield InputError(f"{path}:{started}: a quote that starts in this row is never closed")
            else:
                yield InputError(f"{path}:{reader.line_num}: not valid {kind} ({error}); reading stopped here")


def csv_writer(file: TextIO) -> Callable[[Sequence[Any]], object]:
    """A function that writes one row as in RFC 4180, but ends it with ``\\n``.

    With this line ending, Python's writer does not quote a lone carriage return, where every reader ends the row. Rows
    that contain one are quoted here.
    """
    plain = csv.writer(file, lineterminator="\n").writerow
    quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow

    def write(fields: Sequence[Any]) -> object:
        needs_quotes = any(isinstance(field, str) and "\r" in field for field in fields)
        return (quoted if needs_quotes else plain)(fields)

    return write


def _named(header: list[str]) -> list[str]:
    """Name unnamed columns by position, such as ``column_3``, with underscores added if the name is taken."""
    named = list(header)
    for place, name in enumerate(header):
        if not name.strip():
            named[place] = f"column_{place + 1}"
            while named[place] in header:
                named[place] += "_"
    return named


def json_rows(path: Path, opened: Open = open_binary, encoding: str = UTF8) -> Iterator[Row | InputError]:
    for number, line in _decoded_lines(path, opened, encoding):
        if isinstance(line, InputError):
            yield line
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield InputError(f"{path}:{number}: not valid JSON ({error})")
            continue
        if not isinstance(row, dict):
            yield InputError(f'{path}:{number}: expected a JSON object such as {{"text": ..., "label": ...}}')
        elif not is_text(row):
            yield InputError(f"{path}:{number}: a key is not valid text ({shown(list(row))})")
        else:
            yield number, row


def lines(path: Path, opened: Open, encoding: str, column: str) -> Iterator[Row | InputError]:
    """Each line as a row with one column."""
    for number, line in _decoded_lines(path, opened, encoding):
        yield line if isinstance(line, InputError) else (number, {column: line.rstrip("\r\n")})


def _decoded_lines(path: Path, opened: Open, encoding: str) -> Iterator[tuple[int, str | InputError]]:
    """Each line with its number. An undecodable line is an error of that line only, if line ends can still be found."""
    number = 0
    with opening(path), _text(path, opened, encoding, newline="\n") as file:
        try:
            for number, line in enumerate(file, 1):
                if not is_text((line,)):
                    yield number, NotDecoded(f"{path}:{number}", encoding)
                else:
                    yield number, line.removeprefix("\ufeff") if number == 1 else line
        except UnicodeError:
            yield number + 1, NotDecoded(f"{path}:{number + 1}", encoding)


def parquet_rows(path: Path, opened: Open = open_binary) -> Iterator[Row | InputError]:
    import pyarrow.parquet

    with opening(path), opened(path) as file:
        try:
            table = pyarrow.parquet.ParquetFile(file)
            names = table.schema_arrow.names
            if len(set(names)) != len(names):
                raise InputError(f"{path}: the file has duplicate columns ({', '.join(names)})")
            batches = table.iter_batches(batch_size=_ROWS_AT_ONCE)
            number = 0
            for batch in batches:
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
        except (pyarrow.ArrowException, ValueError, OverflowError) as error:
            raise InputError(f"{path}: not valid parquet ({str(error).splitlines()[0]})") from error


def shown(value: Any, most: int = 40) -> str:
    """A value of any type as JSON, for messages."""
    return json.dumps(value, default=str)[:most]


def unknown_ending(path: Path, cure: str, known: Iterable[str] = KINDS) -> str:
    """The message for a file whose extension is not in ``known``. ``cure``: advice for unknown extensions."""
    ending = path.suffix.lower()
    if (unpack := PACKED.get(ending)) is not None:
        return f"{path}: the file is compressed; unpack it first (`{unpack.format(shlex.quote(str(path)))}`)"
    if ending in SHEETS:
        return f"{path}: the file is a spreadsheet; save it as CSV (UTF-8) and use that file"
    return f'{path}: unknown file extension "{path.suffix}" (known: {", ".join(known)}); {cure}'


def no_such_file(path: Path | str, hint: str = "") -> InputError:
    """The error for a missing file. It suggests the file in the same folder with the closest name, else ``hint``."""
    file = Path(path)
    try:
        siblings = [one.name for one in file.parent.iterdir()]
    except OSError:
        siblings = []
    by_lower_case = {name.lower(): name for name in sorted(siblings)}
    close = difflib.get_close_matches(file.name.lower(), by_lower_case, n=1, cutoff=0.8)
    meant = f"; did you mean {shlex.quote(str(file.with_name(by_lower_case[close[0]])))}?" if close else hint
    return InputError(f"{path}: no such file{meant}")


def column_hint(column: str, columns: Sequence[str]) -> str:
    """A suggestion for a missing column, or advice if the column names look wrong."""
    if len(columns) == 1 and (mark := next((mark for mark in ";\t,|" if mark in columns[0]), None)):
        name = "tabs" if mark == "\t" else f'"{mark}"'
        return f"; the fields seem to be separated by {name}: save the file with commas as csv, or with tabs as tsv"
    if close := difflib.get_close_matches(column, columns, n=1):
        return f'; did you mean "{close[0]}"?'
    return "; the first line must name the columns" if any(len(name.split()) > 3 for name in columns) else ""
