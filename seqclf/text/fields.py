"""A text of several columns is one string: its fields, with a separator between them."""

from __future__ import annotations

from collections.abc import Sequence

FIELD_SEPARATOR = "\x1f"  # ASCII's unit separator; white space to every tokenizer


def join_fields(values: Sequence[str]) -> str:
    """The values as one text. A separator inside a value becomes a space, so that the fields stay what they are."""
    return FIELD_SEPARATOR.join(value.replace(FIELD_SEPARATOR, " ") for value in values)


def split_fields(text: str) -> list[str]:
    """The fields of a text from ``join_fields``, at least one."""
    return text.split(FIELD_SEPARATOR)


def is_blank(field: str) -> bool:
    """Whether a field says nothing: it is empty, or ASCII white space, which TensorFlow strips as well."""
    return not field.strip(" \t\n\v\f\r")
