"""Write csv."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from typing import Any, TextIO


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
