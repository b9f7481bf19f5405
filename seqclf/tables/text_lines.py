"""Rows of txt files: one text per line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqclf.errors import InputError
from seqclf.tables.decoding import Open, decoded_lines
from seqclf.tables.row import Row


def lines(path: Path, opened: Open, encoding: str, column: str) -> Iterator[Row | InputError]:
    """Each line as a row with one column."""
    for number, line in decoded_lines(path, opened, encoding, html=False):
        yield line if isinstance(line, InputError) else (number, {column: line.rstrip("\r\n")})
