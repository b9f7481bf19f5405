"""Kinds of errors of rows: often many rows of a file are malformed in the same way."""

from __future__ import annotations

import re

_VALUE = re.compile(r" is (?!null,).*, expected ", re.DOTALL)  # it may be cut off within quotes
_QUOTED_OR_NUMBER = re.compile(r"""(?<!^)"[^"]*"|'[^']*'|\d[\d.,]*""")  # but a quoted name at the start is a column's


def kind_of(what: str) -> str:
    """What is wrong with a row, without what differs from row to row: values, numbers and the advice at the end.

    ``what``: the message without the place of the row.
    """
    return _QUOTED_OR_NUMBER.sub("_", _VALUE.sub(" is _, expected ", what.partition("; ")[0]))
