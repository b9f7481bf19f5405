"""Kinds of errors of rows: often many rows of a file are malformed in the same way."""

from __future__ import annotations

import re

_VALUE = re.compile(r" is (?!null,).*, expected ", re.DOTALL)  # it may be cut off within quotes
_QUOTED_OR_NUMBER = re.compile(r"""(?<!^)"[^"]*"|'[^']*'|\d[\d.,]*""")  # but a quoted name at the start is a column's


_COUNT = re.compile(r"\d+ fields")


def kind_of(what: str, *, by_fields: bool = False) -> str:
    """What is wrong with a row, without what differs from row to row: values, numbers and the advice at the end.

    Args:
        what: the message without the place of the row.
        by_fields: rows with different wrong numbers of fields are of different kinds.
    """
    if by_fields and (count := _COUNT.match(what)) is not None:
        return count[0]
    return _QUOTED_OR_NUMBER.sub("_", _VALUE.sub(" is _, expected ", what.partition("; ")[0]))
