"""Rows of csv and tsv files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.tables.decoding import NotDecoded, Open, open_binary, opening, text_of
from seqclf.tables.names import column_hint, named
from seqclf.tables.row import Row
from seqclf.tables.values import is_text

_LONGEST_FIELD = 2**31 - 1


def csv_rows(path: Path, kind: str, opened: Open = open_binary, encoding: str = UTF8) -> Iterator[Row | InputError]:
    """Rows after a header line. csv follows RFC 4180; tsv follows IANA's definition: no quoting, one row per line."""
    csv.field_size_limit(_LONGEST_FIELD)
    with opening(path), text_of(path, opened, encoding) as file:
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
            header = named(header)
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
