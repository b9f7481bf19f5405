"""Find the separator of several labels in one field: ``drama|comedy``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

_SEPARATORS = ("|", ";", ",")
_LEAST_SHARE = 0.05  # of the fields
_LEAST_VALUES = 3  # different fields with the separator
_RECURRING = 0.8  # of the parts


def separator_in(values: Sequence[Any]) -> str | None:
    """The separator of several labels in the fields of a column; None without strong evidence.

    The parts must be labels of their own: nearly all of them recur in different fields, and there are fewer different
    parts than fields. ``Paris, France`` and ``London, UK`` are names with a comma.
    """
    fields = [value for value in values if isinstance(value, str) and value.strip()]
    return next((one for one in _SEPARATORS if _separates(one, fields)), None)


def _separates(separator: str, fields: Sequence[str]) -> bool:
    different = {field: [part.strip() for part in field.split(separator)] for field in dict.fromkeys(fields)}
    several = [field for field, parts in different.items() if len(parts) > 1]
    if len(several) < _LEAST_VALUES or sum(separator in field for field in fields) < _LEAST_SHARE * len(fields):
        return False
    if any(not part for parts in different.values() for part in parts):
        return False
    counts = Counter(part for parts in different.values() for part in set(parts))
    inside = {part for field in several for part in different[field]}
    recurring = sum(counts[part] > 1 for part in inside)
    return recurring >= _RECURRING * len(inside) and len(counts) < len(different)
