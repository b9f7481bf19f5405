"""Tables within one JSON object: records under a key, or columns, as pandas and others write them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.tables.json_decoder import Repeated, repeats
from seqclf.tables.names import named
from seqclf.tables.row import Notes


def looks_like_a_table(value: Any) -> bool:
    """Whether a value is no row, but contains rows."""
    return (
        isinstance(value, dict) and bool(value) and (_is_split(value) or bool(_lists_of(value)) or _is_columns(value))
    )


def rows_within(path: Path, value: dict[str, Any], notes: Notes) -> Iterator[Any]:
    """The rows of a value that looks like a table. Raises ``InputError`` if it contains several tables, or a column
    or row number twice.

    Read are: a list of objects under one key; lists of values by column; objects of values by column and row number
    (pandas' default); objects by row; ``columns`` and ``data`` (pandas' "split").
    """
    _check_keys(path, value)
    if _is_split(value):
        names = named(value["columns"], notes)
        yield from (dict(zip(names, row, strict=True)) for row in value["data"])
    elif found := _lists_of(value):
        if len(found) > 1:
            file = shlex.quote(str(path))
            raise InputError(
                f"{path}: contains {len(found)} tables ({', '.join(found)}); write one of them to a file of its own: "
                f"jq -c '.{found[0]}[]' {file} > {shlex.quote(f'{found[0]}.jsonl')}"
            )
        yield from value[found[0]]
    elif isinstance(next(iter(value.values())), list):
        yield from (dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True))
    elif all(key.isdecimal() for key in next(iter(value.values()))):
        for column in value.values():
            _check_keys(path, column)
        for key in next(iter(value.values())):
            yield {column: values[key] for column, values in value.items()}
    else:
        yield from value.values()


def _check_keys(path: Path, value: Any) -> None:
    if isinstance(value, Repeated):
        raise InputError(f"{path}: {repeats(value.key)}")


def _is_split(value: dict[str, Any]) -> bool:
    columns, data = value.get("columns"), value.get("data")
    return (
        isinstance(columns, list)
        and isinstance(data, list)
        and all(isinstance(name, str) for name in columns)
        and all(isinstance(row, list) and len(row) == len(columns) for row in data)
    )


def _lists_of(value: dict[str, Any]) -> list[str]:
    """Keys of lists of objects."""
    return [
        key
        for key, rows in value.items()
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows)
    ]


def _is_columns(value: dict[str, Any]) -> bool:
    """Whether all values are lists of one length, or objects with the same keys."""
    columns = list(value.values())
    if all(isinstance(column, list) for column in columns):
        return len({len(column) for column in columns}) == 1
    if not all(isinstance(column, dict) and column for column in columns):
        return False
    return all(column.keys() == columns[0].keys() for column in columns)
