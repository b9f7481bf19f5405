"""Names of a SavedModel's inputs, from names of columns."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

_TAKEN = {"self"}  # TensorFlow calls signatures with keyword arguments, as methods


def input_names(columns: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """For each of different columns, the name of its input.

    A column that TensorFlow accepts as a name keeps it: an ASCII letter, then letters, digits and underscores; no
    keyword of Python. In others, accents are dropped and all other characters become underscores. A name that an
    earlier one equals, in upper or lower case, gets a number: ``title_2``. So does one of ``taken``.
    """
    names: dict[str, str] = {}
    used = {name.lower() for name in (*_TAKEN, *taken)}
    for place, column in enumerate(columns, 1):
        name = _plain(column) or f"column_{place}"
        unique, count = name, 2
        while unique.lower() in used:
            unique, count = f"{name}_{count}", count + 1
        names[column] = unique
        used.add(unique.lower())
    return names


def _plain(column: str) -> str:
    """The column's letters, digits and underscores, from the first letter on; empty if it has no letter."""
    name = column
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", column):
        ascii_only = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode()
        name = re.sub(r"^[^A-Za-z]+", "", re.sub(r"[^A-Za-z0-9]+", "_", ascii_only)).rstrip("_")
    return f"{name}_" if keyword.iskeyword(name) else name
