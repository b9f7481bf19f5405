"""Sample rows from all over a large table: files are often sorted by label or date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seqclf.sources.table.files import files_of
from seqclf.sources.table.reader import ROWS_LOOKED_AT, TableSource
from seqclf.tables.packed import unpacked_size

_MOST_BYTES = 200_000_000  # read for a look: a few seconds
_BYTES_OF_A_KEY = 6  # quotes, colon, comma and spaces around a key in jsonl
_MEASURED = 1_000  # rows


def looked_at(source: TableSource, path: str, *, keys: bool) -> tuple[dict[str, list[Any]], int, int]:
    """Columns of a table with values from at most ``ROWS_LOOKED_AT`` of its rows.

    Args:
        keys: whether each row repeats the column names, as in jsonl.

    Returns:
        The columns; the sampling interval, as in ``every`` of ``TableSource.read``; the approximate number of rows.
    """
    values = source.columns(path)
    rows = max(map(len, values.values()))
    if rows < ROWS_LOOKED_AT:
        return values, 1, rows
    of_a_row = _bytes_of_a_row(values, keys)
    rows = max(rows, round(sum(map(unpacked_size, files_of(path))) / of_a_row))
    every = max(1, min(-(-rows // ROWS_LOOKED_AT), round(_MOST_BYTES / of_a_row / ROWS_LOOKED_AT)))
    return (source.columns(path, every) if every > 1 else values), every, rows


def _bytes_of_a_row(values: Mapping[str, Sequence[Any]], keys: bool) -> float:
    size = 0
    for name, column in values.items():
        size += sum(len(str(value).encode("utf-8", "replace")) + 1 for value in column[:_MEASURED])
        size += keys * len(column[:_MEASURED]) * (len(name) + _BYTES_OF_A_KEY)
    return size / min(_MEASURED, max(map(len, values.values())))
