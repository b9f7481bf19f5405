"""Rows of a file in any format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.tables.decoding import Open
from seqclf.tables.delimited import csv_rows
from seqclf.tables.json_rows import json_rows
from seqclf.tables.packed import open_binary
from seqclf.tables.parquet import parquet_rows
from seqclf.tables.row import Notes, Row
from seqclf.tables.sheets import sheet_rows
from seqclf.tables.text_lines import lines
from seqclf.tables.tfrecord import tfrecord_rows


def rows(
    path: Path,
    kind: str,
    opened: Open = open_binary,
    encoding: str = UTF8,
    *,
    column: str = "text",
    notes: Notes | None = None,
    header: Sequence[str] = (),
) -> Iterator[Row | InputError]:
    """Yield each row, or an error for a malformed row.

    Args:
        kind: one of ``READ_KINDS``.
        encoding: Python's name of the encoding; parquet and TFRecord files ignore it.
        column: name for the single column of txt.
        header: names of the columns of a csv or tsv file without a header line.
        notes: filled with what the reader notices.

    Raises:
        InputError: no row of the file can be read.
        ReadingStopped: the rest of the file cannot be read.
    """
    if kind == "parquet":
        return parquet_rows(path, opened, notes)
    if kind == "xlsx":
        return sheet_rows(path, opened, notes)
    if kind == "tfrecord":
        return tfrecord_rows(path, opened)
    if kind == "txt":
        return lines(path, opened, encoding, column)
    if kind == "jsonl":
        return json_rows(path, opened, encoding, notes=notes)
    return csv_rows(path, kind, opened, encoding, notes=notes, header=header)
