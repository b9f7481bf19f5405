"""A text of several columns is one string: its fields, with a separator between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seqclf.errors import InputError

FIELD_SEPARATOR = "\x1f"  # ASCII's unit separator; white space to every tokenizer


def join_fields(values: Sequence[str]) -> str:
    """The values as one text. A separator inside a value becomes a space, so that the fields stay what they are."""
    return FIELD_SEPARATOR.join(value.replace(FIELD_SEPARATOR, " ") for value in values)


def split_fields(text: str) -> list[str]:
    """The fields of a text from ``join_fields``, at least one."""
    return text.split(FIELD_SEPARATOR)


def as_line(text: str) -> str:
    """The text for people, on one line: bars between the fields, and one blank for all white space between words."""
    return " ".join(text.replace(FIELD_SEPARATOR, " | ").split())


def filled(values: Sequence[Any]) -> Sequence[Any]:
    """The values of a row's text columns, with "" for missing ones: null, or NaN, as pandas writes it.

    Unchanged if there is one column, or if all values are missing.
    """
    missing = [value is None or (isinstance(value, float) and math.isnan(value)) for value in values]
    if len(values) < 2 or all(missing):
        return values
    return ["" if is_missing else value for is_missing, value in zip(missing, values, strict=True)]


Text = str | Mapping[str, str | None]
"""A text: one string, or its values by column."""


def check_several(texts: Iterable[Text]) -> None:
    """Raise ``InputError`` for one text in place of several: a string is itself an iterable of strings."""
    if isinstance(texts, str | bytes | Mapping):
        what = "values by column" if isinstance(texts, Mapping) else "a string"
        raise InputError(f"texts: is {what}, expected a list of texts; for one text write [text]")


def as_text(value: Text, columns: Sequence[str]) -> str:
    """A text as one string.

    Args:
        value: a string, as it is; or values by column, of which missing ones are empty.
        columns: the columns whose values together are a text; empty if a text is a single value.

    Raises:
        InputError: a value is not a string, or of no such column.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        raise InputError(f"a text is {value!r:.40}, expected a string")
    if not columns:
        raise InputError("the model reads a single text: give strings, not values by column")
    if strange := [name for name in value if name not in columns]:
        raise InputError(f'"{strange[0]}" is no text column of the model ({", ".join(columns)})')
    values = ["" if value.get(name) is None else value[name] for name in columns]
    for name, one in zip(columns, values, strict=True):
        if not isinstance(one, str):
            raise InputError(f'"{name}" is {one!r:.40}, expected a string')
    return join_fields([one for one in values if one is not None])


def is_blank(field: str) -> bool:
    """Whether a field says nothing: it is empty, or ASCII white space, which TensorFlow strips as well."""
    return not field.strip(" \t\n\v\f\r")
