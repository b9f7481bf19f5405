"""Tell whether the first line of a csv or tsv file names its columns or is a row like the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seqclf.starter.column_kinds import look_at
from seqclf.starter.column_names import LABEL_NAMES, SHORT_TEXT_NAMES, TEXT_NAMES, parts
from seqclf.tables.names import as_written

_MANY_WORDS = 6  # of a text rather than a name
_SOME_WORDS = 3  # of a text: most are more than one
_MOST_DIFFERENT = 50  # values of a column of labels
_KNOWN = frozenset((*TEXT_NAMES, *SHORT_TEXT_NAMES, *LABEL_NAMES, "id", "index", "date"))


def lacks_header(values: Mapping[str, Sequence[Any]]) -> bool:
    """Whether the names of the columns, from the first line of a file, look like one more row of its values.

    Every name must fit its column: be a number in a column of numbers, one of the labels in a column of few values. At
    least one must be more like a value than like a name. Well-known names are names, and so are 0, 1, 2 in a row.
    """
    written = [as_written(name) for name in values]
    if any("_".join(parts(name)) in _KNOWN for name in written) or _are_positions(written):
        return False
    found = [_is_value(name, column) for name, column in zip(written, values.values(), strict=True)]
    return True in found and False not in found


def header_for(values: Mapping[str, Sequence[Any]]) -> tuple[str, ...]:
    """Names for the columns of a file without a header line; empty if the file has one."""
    return tuple(f"column_{place}" for place in range(1, len(values) + 1)) if lacks_header(values) else ()


def _are_positions(names: Sequence[str]) -> bool:
    numbers = [name for name in names if name.strip()]
    return any(numbers == [str(first + place) for place in range(len(numbers))] for first in (0, 1))


def _is_value(name: str, column: Sequence[Any]) -> bool | None:
    """Whether a name is a value of its column; None if it could be both."""
    looked = look_at("", column)
    if not name.strip():
        return None if looked.filled < looked.rows else False
    alone = look_at("", [name])
    if looked.kind in ("integers", "decimals", "amounts", "flags", "dates", "links"):
        like_numbers = {"integers", "decimals", "amounts", "flags"}
        return alone.kind == looked.kind or {alone.kind, looked.kind} <= like_numbers or _occurs(name, column)
    if looked.kind == "constant" or looked.distinct <= min(_MOST_DIFFERENT, looked.filled // 4):
        return _occurs(name, column)
    words = len(name.split())
    return True if words >= _MANY_WORDS else False if words == 1 and looked.words >= _SOME_WORDS else None


def _occurs(name: str, column: Sequence[Any]) -> bool:
    return name.strip() in {str(value).strip() for value in column}
